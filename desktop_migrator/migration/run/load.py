"""The step of a run that writes rows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from desktop_migrator.errors import CommitsLost, MigratorError
from desktop_migrator.migration.run.parallel.load import load_together, processes
from desktop_migrator.migration.run.parallel.load_worker import derivation
from desktop_migrator.migration.run.run_context import UnderWay
from desktop_migrator.model import Table, TargetEntity
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.load.batches import ChunkLimits
from desktop_migrator.postgres.load.deduplicate import Settler
from desktop_migrator.postgres.load.loader import STAGE, Loader
from desktop_migrator.postgres.schema.create_tables import holds_at_least
from desktop_migrator.postgres.schema.indexes import fast_load, heal


def load(run: UnderWay, entities: Sequence[TargetEntity]) -> None:
    """All items that are not done, from the beginning or from where the run stands."""
    number = processes(run, entities)
    with indexes_left_away(run, entities):
        renamed = load_together(run, entities, number) if number > 1 else _load_alone(run, entities)
    if renamed:
        run.reporter.warned(
            f"Items with ids that rows of other people have got new ones: {renamed:,}."
        )
    for warning in _notes(run):
        run.reporter.warned(warning)


def _load_alone(run: UnderWay, entities: Sequence[TargetEntity]) -> int:
    resume = run.resumed
    while True:
        try:
            return _load_from(run, entities, resume=resume)
        except CommitsLost as lost:
            run.reporter.warned(f"{lost} They are done again.")
            resume = True


def _load_from(run: UnderWay, entities: Sequence[TargetEntity], *, resume: bool) -> int:
    """Returns how many items got new ids."""
    job = run.job
    settler = Settler(entities, run.surveyed.repeats)
    loader = Loader(
        run.connection,
        entities,
        run=run.id,
        user_id=run.user_id,
        policy=job.policy,
        answers=run.decisions.answer,
        derive=derivation(run.user_id, entities),
        reporter=run.reporter,
        limits=ChunkLimits(job.batch_size) if job.batch_size else None,
        keep_going=job.continue_on_error,
        dry_run=job.dry_run,
        fence=None if job.dry_run else run.lock.fence(run.id),
        settle=run.settle,
        retries=run.retries,
        resume=resume,
        pause=job.batch_delay,
        observer=run.observer,
    )
    run.counts = loader.counts
    total = run.surveyed.total(entities)
    for outcomes in run.in_order(entities, settler):
        loader.load(outcomes, total)
    for name, counts in settler.counts.items():
        if counts.items:
            run.counts[name] += counts
            run.reporter.advanced(STAGE, total, total)
    if loader.nulled:
        run.reporter.warned(
            f"References left empty, since what they refer to is not there: {loader.nulled:,}."
        )
    return loader.renamed


def _notes(run: UnderWay) -> Iterator[str]:
    extractor = run.extractor
    if extractor is None:
        return
    if extractor.duplicates:
        yield f"{extractor.duplicates:,} items stood twice in their record and went once."
    if number := extractor.warnings["big-integer"]:
        yield f"{number:,} items hold integers beyond 2^53, which JavaScript reads inexactly."
    if number := extractor.warnings["data-beside-items"]:
        yield f"{number:,} records hold more than the items taken from them."
    left_out = sum((guard.left_out for guard in extractor.guards.values()), Counter[str]())
    for path, number in left_out.items():
        yield (
            f"{number:,} values of the sensitive field {path} were left out, since there is no key "
            "to protect them with; they are still in the browser."
        )
    if number := extractor.left_aside["partitioned"]:
        yield f"{number:,} records of the site lie framed in other sites; they were left aside."


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
