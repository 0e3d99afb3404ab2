"""The step of a run that writes rows."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from desktop_migrator.errors import CommitsLost, MigratorError
from desktop_migrator.messages import Message, plural
from desktop_migrator.migration.run.parallel.load_parallel import load_parallel, process_count
from desktop_migrator.migration.run.parallel.load_worker import id_maker
from desktop_migrator.migration.run.reader_warnings import reader_warnings
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.model import Table, TargetEntity
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.schema.create_tables import has_at_least_rows
from desktop_migrator.postgres.schema.indexes import rebuild_indexes, without_secondary_indexes
from desktop_migrator.reporter import Stage


def load(run: RunContext, entities: Sequence[TargetEntity]) -> None:
    """All items that are not done, from the beginning or from where the run stands."""
    number = process_count(run, entities)
    with drop_indexes(run, entities):
        renamed = (
            load_parallel(run, entities, number)
            if number > 1
            else _load_in_one_process(run, entities)
        )
    run.count_duplicates(run.extractors[-1].accounting.duplicates)
    if renamed:
        run.reporter.warned(
            Message(
                "Items with ids that rows of other people have got new ones: {renamed:,}.",
                renamed=renamed,
            )
        )
    for warning in _extraction_warnings(run):
        run.reporter.warned(warning)


def _load_in_one_process(run: RunContext, entities: Sequence[TargetEntity]) -> int:
    resume = run.registration.resumed
    while True:
        try:
            return _load_from(run, entities, resume=resume)
        except CommitsLost as lost:
            run.reporter.warned(Message("{lost} They are done again.", lost=lost.message))
            resume = True


def _load_from(run: RunContext, entities: Sequence[TargetEntity], *, resume: bool) -> int:
    """Returns how many items got new ids."""
    deduplicator = run.deduplicator(entities, run.observer.on_versions if run.observer else None)
    loader = Loader(
        run.connection,
        entities,
        run.load_options(resume=resume),
        run.reporter,
        make_id=id_maker(run.user_id, entities),
        decisions=run.decisions.answer,
        observer=run.observer,
        fence_out=run.fence_out_stale_sessions,
        counts=run.counts,
    )
    total = run.survey.item_total(entities)
    for outcomes in run.in_load_order(entities, deduplicator):
        loader.load(outcomes, total)
    run.received = loader.received
    run.count_deduplicated(deduplicator)
    run.reporter.advanced(Stage.LOAD, total, total)
    if loader.null_references:
        run.reporter.warned(
            Message(
                "References left empty, since what they refer to is not there: "
                "{null_references:,}.",
                null_references=loader.null_references,
            )
        )
    return loader.derived_ids


def _extraction_warnings(run: RunContext) -> Iterator[Message]:
    accounting = run.accounting
    if number := accounting.duplicates.total():
        yield plural(
            "{count:,} item stood twice in its record and went once.",
            "{count:,} items stood twice in their record and went once.",
            count=number,
        )
    yield from reader_warnings(accounting)
    for path, number in accounting.omitted.items():
        yield plural(
            "{count:,} value of the sensitive field {field} was left out, since there is no key "
            "to protect it with; it is still in the browser.",
            "{count:,} values of the sensitive field {field} were left out, since there is no key "
            "to protect them with; they are still in the browser.",
            count=number,
            field=path,
        )
    if number := accounting.skipped["partitioned"]:
        yield plural(
            "{count:,} record of the site lies framed in another site; it was left aside. A plan"
            " with `partitioned = true` takes it, too.",
            "{count:,} records of the site lie framed in other sites; they were left aside. A plan"
            " with `partitioned = true` takes them, too.",
            count=number,
        )
    if number := accounting.skipped["container"]:
        yield plural(
            "{count:,} record of the site lies in a container of Firefox; it was left aside. A"
            " plan with `partitioned = true` takes it, too.",
            "{count:,} records of the site lie in containers of Firefox; they were left aside. A"
            " plan with `partitioned = true` takes them, too.",
            count=number,
        )


MIN_ITEMS_TO_DROP_INDEXES = 100_000
"""Items of a table from which on making indexes anew is quicker than filling them."""


@contextmanager
def drop_indexes(run: RunContext, entities: Sequence[TargetEntity]) -> Iterator[None]:
    """For tables that get much and hold less; never in a dry run."""
    if run.job.dry_run:
        yield
        return
    _rebuild_dropped_indexes(run, entities)
    with ExitStack() as stack:
        for table, allowed in _tables_worth_rebuilding(run, entities).items():
            stack.enter_context(
                without_secondary_indexes(
                    run.connection,
                    table,
                    any_table=allowed,
                    on_busy=partial(_warn_of_missing_indexes, run, table),
                )
            )
        yield


def _rebuild_dropped_indexes(run: RunContext, entities: Sequence[TargetEntity]) -> None:
    for table in {entity.table for entity in entities}:
        try:
            rebuild_indexes(run.connection, table)
        except MigratorError as error:
            _warn_of_missing_indexes(run, table, error)


def _warn_of_missing_indexes(run: RunContext, table: Table, error: MigratorError) -> None:
    run.reporter.warned(
        Message(
            "Indexes of {table} that a run left away wait to be made again by `repair`: {error}",
            table=table.name,
            error=error.message,
        )
    )


def _tables_worth_rebuilding(
    run: RunContext, entities: Sequence[TargetEntity]
) -> dict[Table, bool]:
    """The tables worth it, each with whether the plan allows it where the app made the table."""
    coming: dict[Table, int] = {}
    allowed: dict[Table, bool] = {}
    for entity in entities:
        table = entity.table
        coming[table] = coming.get(table, 0) + run.survey.item_counts[entity.name]
        by_plan = run.job.plan.entities[entity.name].rebuild_indexes
        allowed[table] = allowed.get(table, True) and by_plan
    with translate_errors(), run.connection.begin():
        return {
            table: allowed[table]
            for table, number in coming.items()
            if number >= MIN_ITEMS_TO_DROP_INDEXES
            and not has_at_least_rows(run.connection, table, number)
        }
