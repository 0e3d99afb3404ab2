"""Reads a run's rows back from the target and compares them with what was sent.

A row that was inserted, overwritten or found equal must be there and have the digest of the item
that was sent, in the columns that the item filled; so a trigger that changed it shows. A row that
was kept in a conflict is the app's own and is not looked at. A run never overwrites what it wrote
itself, so that what was sent first is what must be there. A row that somebody has written since is
theirs, and only counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import Row, func, select

from desktop_migrator.errors import Cancelled
from desktop_migrator.model import Column, TargetEntity
from desktop_migrator.postgres.bookkeeping.chunks import Action
from desktop_migrator.postgres.bookkeeping.tables import chunks
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import DIGEST_SIZE, digester
from desktop_migrator.reporter import Reporter, Stage
from desktop_migrator.system.debug import debug_log

_log = debug_log("migration:verify")

_MAX_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Discrepancy:
    entity: str
    id: str
    missing: bool
    """Not there at all; else it differs."""


@dataclass(slots=True)
class VerifyCounts:
    """Numbers of rows."""

    checked: int = 0
    missing: int = 0
    different: int = 0
    changed: int = 0
    """By somebody else, since the run wrote them."""

    def __add__(self, other: "VerifyCounts") -> "VerifyCounts":
        return VerifyCounts(
            self.checked + other.checked,
            self.missing + other.missing,
            self.different + other.different,
            self.changed + other.changed,
        )


@dataclass(frozen=True, slots=True)
class Verification:
    by_entity: dict[str, VerifyCounts]
    examples: tuple[Discrepancy, ...]
    """The first few."""

    @property
    def checked(self) -> int:
        return sum(part.checked for part in self.by_entity.values())

    @property
    def missing(self) -> int:
        return sum(part.missing for part in self.by_entity.values())

    @property
    def different(self) -> int:
        return sum(part.different for part in self.by_entity.values())

    @property
    def changed(self) -> int:
        return sum(part.changed for part in self.by_entity.values())

    @property
    def ok(self) -> bool:
        return not self.missing and not self.different


def verify(
    connection: sqlalchemy.Connection,
    entities: Iterable[TargetEntity],
    run: UUID | str,
    reporter: Reporter,
    *,
    worker_index: int = 0,
    worker_count: int = 1,
) -> Verification:
    """Compare all rows of the run, a chunk at a time; changes nothing, commits nothing.

    What somebody has changed since the run wrote it is only counted. `worker_index` is for one of
    several processes that verify a run, each every so many of its chunks.

    Raises Cancelled between two chunks.
    """
    by_name = {entity.name: entity for entity in entities}
    by_entity = {name: VerifyCounts() for name in by_name}
    examples: list[Discrepancy] = []
    found = find_discrepancies(
        *(connection, by_name, run, reporter, by_entity),
        changed_is_fine=True,
        worker_index=worker_index,
        worker_count=worker_count,
    )
    for discrepancy in found:
        if len(examples) < _MAX_EXAMPLES:
            examples.append(discrepancy)
    for name, counts in by_entity.items():
        _log.debug("%s: %s", name, counts)
    return Verification(by_entity, tuple(examples))


def merge_verifications(parts: Sequence[Verification]) -> Verification:
    """What several processes have found."""
    by_entity: dict[str, VerifyCounts] = {}
    for part in parts:
        for name, numbers in part.by_entity.items():
            by_entity[name] = by_entity.get(name, VerifyCounts()) + numbers
    examples = [example for part in parts for example in part.examples]
    return Verification(by_entity, tuple(examples[:_MAX_EXAMPLES]))


def count_rows_to_verify(
    connection: sqlalchemy.Connection, entities: Iterable[TargetEntity], run: UUID | str
) -> int:
    """How many rows of the run there are to compare."""
    names = [entity.name for entity in entities]
    return sum(rows for _, rows in _chunk_sizes(connection, names, run))


def find_discrepancies(
    connection: sqlalchemy.Connection,
    by_name: Mapping[str, TargetEntity],
    run: UUID | str,
    reporter: Reporter,
    by_entity: Mapping[str, VerifyCounts],
    *,
    changed_is_fine: bool = False,
    worker_index: int = 0,
    worker_count: int = 1,
) -> Iterator[Discrepancy]:
    """All that differs, of the entities given by name; counts into `by_entity`.

    Where `changed_is_fine`, rows that somebody has written since the run are left out.
    """
    done = 0
    with translate_errors():
        parts = _chunk_sizes(connection, by_name, run)[worker_index::worker_count]
        total = sum(rows for _, rows in parts)
        reporter.started(Stage.VERIFY, total)
        for seq, rows in parts:
            if reporter.cancelled:
                raise Cancelled
            chunk = connection.execute(
                select(chunks).where(chunks.c.run == str(run), chunks.c.seq == seq)
            ).one()
            numbers = by_entity[chunk.entity]
            yield from _verify_chunk(
                connection, by_name[chunk.entity], chunk, numbers, changed_is_fine=changed_is_fine
            )
            done += rows
            reporter.advanced(Stage.VERIFY, done, total)


def _chunk_sizes(
    connection: sqlalchemy.Connection, entities: Iterable[str], run: UUID | str
) -> list[tuple[int, int]]:
    """The run's chunks, in order, and how many rows each names."""
    rows = connection.execute(
        select(chunks.c.seq, func.length(chunks.c.actions))
        .where(chunks.c.run == str(run), chunks.c.entity.in_(tuple(entities)))
        .order_by(chunks.c.seq)
    )
    return [(seq, number) for seq, number in rows]


