"""What the Migrate page has done: the use case for what the person came for, and its stages.

Knows no Qt. `begin` gives a function of a reporter for the worker.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from wakepy import keep

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.backups.into_browser import (
    RestoreToBrowserJob,
    RestoreToBrowserResult,
    restore_to_browser,
)
from desktop_migrator.migration.backups.restore import (
    RestoreJob,
    RestoreToDatabaseResult,
    restore_to_database,
)
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.sealed.write_capture import capture
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.undo import UndoJob, rollback
from desktop_migrator.migration.upload.upload import UploadResult, upload
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Damage, RunResult, UndoResult
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter, Stage
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.wizard.flow import (
    BackupChoice,
    RestoreDestination,
    UnfinishedRun,
    WizardAnswers,
    Workflow,
)


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """A capture that was made."""

    path: Path
    records: int
    too_large: tuple[Damage, ...] = ()
    """What it lacks since a value is too large."""


Result = (
    RunResult
    | UndoResult
    | CaptureResult
    | UploadResult
    | RestoreToDatabaseResult
    | RestoreToBrowserResult
)
Work = Callable[[Reporter], Result]


def result_error(result: Result) -> MigratorError | None:
    """What stopped the work; the other results are of work that came to its end."""
    return result.error if isinstance(result, RunResult | UndoResult | UploadResult) else None


_MIGRATION = (Stage.CHECK, Stage.BACKUP, Stage.LOAD, Stage.VERIFY)
_MIGRATION_WITH_CONFLICTS = (Stage.CHECK, Stage.COMPARE, *_MIGRATION[1:])
_STAGES_BY_WORKFLOW: dict[Workflow, tuple[Stage, ...]] = {
    Workflow.CAPTURE: (Stage.CAPTURE,),
    Workflow.UNDO: (Stage.UNDO,),
}


@dataclass(frozen=True, slots=True)
class RetryOptions:
    """How a migration that stopped may be tried once more."""

    resume: bool = False


def stages(answers: WizardAnswers) -> tuple[Stage, ...]:
    """What the work goes through, in order."""
    if answers.workflow is Workflow.RESTORE:
        known = (
            answers.restore.destination is RestoreDestination.DATABASE and answers.restore.run_known
        )
        return (Stage.UNDO,) if known else (Stage.RESTORE,)
    if answers.workflow is Workflow.UPLOAD and len(answers.captures) > 1:
        return (Stage.UPLOAD,)
    former = answers.unfinished_run if answers.workflow is Workflow.RESUME else None
    policy = former.policy if former else answers.policy
    asks = policy in {ConflictPolicy.MERGE, ConflictPolicy.INTERACTIVE}
    return _STAGES_BY_WORKFLOW.get(
        answers.workflow or Workflow.MIGRATE, _MIGRATION_WITH_CONFLICTS if asks else _MIGRATION
    )


def make_work(
    answers: WizardAnswers, plan: Plan, workspace: Workspace, retry: RetryOptions | None = None
) -> Work:
    """The work that the answers ask for; `retry` after a first attempt."""
    if answers.workflow is Workflow.UNDO:
        undo = UndoJob(database=answers.database, run=answers.undo_run)
        return _keep_awake(lambda reporter: rollback(undo, workspace, reporter))
    if answers.workflow is Workflow.RESTORE:
        if answers.restore.destination is RestoreDestination.BROWSER:
            into = into_browser_job(answers)
            return _keep_awake(lambda reporter: restore_to_browser(into, workspace, reporter))
        restore = restore_job(answers)
        return _keep_awake(lambda reporter: restore_to_database(restore, workspace, reporter))
    if answers.workflow is Workflow.CAPTURE:
        return _keep_awake(lambda reporter: _capture(answers, plan, workspace, reporter))
    if answers.workflow is Workflow.UPLOAD:
        uploading = build_job(answers, plan)
        return _keep_awake(
            lambda reporter: upload(answers.captures, uploading, workspace, reporter)
        )
    resume = answers.workflow is Workflow.RESUME or bool(retry and retry.resume)
    job = build_job(answers, plan, resume=resume)
    return _keep_awake(lambda reporter: migrate(job, workspace, reporter))


def _capture(
    answers: WizardAnswers, plan: Plan, workspace: Workspace, reporter: Reporter
) -> CaptureResult:
    sealed_for = answers.desk_keys if answers.sealed_for_desk else ()
    keys = sealed_for or [Passphrase(answers.passphrase)]
    out = answers.capture_file or Path()
    with open_sources(answers.sources, workspace.snapshots, reporter) as sources:
        origins = parse_origins(answers.origins)
        _, sealed = capture(
            *(workspace, sources.records()),
            origins=origins,
            out=out,
            keys=keys,
            reporter=reporter,
            person=Person(answers.user_id or None, answers.email or None),
            plan=plan,
            damages=lambda: sources.damages,
        )
        too_large = tuple(damage for damage in sources.damages if damage.concerns(origins))
    return CaptureResult(sealed.path, sealed.summary.records, too_large)


def into_browser_job(answers: WizardAnswers) -> RestoreToBrowserJob:
    restore = answers.restore
    return RestoreToBrowserJob(
        backup=restore.backup or "",
        passphrase_or_key=restore.passphrase_or_key or None,
        force=restore.force,
    )


def restore_job(answers: WizardAnswers) -> RestoreJob:
    restore = answers.restore
    return RestoreJob(
        backup=restore.backup or "",
        database=answers.database,
        passphrase_or_key=restore.passphrase_or_key or None,
        force=restore.force,
    )


def build_job(answers: WizardAnswers, plan: Plan, *, resume: bool = False) -> Job:
    if answers.workflow is Workflow.RESUME and answers.unfinished_run:
        return replace(_resume_job(answers.unfinished_run, plan), field_key=answers.field_key)
    uploads = answers.workflow is Workflow.UPLOAD
    return Job(
        plan=plan,
        database=answers.database,
        person=Person(answers.user_id or None, answers.email or None),
        sources=() if uploads else answers.sources,
        origins=() if uploads else answers.origins,
        exclude=answers.excluded_entities,
        excluded_items=answers.excluded_items,
        policy=answers.policy,
        rules=answers.rules,
        decisions=answers.decisions,
        create_tables=answers.create_tables,
        field_key=answers.field_key,
        continue_on_error=True,
        backup=answers.backup.choice is not BackupChoice.NONE,
        passphrase=backup_passphrase(answers),
        capture_passphrase_or_key=answers.passphrase or None,
        resume=resume,
    )


def backup_passphrase(answers: WizardAnswers) -> Passphrase | None:
    backup = answers.backup
    return Passphrase(backup.passphrase) if backup.choice is BackupChoice.PASSPHRASE else None


def _resume_job(unfinished_run: UnfinishedRun, plan: Plan) -> Job:
    return Job(
        plan=plan,
        database=unfinished_run.database,
        person=Person(unfinished_run.user_id),
        sources=unfinished_run.sources,
        origins=unfinished_run.origins,
        exclude=unfinished_run.excluded_entities,
        excluded_items=unfinished_run.excluded_items,
        policy=unfinished_run.policy,
        rules=unfinished_run.rules,
        decisions=unfinished_run.decisions,
        create_tables=unfinished_run.create_tables,
        continue_on_error=True,
        resume=True,
    )


def _keep_awake(work: Work) -> Work:
    """The computer does not go to sleep meanwhile, where the system can be asked for that."""
    return keep.running(on_fail="pass")(work)
