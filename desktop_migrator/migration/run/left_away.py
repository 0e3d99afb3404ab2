"""Indexes left away while a run loads much, and made again at its end, however it ends.

What a run that was killed has left away, the next run of anybody makes again first; so does
`repair`.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.run.under_way import UnderWay
from desktop_migrator.model import Table, TargetEntity
from desktop_migrator.postgres.connect import translated
from desktop_migrator.postgres.tables import holds_at_least
from desktop_migrator.postgres.tune import fast_load, heal

LEAST_ITEMS = 100_000
"""Items of a table from which on making indexes anew is quicker than filling them."""


@contextmanager
def indexes_left_away(run: UnderWay, entities: Sequence[TargetEntity]) -> Iterator[None]:
    """For tables that get much and hold less; never in a dry run."""
    if run.job.dry_run:
        yield
        return
    _make_again(run, entities)
    with ExitStack() as stack:
        for table, allowed in _large(run, entities).items():
            stack.enter_context(fast_load(run.connection, table, allowed=allowed))
        yield


def _make_again(run: UnderWay, entities: Sequence[TargetEntity]) -> None:
    for table in {entity.table for entity in entities}:
        try:
            heal(run.connection, table)
        except MigratorError as error:
            run.reporter.warned(
                f"Indexes of {table.name} that a run before this one left away wait to be made "
                f"again by `repair`: {error}"
            )


def _large(run: UnderWay, entities: Sequence[TargetEntity]) -> dict[Table, bool]:
    """The tables worth it, each with whether the plan allows it where the app made the table."""
    coming: dict[Table, int] = {}
    allowed: dict[Table, bool] = {}
    for entity in entities:
        table = entity.table
        coming[table] = coming.get(table, 0) + run.surveyed.items[entity.name]
        by_plan = run.job.plan.entities[entity.name].rebuild_indexes
        allowed[table] = allowed.get(table, True) and by_plan
    with translated(), run.connection.begin():
        return {
            table: allowed[table]
            for table, number in coming.items()
            if number >= LEAST_ITEMS and not holds_at_least(run.connection, table, number)
        }
