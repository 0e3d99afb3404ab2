"""Captures into the database: each file a run of its own, the newest first.

An item has the same id in whichever file and however often it comes, so that sending a capture
again changes nothing. The files are opened side by side, since a passphrase takes its time by
design; their runs, which are one person's, come after each other. Where another upload for the
same person is at work, this one waits for it; uploads for others go on beside it.
"""

import logging
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from desktop_migrator.errors import (
    Cancelled,
    InternalError,
    MigratorError,
    RunLocked,
    UsageError,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.sealed.captures import UnlockKey, is_capture, open_capture
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Counts, RunResult
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.payload import BackupManifest

_RETRY_INTERVAL = 1.0
"""Seconds between two attempts while another upload is at work."""
_MAX_WAIT = 600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """What became of one file."""

    path: Path
    manifest: BackupManifest | None = None
    """None: it could not be opened."""
    result: RunResult | None = None
    error: MigratorError | None = None
    """Why it was not uploaded, or not to its end."""
    duplicate_of: Path | None = None
    """The file among these that is the same capture, which was uploaded instead."""


@dataclass(frozen=True, slots=True)
class UploadResult:
    files: tuple[UploadedFile, ...]

    @property
    def counts(self) -> Counts:
        totals = Counts()
        for each in self.files:
            if each.result:
                totals += each.result.counts
        return totals

    @property
    def error(self) -> MigratorError | None:
        """The first one."""
        return next((each.error for each in self.files if each.error), None)


def upload(
    paths: Sequence[Path],
    job: Job,
    workspace: Workspace,
    reporter: Reporter,
    on_file_done: Callable[[UploadedFile], None] = lambda _: None,
) -> UploadResult:
    """Upload these files as the job says; `on_file_done` learns of each file when it is done.

    What ails one file stops none of the others, save Cancelled, which stops all.
    """
    unlock = UnlockKey(job.capture_passphrase_or_key, workspace.credentials)
    files = dict.fromkeys(path.absolute() for path in paths)
    # Who is asked for a passphrase is asked for one after the other.
    with ThreadPoolExecutor(os.cpu_count() if job.capture_passphrase_or_key else 1) as openers:
        opened = list(openers.map(lambda path: _open(path, unlock, reporter), files))
    ordered = sorted(
        opened, key=lambda each: each.manifest.created.timestamp() if each.manifest else 0.0
    )[::-1]
    met: dict[str, Path] = {}
    done: list[UploadedFile] = []
    for each in ordered:
        one = each
        if each.manifest and not each.error:
            if each.manifest.id in met:
                one = replace(each, duplicate_of=met[each.manifest.id])
            else:
                met[each.manifest.id] = each.path
                one = _upload_file(each, job, workspace, reporter)
        done.append(one)
        on_file_done(one)
        if isinstance(one.error, Cancelled):
            break
    return UploadResult(tuple(done))


def _open(path: Path, unlock: UnlockKey, reporter: Reporter) -> UploadedFile:
    try:
        if not is_capture(path):
            raise UsageError(reason=Message("{path} is no capture.", path=str(path)))
        return UploadedFile(path, open_capture(path, unlock, reporter).manifest)
    except MigratorError as error:
        return UploadedFile(path, error=error)
    except Exception as error:  # a file of a stranger's: the others go on
        _log.debug("a capture cannot be opened", exc_info=True)
        return UploadedFile(path, error=InternalError(kind=type(error).__name__))


def _upload_file(
    file: UploadedFile, job: Job, workspace: Workspace, reporter: Reporter
) -> UploadedFile:
    captured = tuple(file.manifest.origins) if file.manifest else ()
    mine = replace(job, sources=(file.path,), origins=job.origins or captured)
    deadline = time.monotonic() + _MAX_WAIT
    while True:
        try:
            result = migrate(mine, workspace, reporter)
        except RunLocked as error:
            if time.monotonic() > deadline or _wait_or_cancelled(reporter):
                return replace(file, error=error)
        except MigratorError as error:
            return replace(file, error=error)
        except Exception as error:  # as above
            _log.debug("a capture cannot be uploaded", exc_info=True)
            return replace(file, error=InternalError(kind=type(error).__name__))
        else:
            break
    AuditTrail(workspace.catalog).record_local(
        AuditEvent(
            action="upload",
            user_id=job.person.user_id,
            run=result.run,
            plan_digest=job.plan.digest,
            outcome=result.outcome,
            counts=asdict(result.counts),
        )
    )
    return replace(file, result=result, error=result.error)


def _wait_or_cancelled(reporter: Reporter) -> bool:
    """Wait a little; whether the person gave up meanwhile."""
    time.sleep(_RETRY_INTERVAL)
    return reporter.cancelled
