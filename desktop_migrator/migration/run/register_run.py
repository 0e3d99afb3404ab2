"""A run entered in the bookkeeping, with its lease and the audit trail's first word of it."""

from desktop_migrator.errors import CaptureOfAnother, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.run.run_context import Registration, RunContext
from desktop_migrator.plan.session import session_settings
from desktop_migrator.postgres.bookkeeping.captures import (
    CaptureEntry,
    enter_captures,
    lock_captures,
    run_for_another,
)
from desktop_migrator.postgres.bookkeeping.runs import Run, reopen_run, start_run, unfinished_run
from desktop_migrator.postgres.bookkeeping.schema_upgrade import upgrade


def register_run(run: RunContext) -> None:
    """Enter a new run, or that a former one goes on; as the last thing in a step."""
    if not run.job.dry_run:
        upgrade(run.connection)
    entries = _capture_entries(run)
    if not run.job.dry_run:
        lock_captures(run.connection, [each.capture for each in entries])
        refuse_captures_of_others(run)
    former = run_to_resume(run)
    if former is None and run.job.resume:
        run.reporter.warned(Message("There is no run to go on with, so a new one begins."))
    if former:
        run_id = former.id
        reopen_run(run.connection, run_id)
    else:
        run_id = start_run(
            run.connection,
            user_id=run.user_id,
            plan=run.job.plan.name,
            plan_digest=bytes.fromhex(run.job.plan.digest),
            policy=run.job.policy,
            origins=run.survey.origins,
            field_key=_field_key(run),
            session=session_settings(run.job.plan, run.user_id),
            run=run.new_id,
        )
    enter_captures(run.connection, run_id, entries)
    if run.job.dry_run:
        run.set_registration(Registration(run_id, resumed=False))
        return
    if before := run.lock.write_lease(run.connection, run_id):
        run.reporter.warned(
            Message(
                "A run on {host}, process {process}, was cut off after "
                "{heartbeat} UTC; this one takes its place.",
                host=before.host,
                process=before.process,
                heartbeat=before.heartbeat.strftime("%Y-%m-%d %H:%M"),
            )
        )
    run.set_registration(Registration(run_id, former is not None))
    run.record_audit_event("resumed" if former else "begun")


def refuse_captures_of_others(run: RunContext) -> None:
    """Raises CaptureOfAnother where a capture has gone to somebody else, and nobody said that it
    may go to this person too."""
    if run.job.reassign:
        return
    ids = [each.capture for each in _capture_entries(run)]
    if other := run_for_another(run.connection, ids, run.user_id):
        raise CaptureOfAnother(
            reason=Message("Run {run} has brought it in for somebody else.", run=other.id)
        )


def _capture_entries(run: RunContext) -> list[CaptureEntry]:
    manifests = [capture.manifest for capture in run.sources.captures]
    selection = run.job.selection_digest
    return [
        CaptureEntry(each.id, each.host, each.login, each.created, selection) for each in manifests
    ]


def run_to_resume(run: RunContext) -> Run | None:
    """The run to go on with. Raises UsageError where this would be another one."""
    job = run.job
    if not job.resume:
        return None
    former = unfinished_run(run.connection, run.user_id, job.plan.name)
    if former is None:
        return None
    if former.plan_digest.hex() != job.plan.digest:
        raise UsageError(
            reason=Message(
                "The plan has changed since the run that is to go on. Give the "
                "plan as it was, or leave --resume away: what was written is not "
                "written again."
            )
        )
    if former.policy != job.policy:
        raise UsageError(
            reason=Message(
                "The run that is to go on has --conflict {policy}.", policy=former.policy
            )
        )
    if former.field_key is not None and former.field_key != _field_key(run):
        raise UsageError(
            reason=Message(
                "The run that is to go on protected sensitive fields with another "
                "key, {field_key}. Give that one with --field-key, or leave "
                "--resume away.",
                field_key=former.field_key,
            )
        )
    return former


def _field_key(run: RunContext) -> str | None:
    return run.job.field_key.id if run.job.field_key and run.survey.needs_field_key else None
