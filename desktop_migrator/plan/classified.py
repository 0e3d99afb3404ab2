"""What becomes of a record, as its classification tells it."""

from enum import StrEnum

import msgspec

from desktop_migrator.plan.found_items import FoundItems, RestPart
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.secrets.cut import CutResult

LOST_BY_THE_APP = "[object Object]"
"""What JavaScript makes of an object that somebody stored without spelling it as JSON."""


class SkipReason(StrEnum):
    """Why a record is skipped, besides the kinds that the plan's `ignore` names."""

    OTHER_SITE = "other-site"
    PARTITIONED = "partitioned"
    """Framed in other sites."""
    CONTAINER = "container"
    """The site's own, but in one of Firefox's containers."""
    EXCLUDED = "excluded"
    """Its entity was not asked for."""
    EMPTY = "empty"
    """Its entity's list or map has no items, or its value is empty or null."""
    LOST = "lost-by-app"
    """The app wrote `[object Object]` in place of its data."""
    UNMATCHED = "unmatched"


NEVER_DATA = {"undefined": SkipReason.EMPTY, LOST_BY_THE_APP: SkipReason.LOST}
"""What no page ever stores on purpose."""


class UnreadableRecord(msgspec.Struct):
    """A record that an entity names by key and that cannot be read as the plan says."""

    entity: str
    error: ItemRejected


class Classified(msgspec.Struct):
    """What becomes of a record."""

    aside: str = ""
    """The word for leaving it aside as a whole."""
    found: list[FoundItems | UnreadableRecord] = []
    """By entity, in the plan's order."""
    rest: tuple[RestPart, ...] = ()
    """What of it nothing takes."""
    part_of: str = ""
    """The entity whose item, found with another record, has this record as a part."""
    cuts: list[CutResult] = []
    """Logins that were cut out of what entities for everything else take."""

    @property
    def items(self) -> list[FoundItems]:
        return [each for each in self.found if isinstance(each, FoundItems)]

    @property
    def is_recognised(self) -> bool:
        return bool(self.items)
