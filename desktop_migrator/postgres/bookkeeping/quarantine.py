"""Items that a run kept aside whole: rejected ones, which wait to be resolved, and which run has
resolved them; and those that another version or their row stands for (`AsideCode`), which do not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy
from sqlalchemy import ColumnElement, and_, any_, func, or_, select, update

from desktop_migrator.model import AsideItem
from desktop_migrator.postgres.bookkeeping.runs import (
    NON_REJECTION_COLUMNS,
    QuarantinedItem,
    Run,
    list_runs,
    undone_by,
)
from desktop_migrator.postgres.bookkeeping.tables import quarantine, runs
from desktop_migrator.postgres.types.text_escape import (
    escape_unstorable,
    from_wtf8,
    identity_text,
    to_wtf8,
    unescape_unstorable,
)

Cursor = psycopg.Cursor[tuple[Any, ...]]


class AsideCode(StrEnum):
    """Codes of what is kept aside and is no rejection."""

    SUPERSEDED = "superseded"
    """Another version of the item counts."""
    KEPT = "kept"
    """Its row exists, differs and stays."""


IS_REJECTION = f"code NOT IN ('{AsideCode.SUPERSEDED}', '{AsideCode.KEPT}')"
"""In SQL, of a row of the quarantine."""
_COPY_ASIDE = """
COPY desktop_migrator.quarantine (
    run, number, entity, code, reason, remedy, source_id,
    browser, profile, store, storage_key, key, position, raw
) FROM STDIN (FORMAT BINARY)
"""
_ASIDE_TYPES = ["uuid", "int4", *["text"] * 11, "bytea"]
_INSERT_ASIDE = """
INSERT INTO desktop_migrator.quarantine (
    run, number, entity, code, reason, remedy, source_id,
    browser, profile, store, storage_key, key, position, raw
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %b)
"""
_HAS_POLICIES = "SELECT row_security_active(to_regclass('desktop_migrator.quarantine'))"


def insert_aside(
    cursor: Cursor, *, run: str, numbers: Iterator[int], items: Iterable[AsideItem]
) -> None:
    """In the transaction of the chunk that they came with."""
    run_id = UUID(run)
    rows = (
        [
            run_id,
            number,
            item.entity,
            item.code,
            str(item.reason),
            str(item.remedy),
            None if item.source_id is None else identity_text(item.source_id),
            item.source.store.profile.browser,
            escape_unstorable(item.source.store.profile.name),
            escape_unstorable(str(item.source.store.path)),
            escape_unstorable(str(item.source.storage_key)),
            escape_unstorable(item.source.key),
            escape_unstorable(item.source.position),
            to_wtf8(item.raw),
        ]
        for item, number in zip(items, numbers, strict=False)
    )
    first = next(rows, None)
    if first is None:
        return
    [bound] = cursor.execute(_HAS_POLICIES).fetchone() or [False]
    if bound:  # which COPY knows nothing of
        cursor.executemany(_INSERT_ASIDE, chain([first], rows))
        return
    with cursor.copy(_COPY_ASIDE) as copy:
        copy.set_types(_ASIDE_TYPES)
        copy.write_row(first)
        for row in rows:
            copy.write_row(row)


@dataclass(frozen=True, slots=True)
class OpenRejection:
    """A rejection that nobody has resolved yet."""

    run: str
    number: int
    rejection: QuarantinedItem


def count_open_rejections(connection: sqlalchemy.Connection, run: Run) -> int:
    query = select(func.count()).select_from(quarantine).where(_is_open(connection, run))
    return int(connection.scalar(query) or 0)


def open_rejections(connection: sqlalchemy.Connection, run: Run) -> Iterator[OpenRejection]:
    """Those of the run and of its repairs, in the order in which they were found."""
    rows = connection.execute(
        select(quarantine)
        .where(_is_open(connection, run))
        .order_by(quarantine.c.run, quarantine.c.number)
    )
    for row in rows.mappings():
        facts = {name: value for name, value in row.items() if name not in NON_REJECTION_COLUMNS}
        rejection = QuarantinedItem(**{**facts, "raw": from_wtf8(bytes(row["raw"]))})
        yield OpenRejection(row["run"], row["number"], rejection)


def quarantined_places(
    connection: sqlalchemy.Connection, run: str
) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Where the items lie that the run has kept aside: the store's path, the storage key's text
    and the record's key, and the code."""
    columns = (quarantine.c.store, quarantine.c.storage_key, quarantine.c.key, quarantine.c.code)
    for row in connection.execute(select(*columns).where(quarantine.c.run == run).distinct()):
        store, storage_key, key = (unescape_unstorable(text) for text in row[:3])
        yield (store, storage_key, key), row.code


def mark_resolved(connection: sqlalchemy.Connection, item: OpenRejection, run: str) -> None:
    connection.execute(
        update(quarantine)
        .where(quarantine.c.run == item.run, quarantine.c.number == item.number)
        .values(mended_by=run)
    )


def _is_open(connection: sqlalchemy.Connection, run: Run) -> ColumnElement[bool]:
    """Not resolved, or by a run that was taken back; nothing is of a run that was so itself, since
    all that it moved is to be migrated anew."""
    if run.id in undone_by(list_runs(connection, run.user_id)):
        return sqlalchemy.false()
    undo = runs.alias()
    taken_back = (
        select(1)
        .where(quarantine.c.mended_by == any_(undo.c.undoes))
        .correlate(quarantine)
        .exists()
    )
    repairs = select(runs.c.id).where(runs.c.mends == run.id)
    return and_(
        quarantine.c.code.not_in(list(AsideCode)),
        or_(quarantine.c.run == run.id, quarantine.c.run.in_(repairs)),
        or_(quarantine.c.mended_by.is_(None), taken_back),
    )
