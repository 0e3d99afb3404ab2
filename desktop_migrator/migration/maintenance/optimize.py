"""Does what analysis found at the target: statistics, and an index on the user's column."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, Engine

from desktop_migrator.messages import Message, verbatim
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest, bind_tables
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Table, TargetEntity
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.load.batches import BatchLimits
from desktop_migrator.postgres.schema import indexes
from desktop_migrator.postgres.schema.indexes import analyze_table
from desktop_migrator.postgres.schema.table_health import TableHealth, table_health
from desktop_migrator.reporter import Reporter

_TARGET_BATCH_BYTES = 4 * 1024 * 1024
"""About what 2,000 items of 2 KiB come to, the size that was measured to be quickest."""
_MIN_BATCH, _MAX_BATCH = 100, 5000
_MIN_ROWS_FOR_ESTIMATE = 1000
"""Rows from which on their size says something."""


@dataclass(frozen=True, slots=True)
class OptimizeStep:
    table: str
    why: Message
    statement: Message
    """The SQL, or what a person can do where that is not for this program."""
    made_here: bool
    """Whether it is about a table that this program made."""
    possible: bool = True


@dataclass(frozen=True, slots=True)
class StepResult:
    step: OptimizeStep
    done: bool


@dataclass(frozen=True, slots=True)
class OptimizeResult:
    steps: tuple[StepResult, ...]
    batch_size: int | None
    """A better `--batch-size` than the usual one, by the size of the rows; None if that is fine."""


def optimize(
    request: MaintenanceRequest,
    workspace: Workspace,
    reporter: Reporter,
    decide: Callable[[OptimizeStep], bool],
) -> OptimizeResult:
    """Shows each step to `decide`, and takes those to which it says yes."""
    taken = []
    with (
        open_database(request.database, workspace, reporter) as engine,
        engine.connect() as connection,
    ):
        with translate_errors(), connection.begin():
            tables = bind_tables(connection, request.plan, request.plan.entities)
            healths = [(each, table_health(connection, each)) for each in tables.entities]
        for entity, health in healths:
            for step, act in _steps(engine, connection, entity, health):
                agreed = decide(step) and act is not None
                if agreed and act:
                    act()
                taken.append(StepResult(step, agreed))
    return OptimizeResult(tuple(taken), _batch_size([health for _, health in healths]))


def _steps(
    engine: Engine, connection: Connection, entity: TargetEntity, health: TableHealth
) -> Iterator[tuple[OptimizeStep, Callable[[], None] | None]]:
    table, column = entity.table, health.user_column
    ours = indexes.index_name(table, column) if column else ""
    if column and not health.user_indexed:
        step = OptimizeStep(
            health.table,
            (
                Message(
                    "Rows are looked up by {column}, and no index begins with it: "
                    "one that failed to be made is left.",
                    column=column,
                )
                if ours in health.invalid
                else Message(
                    "Rows are looked up by {column}, and no index begins with it: there is none.",
                    column=column,
                )
            ),
            verbatim(indexes.create_index_statement(table, column)),
            health.made_here,
        )
        yield step, partial(indexes.create_user_index, engine, table, column)
    for name in health.invalid:
        if name != ours:
            step = OptimizeStep(
                health.table,
                Message("The index {index} is not valid, and not this program's.", index=name),
                Message("REINDEX INDEX CONCURRENTLY, or DROP INDEX, by the app's administrator."),
                health.made_here,
                possible=False,
            )
            yield step, None
    if health.needs_analyze:
        step = OptimizeStep(
            health.table,
            Message("The planner's statistics are missing or out of date."),
            verbatim(f"ANALYZE {health.table}"),
            health.made_here,
        )
        yield step, partial(_analyze, connection, table)


def _analyze(connection: Connection, table: Table) -> None:
    with translate_errors(), connection.begin():
        analyze_table(connection, table)


def _batch_size(tables: Sequence[TableHealth]) -> int | None:
    rows = sum(table.rows for table in tables)
    size = sum(table.bytes - table.index_bytes for table in tables)
    if rows < _MIN_ROWS_FOR_ESTIMATE:
        return None
    best = min(max(_TARGET_BATCH_BYTES * rows // max(size, 1), _MIN_BATCH), _MAX_BATCH)
    usual = BatchLimits().max_items
    return best if best * 2 <= usual or best >= usual * 2 else None
