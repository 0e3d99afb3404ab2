"""What the bookkeeping knows of all people together."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy
from sqlalchemy import any_, func, or_, select

from desktop_migrator.postgres.bookkeeping.quarantine import AsideCode
from desktop_migrator.postgres.bookkeeping.tables import captures, quarantine, runs


@dataclass(frozen=True, slots=True)
class RejectionGroup:
    """Rejections of one run that are alike, and which nobody has resolved."""

    run: str
    entity: str
    code: str
    place: str
    """In the record's value, each number as `0`."""
    reason: str
    """One of theirs."""
    remedy: str
    items: int


def captures_by_run(connection: sqlalchemy.Connection) -> dict[str, list[str]]:
    """The ids of the captures that each run has brought in."""
    found: dict[str, list[str]] = {}
    for run, capture in connection.execute(select(captures.c.run, captures.c.capture)):
        found.setdefault(run, []).append(capture)
    return found


def open_rejection_groups(
    connection: sqlalchemy.Connection, of_runs: Collection[str]
) -> list[RejectionGroup]:
    """What waits of these runs, and of those that have mended them, under the run itself."""
    undo, repair = runs.alias(), runs.alias()
    taken_back = (
        select(1)
        .where(quarantine.c.mended_by == any_(undo.c.undoes))
        .correlate(quarantine)
        .exists()
    )
    root = func.coalesce(repair.c.mends, repair.c.id)
    place = func.regexp_replace(quarantine.c.position, "[0-9]+", "0", "g")
    keys = (root, quarantine.c.entity, quarantine.c.code, place)
    query = (
        select(*keys, func.min(quarantine.c.reason), func.min(quarantine.c.remedy), func.count())
        .join(repair, repair.c.id == quarantine.c.run)
        .where(
            root.in_(of_runs),
            quarantine.c.code.not_in(list(AsideCode)),
            or_(quarantine.c.mended_by.is_(None), taken_back),
        )
        .group_by(*keys)
    )
    return [
        RejectionGroup(str(run), entity, code, place, reason, remedy, items)
        for run, entity, code, place, reason, remedy, items in connection.execute(query)
    ]