def _verify_chunk(
    connection: sqlalchemy.Connection,
    entity: TargetEntity,
    chunk: Row[Any],
    numbers: VerifyCounts,
    *,
    changed_is_fine: bool,
) -> list[Discrepancy]:
    sent = {
        row_id: chunk.digests[index * DIGEST_SIZE : (index + 1) * DIGEST_SIZE]
        for index, (row_id, action) in enumerate(zip(chunk.ids, chunk.actions, strict=True))
        if action != Action.SKIPPED
    }
    columns = {column.name: column for column in entity.table.columns}
    found = _read_digests(connection, entity, [columns[name] for name in chunk.columns], list(sent))
    wrong = {row_id for row_id, digest in sent.items() if found.get(row_id) != digest}
    missing = wrong - found.keys()
    if changed_is_fine and wrong - missing:
        changed = wrong - missing - _unchanged_since(connection, entity, chunk, sorted(wrong))
        numbers.changed += len(changed)
        wrong -= changed
    numbers.checked += len(sent)
    numbers.missing += len(missing)
    numbers.different += len(wrong) - len(missing)
    return [Discrepancy(entity.name, row_id, missing=row_id in missing) for row_id in sorted(wrong)]


def _unchanged_since(
    connection: sqlalchemy.Connection, entity: TargetEntity, chunk: Row[Any], ids: list[str]
) -> set[str]:
    """Those of the rows that nobody has written since the chunk did."""
    query = adapters.select_by_id(
        entity.table, entity.row_key, entity.columns[:1], " AND xmin::text::bigint = %s"
    )
    rows = adapters.cursor(connection).execute(query, [ids, chunk.state])
    return {row_id for row_id, _ in rows}


def _read_digests(
    connection: sqlalchemy.Connection,
    entity: TargetEntity,
    columns: Sequence[Column],
    ids: list[str],
) -> dict[str, bytes]:
    """The digests of the rows there are, by id."""
    digest = digester(columns)
    rows = adapters.stream_rows(
        adapters.cursor(connection),
        adapters.select_by_id(entity.table, entity.row_key, columns),
        ids,
    )
    return {row[0]: digest(row[1:]) for row in rows}
