"""The step of a run that writes down which of the browser's records have arrived as a whole."""

from collections.abc import Iterable, Iterator, Sequence

from desktop_migrator.migration.run.filters import ALL_TIME
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.migration.workspace.arrivals import HeldReason, Place, place_of
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import TargetEntity
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.postgres.bookkeeping.quarantine import AsideCode, quarantined_places
from desktop_migrator.postgres.connection.engine import invalidate_if_closed

_REASONS: dict[str, HeldReason] = {
    AsideCode.SUPERSEDED: HeldReason.SUPERSEDED,
    AsideCode.KEPT: HeldReason.KEPT,
}


def note_arrivals(run: RunContext, entities: Sequence[TargetEntity], workspace: Workspace) -> None:
    """Of a run that was verified."""
    if run.job.dry_run:
        return

    def attempt(retrying: bool) -> list[tuple[Place, str]]:
        if retrying:
            invalidate_if_closed(run.connection)
        with run.transaction_step():
            return [
                (place, _REASONS.get(code, HeldReason.REJECTED))
                for place, code in quarantined_places(run.connection, run.id)
            ]

    held = run.retries.run(attempt, run.reporter)
    held += ((place, HeldReason.INCOMPLETE) for place in _incomplete(run, entities))
    held += ((place_of(source), HeldReason.SUPERSEDED) for source in run.held_back)
    held += list(_parts_held(run, held))
    run.survey.arrivals.save(workspace.arrivals, run.id, run.survey.origins, held)


def _parts_held(run: RunContext, held: Iterable[tuple[Place, str]]) -> Iterator[tuple[Place, str]]:
    """Where other records lie that make one item with those held."""
    combined = {
        (str(path), str(storage_key)): keys
        for (path, storage_key), keys in run.survey.companions.combined.items()
    }
    for (path, storage_key, key), reason in held:
        keys = combined.get((path, storage_key), ())
        for other in run.job.plan.combined_with(key, keys) if keys else ():
            yield (path, storage_key, other), reason


def _incomplete(run: RunContext, entities: Sequence[TargetEntity]) -> Iterator[Place]:
    """Where records lie of which something was not sent, though the person did not say so of it:
    items of another time, values for which there was no key."""
    job = run.job
    if job.period == ALL_TIME and not run.accounting.omitted:
        return
    extractor = Extractor(
        *(job.plan, entities, run.user_id, run.survey.origins, job.field_key),
        run.survey.companions,
    )
    for record in run.sources.records():
        before = extractor.accounting.omitted.total()
        outcomes = list(extractor.extract([record]))
        omitted = extractor.accounting.omitted.total() > before
        if omitted or not all(map(job.period.may_contain, outcomes)):
            yield place_of(record)
