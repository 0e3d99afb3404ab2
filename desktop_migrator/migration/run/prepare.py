"""Before a run writes anything: its tables, its items looked through, its conflicts asked about."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, islice

from desktop_migrator.errors import Cancelled, ItemsRejected, TooManyConflicts, UsageError
from desktop_migrator.migration.database.open_database import prepare_entities
from desktop_migrator.migration.run import decisions
from desktop_migrator.migration.run.register_run import unfinished
from desktop_migrator.migration.run.run_context import UnderWay
from desktop_migrator.model import Conflict, Counts, Item, Rejection, TargetEntity
from desktop_migrator.postgres.bookkeeping.schema import upgrade
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.load.checkpoint import done_until_now
from desktop_migrator.postgres.load.conflicts import asks
from desktop_migrator.postgres.load.deduplicate import Settler
from desktop_migrator.postgres.load.pending_conflicts import open_conflicts

_MOST_QUESTIONS = 20_000
"""Conflicts that a person can be asked about in one run."""


def prepare(run: UnderWay) -> tuple[TargetEntity, ...]:
    """The entities that the run loads, bound to their tables; in the caller's transaction."""
    job = run.job
    if unknown := (job.include | job.exclude) - job.plan.entities.keys():
        raise UsageError(
            reason=f"The plan has no {', '.join(sorted(unknown))}; it has "
            f"{', '.join(job.plan.entities)}."
        )
    wanted = (job.include or job.plan.entities.keys()) - job.exclude
    wanted &= run.surveyed.items.keys()
    entities = prepare_entities(run.connection, job.plan, wanted, create=job.create_tables)
    return tuple(replace(entity, rule=job.rule(entity.name)) for entity in entities)


def ask_about_conflicts(run: UnderWay) -> None:
    """Have the person decide those that the decisions do not answer, where that is wanted.

    Raises Cancelled, ConflictsWait, TooManyConflicts, and as `look_through`.
    """
    rules = {run.job.rule(name) for name in run.surveyed.items}
    if not run.job.dry_run and any(asks(run.job.policy, rule) for rule in rules):
        decisions.settle(_open_conflicts(run), run.decisions, run.reporter)


def _open_conflicts(run: UnderWay) -> list[Conflict]:
    """In a transaction of its own, rolled back."""
    with translated(), run.connection.begin() as trial:
        entities = prepare(run)
        look_through(run, entities)
        upgrade(run.connection)
        former = unfinished(run)
        done = done_until_now(run.connection, former.id) if former else None
        found = chain.from_iterable(
            open_conflicts(
                run.connection,
                entities,
                outcomes,
                user_id=run.user_id,
                policy=run.job.policy,
                answers=run.decisions.answer,
                reporter=run.reporter,
                total=run.surveyed.total(entities),
                former=done,
            )
            for outcomes in run.in_order(entities, Settler(entities, run.surveyed.repeats))
        )
        conflicts = list(islice(found, _MOST_QUESTIONS + 1))
        trial.rollback()
    if len(conflicts) > _MOST_QUESTIONS:
        raise TooManyConflicts(count=_MOST_QUESTIONS)
    for conflict in conflicts:
        run.counts.setdefault(conflict.entity, Counts()).conflicts += 1
    return conflicts


def look_through(run: UnderWay, entities: Sequence[TargetEntity]) -> None:
    """Once, before anything is written: note natural keys and, where a rejection is to stop the
    run, raise ItemsRejected if an item cannot go."""
    if run.looked_through:
        return
    run.looked_through = True
    settler = Settler(entities, run.surveyed.repeats)
    if not run.job.continue_on_error:
        _check(run, entities, settler)
    elif keyed := [entity for entity in entities if entity.name in settler.with_keys]:
        for each in run.extracted(keyed):
            if isinstance(each, Item):
                settler.note(each)


def _check(run: UnderWay, entities: Sequence[TargetEntity], settler: Settler) -> None:
    records = run.surveyed.records
    run.reporter.started("check", records)
    rejected = 0
    for each in run.extracted(entities):
        if isinstance(each, Rejection):
            rejected += 1
            run.reporter.rejected(each)
            run.counts.setdefault(each.entity, Counts()).rejected += 1
        else:
            settler.note(each)
        if run.reporter.cancelled:
            raise Cancelled
        if run.extractor:  # without the record that is under way
            run.reporter.advanced("check", run.extractor.records - 1, records)
    run.reporter.advanced("check", records, records)
    if rejected:
        raise ItemsRejected(count=rejected, written=0, reason=run.reporter.kept[0].reason)
