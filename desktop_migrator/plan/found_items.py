"""What is found in a record: the items that an entity takes, and what nothing takes."""

import msgspec
from msgspec import Raw

from desktop_migrator.plan.schema_texts import NAME


class RestPart(msgspec.Struct, frozen=True):
    """A part of a record that nothing takes; no value."""

    path: str
    """`settings.theme`; empty for the whole record."""
    count: int
    """Elements or members; 1 for anything else."""
    size: int
    """Bytes of its JSON."""


UNREAD_NAMES = NAME
"""The last part of a `RestPart`'s path for the names that items have in a map, or by their keys."""


class FoundItems(msgspec.Struct):
    """The items that one entity takes from a record."""

    entity: str
    items: list[Raw]
    """Each item's JSON text."""
    name: str
    """What the wildcards of the key's pattern stand for."""
    names: list[str] | None = None
    """The items' names where they lie in a map."""
    is_single: bool = False
    encoding: str = "json"
    """`text` for a record that is not JSON and so stands as a JSON string."""
    may_have_escapes: bool = False
    """Whether there may be escapes of unstorable characters."""
    json_text: bytes = b""
    """The record's JSON text; empty if it is none."""
    parents: "list[tuple[FoundItems, int]] | None" = None
    """In whose items, and in which of them, each item lies."""
    indexes: list[int] = []
    """The places of such items among those of their parent."""
    is_rest: bool = False
    """Whether it is what other entities left of the record."""
    key: str = ""
    """The key of items that several records make together: what these have in common."""
    are_named: bool = False
    """Whether the items' names are the app's: those of members, or what a wildcard stands for."""
    names_path: str = ""
    """Where these lie in what the source decodes."""
    unread_names: "RestPart | None" = None
    """Names that say more than the items do, and that nothing takes."""

    def position(self, index: int) -> str:
        """Where in the value an item lies: its index, its name in the map, or empty; of an item
        within another, after that one's."""
        own = "" if self.is_single else self.names[index] if self.names else str(index)
        if self.parents is None:
            return own
        parent, place = self.parents[index]
        return f"{parent.position(place)}/{own}"

    def item_name(self, index: int) -> str:
        """What `$name` is for an item."""
        return self.names[index] if self.names else self.name
