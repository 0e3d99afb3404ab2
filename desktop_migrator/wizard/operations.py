"""What the Migrate page has done: the use case for what the person came for, and its stages.

Knows no Qt. `begin` gives a function of a reporter for the worker.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wakepy import keep

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.backups.into_browser import (
    IntoBrowser,
    IntoBrowserJob,
    restore_to_browser,
)
from desktop_migrator.migration.backups.restore import Restored, RestoreJob, restore_to_database
from desktop_migrator.migration.database.open_database import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.sealed.captures import capture
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import as_origins
from desktop_migrator.migration.undo import UndoJob, rollback
from desktop_migrator.migration.upload import Upload, upload
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, RunResult, UndoResult
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.wizard.flow import Answers, BackupKind, Entry, FormerRun, Goal


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture that was made."""

    path: Path
    records: int


Result = RunResult | UndoResult | Captured | Upload | Restored | IntoBrowser
Work = Callable[[Reporter], Result]


def error_of(result: Result) -> MigratorError | None:
    """What stopped the work; the other results are of work that came to its end."""
    return result.error if isinstance(result, RunResult | UndoResult | Upload) else None


_MIGRATION = ("check", "backup", "load", "verify")
_WITH_QUESTIONS = ("check", "compare", *_MIGRATION[1:])
_STAGES: dict[Entry, tuple[str, ...]] = {
    Entry.CAPTURE: ("capture",),
    Entry.UNDO: ("undo",),
}


@dataclass(frozen=True, slots=True)
class Again:
    """How a migration that stopped may be tried once more."""

    resume: bool = False


def stages(answers: Answers) -> tuple[str, ...]:
    """What the work goes through, in order."""
    if answers.entry is Entry.RESTORE:
        known = answers.restore.goal is Goal.DATABASE and answers.restore.run_known
        return ("undo",) if known else ("restore",)
    former = answers.former if answers.entry is Entry.FINISH else None
    policy = former.policy if former else answers.policy
    asks = policy in {ConflictPolicy.MERGE, ConflictPolicy.INTERACTIVE}
    return _STAGES.get(answers.entry or Entry.MIGRATE, _WITH_QUESTIONS if asks else _MIGRATION)


def begin(answers: Answers, plan: Plan, workspace: Workspace, again: Again | None = None) -> Work:
    """The work that the answers ask for; `again` after a first attempt."""
    if answers.entry is Entry.UNDO:
        undo = UndoJob(database=answers.database, run=answers.undo_run)
        return _awake(lambda reporter: rollback(undo, workspace, reporter))
    if answers.entry is Entry.RESTORE:
        if answers.restore.goal is Goal.BROWSER:
            into = into_browser_job(answers)
            return _awake(lambda reporter: restore_to_browser(into, workspace, reporter))
        restore = restore_job(answers)
        return _awake(lambda reporter: restore_to_database(restore, workspace, reporter))
    if answers.entry is Entry.CAPTURE:
        return _awake(lambda reporter: _capture(answers, workspace, reporter))
    if answers.entry is Entry.UPLOAD:
        uploading = job_of(answers, plan)
        return _awake(lambda reporter: upload(answers.captures, uploading, workspace, reporter))
    resume = answers.entry is Entry.FINISH or bool(again and again.resume)
    job = job_of(answers, plan, resume=resume)
    return _awake(lambda reporter: migrate(job, workspace, reporter))


def _capture(answers: Answers, workspace: Workspace, reporter: Reporter) -> Captured:
    sealed_for = answers.desk_key if answers.for_desk else None
    key = sealed_for or Passphrase(answers.passphrase)
    out = answers.capture_file or Path()
    with open_sources(answers.sources, workspace.snapshots, reporter) as sources:
        origins = as_origins((answers.origin,) if answers.origin else ())
        _, sealed = capture(
            workspace, sources.records(), origins=origins, out=out, key=key, reporter=reporter
        )
    return Captured(sealed.path, sealed.summary.records)


def into_browser_job(answers: Answers) -> IntoBrowserJob:
    restore = answers.restore
    return IntoBrowserJob(
        backup=restore.backup or "", given=restore.given or None, force=restore.force
    )


def restore_job(answers: Answers) -> RestoreJob:
    restore = answers.restore
    return RestoreJob(
        backup=restore.backup or "",
        database=answers.database,
        given=restore.given or None,
        force=restore.force,
    )


def job_of(answers: Answers, plan: Plan, *, resume: bool = False) -> Job:
    if answers.entry is Entry.FINISH and answers.former:
        return _job_of_former(answers.former, plan)
    uploads = answers.entry is Entry.UPLOAD
    return Job(
        plan=plan,
        database=answers.database,
        person=Person(answers.user_id or None, answers.email or None),
        sources=() if uploads else answers.sources,
        origins=(answers.origin,) if answers.origin and not uploads else (),
        exclude=answers.left_out,
        leave_out=answers.leave_out,
        policy=answers.policy,
        rules=answers.rules,
        decisions=answers.decisions,
        create_tables=answers.create_tables,
        continue_on_error=True,
        backup=answers.backup.kind is not BackupKind.NONE,
        passphrase=passphrase_of(answers),
        unlock=answers.passphrase or None,
        resume=resume,
    )


def passphrase_of(answers: Answers) -> Passphrase | None:
    backup = answers.backup
    return Passphrase(backup.passphrase) if backup.kind is BackupKind.PASSPHRASE else None


def _job_of_former(former: FormerRun, plan: Plan) -> Job:
    return Job(
        plan=plan,
        database=former.database,
        person=Person(former.user_id),
        sources=former.sources,
        origins=former.origins,
        exclude=former.exclude,
        leave_out=former.leave_out,
        policy=former.policy,
        rules=former.rules,
        decisions=former.decisions,
        create_tables=former.create_tables,
        continue_on_error=True,
        resume=True,
    )


def _awake(work: Work) -> Work:
    """The computer does not go to sleep meanwhile, where the system can be asked for that."""
    return keep.running(on_fail="pass")(work)
