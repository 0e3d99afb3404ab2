"""The values of one group of keys, and what they look like."""

from dataclasses import dataclass, field

from msgspec import Raw

from desktop_migrator.model import Record
from desktop_migrator.plan.infer.drafts import SeenItem
from desktop_migrator.plan.infer.find_places import find_places, kind, read_place
from desktop_migrator.plan.infer.find_secrets import secret_members
from desktop_migrator.plan.infer.key_groups import KeyGroup
from desktop_migrator.plan.json_text import as_list, as_object
from desktop_migrator.plan.secrets.cut import cut_logins

MAX_SEARCHED = 200
"""Values of a group in which places are looked for."""
_MIN_SETTINGS = 2
_MAX_SETTINGS = 60
_MIN_COMMON = 2
"""Fields that items of one kind share at least."""


@dataclass(slots=True)
class GroupValues:
    """The values of one group of keys, as far as one chain decodes them."""

    group: KeyGroup
    chain: tuple[str, ...]
    values: list[tuple[Record, Raw]] = field(default_factory=list)


def can_join(ones: list[SeenItem], others: list[SeenItem]) -> bool:
    """Whether items of two places are of one kind: alike, and none has another's id."""
    one, other = (as_object(each.raw) or {} for each in (ones[0], others[0]))
    common, fewer = len(one.keys() & other.keys()), min(len(one), len(other))
    if common < _MIN_COMMON or common * 4 < fewer * 3:
        return False
    ids = [
        {bytes(members["id"]) for each in items if "id" in (members := as_object(each.raw) or {})}
        for items in (ones, others)
    ]
    return all(ids) and ids[0].isdisjoint(ids[1])


def has_data_beside(value: Raw) -> bool:
    """Whether there are items in the value none of which holds a secret."""
    for place in find_places(value):
        items = read_place(value, place) or ()
        if items and not any(secret_members(item) for _, item in items):
            return not place.width
    return False


def is_key_list(value: Raw) -> bool:
    """secure-ls's own record: by which keys it has encrypted what."""
    keys = as_list((as_object(value) or {}).get("keys", value)) if value else None
    return bool(keys) and all((as_object(each) or {}).keys() == {"k", "s"} for each in keys or ())


def is_settings(values: GroupValues) -> bool:
    for _, value in values.values[:MAX_SEARCHED]:
        members = as_object(value) if value else None
        if value and (secret_members(value) or cut_logins(Raw(value), "").count):
            return False
        if not members or not _MIN_SETTINGS <= len(members) <= _MAX_SETTINGS:
            return False
        if not any(kind(member) in ("text", "number", "boolean") for member in members.values()):
            return False
    return True


def value_kind(value: Raw) -> str:
    return kind(value) if value else "no-json"
