"""What became of a run's rows since: still as sent, gone, changed by the app, or damaged.

A row that differs from what was sent was changed since if its own time of the last change is later
than the run; a row that differs with its time unmoved, or that has none, counts as damaged. What a
later run wrote or took back is judged by that run's record. Changes nothing, commits nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy
from psycopg import sql
from sqlalchemy import func, select

from desktop_migrator.far_times import comparable
from desktop_migrator.model import Column, Counts, Outcome, TargetEntity
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.bookkeeping.quarantine import AsideCode
from desktop_migrator.postgres.bookkeeping.runs import Run
from desktop_migrator.postgres.bookkeeping.tables import chunks, quarantine, runs
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import DIGEST_SIZE, digester
from desktop_migrator.postgres.verify.verify_run import VerifyCounts, find_discrepancies
from desktop_migrator.reporter import Reporter

MUST_MATCH = frozenset((Action.INSERTED, Action.UPDATED, Action.UNCHANGED))
"""After these a row must be as the chunk's digest says."""
_COUNT_COLUMNS = ("inserted", "updated", "unchanged", "skipped")

_SELECT_SENT = sql.SQL("""
    SELECT chunks.columns, chunks.ids, chunks.actions, chunks.digests,
           chunks.undoes_run IS NOT NULL
    FROM desktop_migrator.chunks JOIN desktop_migrator.runs ON runs.id = chunks.run
    WHERE runs.user_id = %s AND runs.started >= %s AND chunks.target = %s
      AND chunks.ids && %b::text[]
    ORDER BY runs.started, chunks.seq
""")


@dataclass(frozen=True, slots=True)
class SentRow:
    """What a chunk's record says of a row."""

    action: str
    """A letter of `record.Action`; another one says that a row was left as it was."""
    digest: bytes
    columns: tuple[str, ...]
    undone: bool
    """Whether it was undo that left the row so."""


@dataclass(slots=True)
class RowStates:
    """One entity's rows, by id where they are not as they were sent."""

    checked: int = 0
    missing: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    """By the app, since the run."""

    @property
    def ok(self) -> bool:
        return not self.missing and not self.damaged


def run_and_repairs(connection: sqlalchemy.Connection, run: Run) -> list[str]:
    """The run and those that repaired something of it, by id, the oldest first."""
    repairs = select(runs.c.id).where(runs.c.mends == run.id).order_by(runs.c.started)
    return [run.id, *connection.scalars(repairs)]


def entities_of(connection: sqlalchemy.Connection, run: Run) -> list[str]:
    """The kinds of items that the run and its repairs have written or refused."""
    ids = run_and_repairs(connection, run)
    written = select(chunks.c.entity).where(chunks.c.run.in_(ids))
    refused = select(quarantine.c.entity).where(quarantine.c.run.in_(ids))
    return sorted(connection.scalars(written.union(refused)))


def compare_rows(
    connection: sqlalchemy.Connection,
    entities: Iterable[TargetEntity],
    run: Run,
    reporter: Reporter,
) -> dict[str, RowStates]:
    """By entity. Raises Cancelled between two chunks."""
    by_name = {entity.name: entity for entity in entities}
    numbers = {name: VerifyCounts() for name in by_name}
    missing: dict[str, set[str]] = {name: set() for name in by_name}
    different: dict[str, set[str]] = {name: set() for name in by_name}
    for each in run_and_repairs(connection, run):
        for found in find_discrepancies(connection, by_name, each, reporter, numbers):
            (missing if found.missing else different)[found.entity].add(found.id)
    with translate_errors():
        return {
            name: _classify_rows(
                connection, entity, run, numbers[name].checked, missing[name], different[name]
            )
            for name, entity in by_name.items()
        }


def _classify_rows(
    connection: sqlalchemy.Connection,
    entity: TargetEntity,
    run: Run,
    checked: int,
    missing: set[str],
    different: set[str],
) -> RowStates:
    rows = RowStates(checked)
    wrong = sorted(missing | different)
    if not wrong:
        return rows
    sent = last_sent_rows(connection, entity, run, wrong)
    found = current_digests(connection, entity, sent)
    times = rows_updated_after_run(connection, entity, run, wrong)
    for row_id, last in sent.items():
        if last.undone or last.action not in MUST_MATCH:
            continue
        if row_id not in found:
            rows.missing.add(row_id)
        elif found[row_id] != last.digest:
            (rows.changed if row_id in times else rows.damaged).add(row_id)
    return rows


