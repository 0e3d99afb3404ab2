"""How a run ends: verified, or taken back, and entered as what it came to."""

from collections.abc import Iterable, Sequence

from desktop_migrator.errors import (
    AccountingMismatch,
    CommitsLost,
    MigratorError,
    RejectedAfterCommit,
    RejectedAndUndone,
    TooManyRejected,
    VerificationFailed,
)
from desktop_migrator.messages import NOTHING, Message, plural
from desktop_migrator.migration.run.filters import EXCLUDED_ITEM, OUT_OF_RANGE
from desktop_migrator.migration.run.name_differences import name_differences
from desktop_migrator.migration.run.parallel.verify_parallel import verify_parallel
from desktop_migrator.migration.run.parallel.workers import start_forkserver
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.migration.undo import undo_runs
from desktop_migrator.model import Counts, Outcome, TargetEntity, UndoResult
from desktop_migrator.postgres.bookkeeping.runs import find_run, finish_run
from desktop_migrator.postgres.connection.engine import (
    free_connections,
    invalidate_if_closed,
    translate_errors,
)
from desktop_migrator.postgres.connection.retry import NO_RETRY
from desktop_migrator.postgres.load.checkpoint import committed_counts
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.verify_run import Verification, count_rows_to_verify, verify

MIN_ROWS_FOR_PARALLEL = 50_000
"""Rows from which on it pays to verify them by several processes."""


def check_accounting(run: RunContext, entities: Sequence[TargetEntity]) -> None:
    """Raises AccountingMismatch unless it is known of every item what became of it.

    What the person has left out is none of the items. A resumed run may have done more: what the
    browser has changed in between counts as what it was then and as what it is now.
    """
    aside = run.skipped_records
    left_out = aside.get(EXCLUDED_ITEM, 0) + aside.get(OUT_OF_RANGE, 0)
    surveyed = {entity.name: run.survey.item_counts[entity.name] for entity in entities}
    expected = sum(surveyed.values()) - left_out
    received = sum(run.received[name] for name in surveyed)
    _check_sum(", ".join(surveyed), expected, received)
    for name, number in surveyed.items():
        if not left_out:
            _check_sum(name, number, run.received[name])
        counts = run.counts.get(name, Counts())
        _check_sum(name, counts.items, counts.accounted)
        if not run.registration.resumed:
            _check_sum(name, run.received[name], counts.items)


def _check_sum(entity: str, expected: int, accounted: int) -> None:
    if expected != accounted:
        raise AccountingMismatch(entity=entity, expected=expected, accounted=accounted)


def check_rejection_threshold(run: RunContext) -> None:
    """Raises TooManyRejected; a dry run only warns."""
    threshold = run.job.rollback_threshold
    if threshold is None:
        threshold = run.job.plan.on_failure.rollback_threshold
    totals = run.totals()
    if run.preserves_partial_data or totals.rejected <= threshold * totals.items:
        return
    if not run.job.dry_run:
        raise TooManyRejected(
            count=totals.rejected,
            items=totals.items,
            percent=100 * threshold,
            reason=(
                run.reporter.first_rejections[0].reason
                if run.reporter.first_rejections
                else NOTHING
            ),
        )
    run.reporter.warned(
        Message(
            "{rejected:,} of {items:,} items are rejected: the run itself "
            "would take back what it writes.",
            rejected=totals.rejected,
            items=totals.items,
        )
    )


def verify_rows(run: RunContext, entities: Sequence[TargetEntity]) -> None:
    """Read the rows back. Raises VerificationFailed, CommitsLost."""

    def attempt(retrying: bool) -> Verification:
        if retrying:
            invalidate_if_closed(run.connection)
        with run.transaction_step():
            _check_no_lost_commits(run)
            rows = count_rows_to_verify(run.connection, entities, run.id)
            number = (
                1
                if run.job.dry_run or rows < MIN_ROWS_FOR_PARALLEL
                else min(run.job.max_concurrent, free_connections(run.connection))
            )
            if number <= 1 or not start_forkserver():
                return verify(run.connection, entities, run.id, run.reporter)
        # Not within the transaction, which the server ends if nothing happens in it for long.
        return verify_parallel(run, entities, number, rows)

    verification = run.retries.run(attempt, run.reporter)
    if verification.changed:
        run.reporter.warned(
            plural(
                "{count:,} row was changed by somebody since the run wrote it, and stays so.",
                "{count:,} rows were changed by somebody since the run wrote them, and stay so.",
                count=verification.changed,
            )
        )
    if not verification.ok:
        with run.transaction_step():
            named = name_differences(run, entities, verification)
        raise VerificationFailed(
            reason=Message(
                "{missing:,} rows are missing and {different:,} differ, of {checked:,}{named}",
                missing=verification.missing,
                different=verification.different,
                checked=verification.checked,
                named=Message(" ({named})", named=named) if named != NOTHING else NOTHING,
            )
        )


def _check_no_lost_commits(run: RunContext) -> None:
    """Raises CommitsLost where another server, which had not heard of all, has taken over: with
    the record of chunks nothing would miss their rows."""
    recorded = committed_counts(adapters.cursor(run.connection), run.id)
    if _rows_written(recorded.values()) != _rows_written(run.counts.values()):
        raise CommitsLost


def _rows_written(counts: Iterable[Counts]) -> int:
    return sum(each.inserted + each.updated for each in counts)


def undo_after_failure(
    run: RunContext, error: MigratorError
) -> tuple[MigratorError, UndoResult | None]:
    """Undo what was written; returns why the run ended, and what was undone if that is known."""
    try:
        with translate_errors(), run.connection.begin():
            entered = find_run(run.connection, run.id)
        undo = undo_runs(
            run.connection,
            [entered] if entered else [],
            run.trail,
            run.reporter,
            check_fence=run.lock.fence(run.id).check,
        )
    except MigratorError as failed:
        return failed, None
    for name, counts in undo.by_entity.items():
        run.counts[name].inserted -= counts.deleted
        run.counts[name].updated -= counts.restored
    if undo.error:
        return undo.error, undo
    if isinstance(error, RejectedAfterCommit):
        return RejectedAndUndone(**error.facts), undo
    return error, undo


def record_outcome(run: RunContext, outcome: Outcome, *, after_error: bool) -> None:
    """Enter the outcome; the commit makes all that was written durable.

    Where that cannot be, the audit trail has the end of it all the same.
    """

    def attempt(retrying: bool) -> None:
        if retrying or after_error:
            invalidate_if_closed(run.connection)  # it may be what failed
        with run.transaction_step():
            if not run.job.dry_run:
                run.fence_out_stale_sessions()
                if retrying and (entered := find_run(run.connection, run.id)) and entered.finished:
                    return
            finish_run(run.connection, run.id, outcome, run.counts)
            if not run.job.dry_run:
                run.record_audit_event(outcome)

    try:
        (NO_RETRY if after_error else run.retries).run(attempt, run.reporter)
    except MigratorError:
        if not run.job.dry_run:
            _audit_failure(run)
        raise


def _audit_failure(run: RunContext) -> None:
    """The run's end in the audit trail, of the database if that can be reached, else of this
    computer; the run itself may be another's by now and is left alone."""
    try:
        invalidate_if_closed(run.connection)
        with run.transaction_step():
            run.record_audit_event(Outcome.FAILED)
    except MigratorError:
        run.trail.record_local(run.audit_event(Outcome.FAILED))
