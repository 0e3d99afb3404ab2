"""Does what analysis found at the target: statistics, and an index on the user's column."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, Engine

from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.maintenance.previous_run import Subject, bound_tables
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Table, TargetEntity
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.load.batches import ChunkLimits
from desktop_migrator.postgres.schema import indexes
from desktop_migrator.postgres.schema.indexes import analyze_table
from desktop_migrator.postgres.schema.table_health import TableHealth, table_health
from desktop_migrator.reporter import Reporter

_CHUNK_BYTES = 4 * 1024 * 1024
"""About what 2,000 items of 2 KiB come to, the size that was measured to be quickest."""
_SMALLEST, _LARGEST = 100, 5000
_TELLING = 1000
"""Rows from which on their size says something."""


@dataclass(frozen=True, slots=True)
class Step:
    table: str
    why: str
    statement: str
    """The SQL, or what a person can do where that is not for this program."""
    made_here: bool
    """Whether it is about a table that this program made."""
    possible: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    step: Step
    done: bool


@dataclass(frozen=True, slots=True)
class Optimized:
    steps: tuple[Taken, ...]
    batch_size: int | None
    """A better `--batch-size` than the usual one, by the size of the rows; None if that is fine."""


def optimize(
    subject: Subject, workspace: Workspace, reporter: Reporter, decide: Callable[[Step], bool]
) -> Optimized:
    """Shows each step to `decide`, and takes those to which it says yes."""
    taken = []
    with (
        open_database(subject.database, workspace, reporter) as engine,
        engine.connect() as connection,
    ):
        with translated(), connection.begin():
            tables = bound_tables(connection, subject.plan, subject.plan.entities)
            healths = [(each, table_health(connection, each)) for each in tables.entities]
        for entity, health in healths:
            for step, act in _steps(engine, connection, entity, health):
                agreed = decide(step) and act is not None
                if agreed and act:
                    act()
                taken.append(Taken(step, agreed))
    return Optimized(tuple(taken), _batch_size([health for _, health in healths]))


def _steps(
    engine: Engine, connection: Connection, entity: TargetEntity, health: TableHealth
) -> Iterator[tuple[Step, Callable[[], None] | None]]:
    table, column = entity.table, health.user_column
    ours = indexes.index_name(table, column) if column else ""
    if column and not health.user_indexed:
        left = "one that failed to be made is left" if ours in health.invalid else "there is none"
        step = Step(
            health.table,
            f"Rows are looked up by {column}, and no index begins with it: {left}.",
            indexes.statement(table, column),
            health.made_here,
        )
        yield step, partial(indexes.create, engine, table, column)
    for name in health.invalid:
        if name != ours:
            step = Step(
                health.table,
                f"The index {name} is not valid, and not this program's.",
                "REINDEX INDEX CONCURRENTLY, or DROP INDEX, by the app's administrator.",
                health.made_here,
                possible=False,
            )
            yield step, None
    if health.wants_analyze:
        step = Step(
            health.table,
            "The planner's statistics are missing or out of date.",
            f"ANALYZE {health.table}",
            health.made_here,
        )
        yield step, partial(_analyze, connection, table)


def _analyze(connection: Connection, table: Table) -> None:
    with translated(), connection.begin():
        analyze_table(connection, table)


def _batch_size(tables: Sequence[TableHealth]) -> int | None:
    rows = sum(table.rows for table in tables)
    size = sum(table.bytes - table.index_bytes for table in tables)
    if rows < _TELLING:
        return None
    best = min(max(_CHUNK_BYTES * rows // max(size, 1), _SMALLEST), _LARGEST)
    usual = ChunkLimits().items
    return best if best * 2 <= usual or best >= usual * 2 else None