def last_sent_rows(
    connection: sqlalchemy.Connection, entity: TargetEntity, run: Run, ids: Sequence[str]
) -> dict[str, SentRow]:
    """What the run, or the last one after it that met the row, says of each; unknown ids lack.

    A row that a run met twice is as it left it the first time.
    """
    target = ".".join(filter(None, (entity.table.schema, entity.table.name)))
    wanted = set(ids)
    sent: dict[str, SentRow] = {}
    cursor = adapters.cursor(connection)
    cursor.execute(_SELECT_SENT, [run.user_id, run.started, target, list(ids)])
    for columns, chunk_ids, actions, all_digests, taken_back in cursor:
        for index, (row_id, action) in enumerate(zip(chunk_ids, actions, strict=True)):
            if row_id in wanted and not (row_id in sent and action == Action.SKIPPED):
                digest = all_digests[index * DIGEST_SIZE : (index + 1) * DIGEST_SIZE]
                sent[row_id] = SentRow(action, bytes(digest), tuple(columns), taken_back)
    return sent


def sent_ids(
    connection: sqlalchemy.Connection, entity: TargetEntity, run: Run
) -> Iterator[set[str]]:
    """The ids of the rows that the run and its repairs wrote or found so, a chunk at a time."""
    query = (
        select(chunks.c.ids, chunks.c.actions)
        .where(chunks.c.run.in_(run_and_repairs(connection, run)), chunks.c.entity == entity.name)
        .order_by(chunks.c.run, chunks.c.seq)
    )
    for ids, actions in connection.execute(query, execution_options={"yield_per": 10}):
        yield {row for row, action in zip(ids, actions, strict=True) if action in MUST_MATCH}


def current_digests(
    connection: sqlalchemy.Connection, entity: TargetEntity, sent: Mapping[str, SentRow]
) -> dict[str, bytes]:
    """The digests of the rows there are now, each of the columns that were sent, by id."""
    by_columns: dict[tuple[str, ...], list[str]] = {}
    for row_id, each in sent.items():
        by_columns.setdefault(each.columns, []).append(row_id)
    columns = {column.name: column for column in entity.table.columns}
    found: dict[str, bytes] = {}
    for names, ids in by_columns.items():
        chosen = [columns[name] for name in names]
        digest = digester(chosen)
        rows = _read_rows(connection, entity, chosen, ids)
        found |= {row_id: digest(values) for row_id, values in rows.items()}
    return found


def rows_updated_after_run(
    connection: sqlalchemy.Connection, entity: TargetEntity, run: Run, ids: Sequence[str]
) -> set[str]:
    """Those of the rows whose own time of the last change is later than the run."""
    column = entity.table.column(entity.updated_column or "")
    if column is None:
        return set()
    end = run.finished or run.started
    rows = _read_rows(connection, entity, [column], ids)
    return {
        row_id
        for row_id, (time,) in rows.items()
        if (changed := comparable(time)) is not None and changed > end
    }


def _read_rows(
    connection: sqlalchemy.Connection,
    entity: TargetEntity,
    columns: Sequence[Column],
    ids: Sequence[str],
) -> dict[str, tuple[Any, ...]]:
    query = adapters.select_by_id(entity.table, entity.row_key, columns)
    return {
        row[0]: row[1:]
        for row in adapters.stream_rows(adapters.cursor(connection), query, list(ids))
    }


def mismatched_counts(connection: sqlalchemy.Connection, run: Run) -> list[str]:
    """Which of a finished migration's counts differ from what its chunks and what it kept aside
    say; `items` if the others do not add up to it."""
    if run.finished is None or run.undoes is not None:
        return []
    recorded = Counts()
    for counts in run.counts.values():
        if isinstance(counts, Counts):
            recorded += counts
    written = _written_counts(connection, run)
    written["unchanged"] += recorded.duplicates  # which no chunk names
    if not _tells_duplicates(connection, run):  # then some of these two gave way before the load
        for name in ("unchanged", "skipped"):
            written[name] = max(written[name], getattr(recorded, name))
    wrong = [name for name, number in written.items() if number != getattr(recorded, name)]
    if run.outcome is Outcome.COMPLETED and recorded.items != recorded.accounted:
        wrong.append("items")
    return wrong


def _written_counts(connection: sqlalchemy.Connection, run: Run) -> dict[str, int]:
    sums = [func.coalesce(func.sum(chunks.c[name]), 0) for name in _COUNT_COLUMNS]
    written = connection.execute(select(*sums).where(chunks.c.run == run.id)).one()
    codes = select(quarantine.c.code, func.count()).where(quarantine.c.run == run.id)
    found = connection.execute(codes.group_by(quarantine.c.code))
    aside = Counter[str]({row[0]: row[1] for row in found})
    superseded = aside[AsideCode.SUPERSEDED]
    return {
        **dict(zip(_COUNT_COLUMNS, map(int, written), strict=True)),
        "superseded": superseded,
        "rejected": aside.total() - superseded - aside[AsideCode.KEPT],
    }


def _tells_duplicates(connection: sqlalchemy.Connection, run: Run) -> bool:
    """Whether the version of this program that made the run counted apart what gave way before
    the load."""
    counts = connection.scalar(select(runs.c.counts).where(runs.c.id == run.id)) or {}
    return all("duplicates" in numbers for numbers in counts.values())
