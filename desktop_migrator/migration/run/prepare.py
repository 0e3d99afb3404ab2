"""Before a run writes anything: its tables, its items looked through, its conflicts asked about."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain, islice

from desktop_migrator.errors import Cancelled, ItemsRejected, TooManyConflicts, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import prepare_entities, require_user_row
from desktop_migrator.migration.run import decisions
from desktop_migrator.migration.run.register_run import run_to_resume
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.model import (
    Conflict,
    Counts,
    Item,
    Rejection,
    Resolution,
    TargetEntity,
)
from desktop_migrator.postgres.bookkeeping.trial import trial_transaction
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.load.checkpoint import load_completed_rows
from desktop_migrator.postgres.load.conflicts import needs_decision
from desktop_migrator.postgres.load.deduplicate import Deduplicator
from desktop_migrator.postgres.load.pending_conflicts import find_pending_conflicts
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.reporter import Stage

_MAX_QUESTIONS = 20_000
"""Conflicts that a person can be asked about in one run."""


def check_existing_tables(run: RunContext) -> None:
    """Raises PlanDoesNotFit where the database or a table can take nothing as it is.

    To be told before what the bookkeeping lacks, which it would be no use to put right.
    """
    names = {run.job.plan.entities[name].table for name in _wanted_entities(run)}
    with translate_errors(), run.connection.begin():
        introspect(run.connection, names)


def bind_run_entities(run: RunContext, *, trial: bool) -> tuple[TargetEntity, ...]:
    """The entities that the run loads, bound to their tables; in the caller's transaction.

    In a `trial`, which is rolled back, temporary tables stand in for those still to be made.
    Raises UserNotFound where all rows would be refused since there is no such person.
    """
    job, wanted = run.job, _wanted_entities(run)
    entities = prepare_entities(
        *(run.connection, job.plan, wanted),
        create=job.create_tables,
        trial=trial,
        user_id=run.user_id,
    )
    require_user_row(run.connection, entities, run.user_id)
    return tuple(replace(entity, rule=job.merge_rule(entity.name)) for entity in entities)


def _wanted_entities(run: RunContext) -> Set[str]:
    job = run.job
    if unknown := (job.include | job.exclude) - job.plan.entities.keys():
        raise UsageError(
            reason=Message(
                "The plan has no {unknown}; it has {entities}.",
                unknown=", ".join(sorted(unknown)),
                entities=", ".join(job.plan.entities),
            )
        )
    return job.wanted_entities & run.survey.item_counts.keys()


def ask_about_conflicts(run: RunContext) -> bool:
    """Have the person decide those that the decisions do not answer; whether that was wanted.

    First, which of two versions in the sources counts, then those with rows. Where nobody can be
    asked, the entities' rules decide between versions. Then the items are prechecked, too. Raises
    Cancelled, ConflictsUnresolved, TooManyConflicts, and as `precheck_items`.
    """
    rules = {run.job.merge_rule(name) for name in run.survey.item_counts}
    if run.job.dry_run or not any(needs_decision(run.job.policy, rule) for rule in rules):
        return False
    with translate_errors(), trial_transaction(run.connection, run.user_id):
        entities = bind_run_entities(run, trial=True)
        precheck_items(run, entities)
    _ask_about_versions(
        run, [each for each in entities if needs_decision(run.job.policy, each.rule)]
    )
    decisions.resolve_with_user(_find_pending_conflicts(run), run.decisions, run.reporter)
    return True


def _ask_about_versions(run: RunContext, entities: Sequence[TargetEntity]) -> None:
    """Round by round, since an answer may set the version that counts against a third one."""
    if not entities or not run.survey.duplicate_keys:
        return
    versions = list(_possible_duplicates(run, entities))
    questioning = decisions.Questioning(run.decisions, run.reporter)
    while True:
        undecided: list[Conflict] = []

        def settle(conflict: Conflict, found: list[Conflict] = undecided) -> Resolution | None:
            answer = questioning.answer_from_before(conflict)
            if answer is None and len(found) < _MAX_QUESTIONS:  # the others in the next round
                found.append(conflict)
            return answer

        for _ in run.deduplicator(entities, settle).deduplicate(versions):
            if run.reporter.cancelled:
                raise Cancelled
        if questioning.ask(undecided) or not undecided:
            return


def _possible_duplicates(run: RunContext, entities: Sequence[TargetEntity]) -> Iterator[Item]:
    deduplicator = run.deduplicator(entities)
    records = run.survey.records
    run.reporter.started(Stage.COMPARE, records)
    for each in run.extract_items(entities):
        if isinstance(each, Item) and deduplicator.may_be_duplicate(each):
            yield each
        if run.reporter.cancelled:
            raise Cancelled
        run.reporter.advanced(Stage.COMPARE, run.records - 1, records)  # but the one under way
    run.reporter.advanced(Stage.COMPARE, records, records)


def _find_pending_conflicts(run: RunContext) -> list[Conflict]:
    """In a transaction of its own, rolled back."""
    with translate_errors(), trial_transaction(run.connection, run.user_id):
        entities = bind_run_entities(run, trial=True)
        former = run_to_resume(run)
        done = load_completed_rows(run.connection, former.id) if former else None
        found = chain.from_iterable(
            find_pending_conflicts(
                run.connection,
                entities,
                outcomes,
                user_id=run.user_id,
                policy=run.job.policy,
                decisions=run.decisions.answer,
                reporter=run.reporter,
                total=run.survey.item_total(entities),
                completed=done,
            )
            for outcomes in run.in_load_order(entities, run.deduplicator(entities))
        )
        conflicts = list(islice(found, _MAX_QUESTIONS + 1))
    if len(conflicts) > _MAX_QUESTIONS:
        raise TooManyConflicts(count=_MAX_QUESTIONS)
    for conflict in conflicts:
        run.counts.setdefault(conflict.entity, Counts()).conflicts += 1
    return conflicts


def precheck_items(run: RunContext, entities: Sequence[TargetEntity]) -> None:
    """Before anything is written: note natural keys and, where a rejection is to stop the run,
    raise ItemsRejected if an item cannot go."""
    deduplicator = run.deduplicator(entities)
    if not run.job.continue_on_error:
        _precheck(run, entities, deduplicator)
    elif keyed := [
        entity for entity in entities if entity.name in deduplicator.entities_with_natural_keys
    ]:
        for each in run.extract_items(keyed):
            if isinstance(each, Item):
                deduplicator.register_natural_keys(each)


def _precheck(
    run: RunContext, entities: Sequence[TargetEntity], deduplicator: Deduplicator
) -> None:
    records = run.survey.records
    run.reporter.started(Stage.CHECK, records)
    rejected = 0
    for each in run.extract_items(entities):
        if isinstance(each, Rejection):
            rejected += 1
            run.reporter.rejected(each)
            run.counts.setdefault(each.entity, Counts()).rejected += 1
        else:
            deduplicator.register_natural_keys(each)
        if run.reporter.cancelled:
            raise Cancelled
        run.reporter.advanced(Stage.CHECK, run.records - 1, records)  # but the one under way
    run.reporter.advanced(Stage.CHECK, records, records)
    if rejected:
        raise ItemsRejected(
            count=rejected, written=0, reason=run.reporter.first_rejections[0].reason
        )
