"""How a run ends: verified, or taken back, and entered as what it came to."""

from collections.abc import Iterable, Sequence

from desktop_migrator.errors import (
    CommitsLost,
    MigratorError,
    StoppedHalfway,
    TakenBack,
    TooManyRejected,
    VerificationFailed,
)
from desktop_migrator.migration.run.parallel.verify import verify_together
from desktop_migrator.migration.run.parallel.workers import make_ready
from desktop_migrator.migration.run.run_context import UnderWay
from desktop_migrator.migration.undo import undo_runs
from desktop_migrator.model import Counts, Outcome, TargetEntity
from desktop_migrator.postgres.bookkeeping.runs import find_run, finish_run
from desktop_migrator.postgres.connection.engine import renew, translated
from desktop_migrator.postgres.connection.retry import ONCE
from desktop_migrator.postgres.load.checkpoint import counts_until_now
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.verify_run import Verification, rows_of, verify

MANY = 50_000
"""Rows from which on it pays to verify them by several processes."""


def check_threshold(run: UnderWay) -> None:
    """Raises TooManyRejected; a dry run only warns."""
    threshold = run.job.rollback_threshold
    if threshold is None:
        threshold = run.job.plan.on_failure.rollback_threshold
    totals = run.totals()
    if run.preserves or totals.rejected <= threshold * totals.items:
        return
    if not run.job.dry_run:
        raise TooManyRejected(
            count=totals.rejected,
            items=totals.items,
            percent=100 * threshold,
            reason=run.reporter.kept[0].reason if run.reporter.kept else "",
        )
    run.reporter.warned(
        f"{totals.rejected:,} of {totals.items:,} items are rejected: the run itself would "
        "take back what it writes."
    )


def check_rows(run: UnderWay, entities: Sequence[TargetEntity]) -> None:
    """Read the rows back. Raises VerificationFailed, CommitsLost."""

    def attempt(again: bool) -> Verification:
        if again:
            renew(run.connection)
        with run.step():
            _check_record(run)
            rows = rows_of(run.connection, entities, run.id)
            number = 1 if run.job.dry_run or rows < MANY else run.job.max_concurrent
            if number == 1 or not make_ready():
                return verify(run.connection, entities, run.id, run.reporter, run.former)
        # Not within the transaction, which the server ends if nothing happens in it for long.
        return verify_together(run, entities, number, rows)

    verification = run.retries.run(attempt, run.reporter)
    if verification.changed:
        run.reporter.warned(
            f"{verification.changed:,} rows that were written before the run was cut off have "
            "been changed since, and stay so."
        )
    if not verification.ok:
        raise VerificationFailed(
            reason=f"{verification.missing:,} rows are missing and {verification.different:,} "
            f"differ, of {verification.checked:,}"
        )
    run.verified = True


def _check_record(run: UnderWay) -> None:
    """Raises CommitsLost where another server, which had not heard of all, has taken over: with
    the record of chunks nothing would miss their rows."""
    recorded = counts_until_now(adapters.cursor(run.connection), run.id)
    if _written(recorded.values()) != _written(run.counts.values()):
        raise CommitsLost


def _written(counts: Iterable[Counts]) -> int:
    return sum(each.inserted + each.updated for each in counts)


def take_back(run: UnderWay, error: MigratorError) -> MigratorError:
    """Undo what was written; returns why the run ended."""
    try:
        with translated(), run.connection.begin():
            entered = find_run(run.connection, run.id)
        undo = undo_runs(
            run.connection,
            [entered] if entered else [],
            run.trail,
            run.reporter,
            check=run.lock.fence(run.id).check,
        )
    except MigratorError as failed:
        return failed
    run.undo = undo
    for name, counts in undo.by_entity.items():
        run.counts[name].inserted -= counts.deleted
        run.counts[name].updated -= counts.restored
    if undo.error:
        return undo.error
    return TakenBack(**error.facts) if isinstance(error, StoppedHalfway) else error


def finish(run: UnderWay, how: Outcome, *, after_error: bool) -> None:
    """Enter the outcome; the commit makes all that was written durable.

    Where that cannot be, the audit trail has the end of it all the same.
    """

    def attempt(again: bool) -> None:
        if again or after_error:
            renew(run.connection)  # it may be what failed
        with run.step():
            if not run.job.dry_run:
                run.settle()
                if again and (entered := find_run(run.connection, run.id)) and entered.finished:
                    return
            finish_run(run.connection, run.id, how, run.counts)
            if not run.job.dry_run:
                run.record(how)

    try:
        (ONCE if after_error else run.retries).run(attempt, run.reporter)
    except MigratorError:
        if not run.job.dry_run:
            _leave_word(run)
        raise


def _leave_word(run: UnderWay) -> None:
    """The run's end in the audit trail, of the database if that can be reached, else of this
    computer; the run itself may be another's by now and is left alone."""
    try:
        renew(run.connection)
        with run.step():
            run.record(Outcome.FAILED)
    except MigratorError:
        run.trail.note(run.deed(Outcome.FAILED))
