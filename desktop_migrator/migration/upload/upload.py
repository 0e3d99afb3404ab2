"""Captures into the database: each file a run of its own, for the person whose it is.

The database's ledger says which capture was brought in by which run, so that nothing is done twice
however often this is called or killed: what has completed is passed over, what was cut off is done
again, and rows that are there already stay one. Of one person's files the newest goes first. What
ails one file stops none of the others. Where another upload for the same person is at work, this
one waits for it; uploads for others go on beside it.
"""

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_migrator.errors import (
    Cancelled,
    FileUnreadable,
    InternalError,
    MigratorError,
    UsageError,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.sealed.captures import (
    NOBODY,
    UnlockKey,
    find_capture_files,
    is_capture,
    open_capture,
)
from desktop_migrator.migration.upload.upload_on_cluster import upload_on_cluster
from desktop_migrator.migration.upload.upload_parallel import upload_in_parallel
from desktop_migrator.migration.upload.uploader import (
    UploadedFile,
    Uploader,
    UploadOptions,
    said_person,
)
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Counts
from desktop_migrator.reporter import ForwardingReporter, Reporter, Stage
from desktop_migrator.system.files import os_error_reason
from desktop_migrator.vault.keys import Identity

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UploadResult:
    files: tuple[UploadedFile, ...]

    @property
    def counts(self) -> Counts:
        totals = Counts()
        for each in self.files:
            if each.counts:
                totals += each.counts
        return totals

    @property
    def error(self) -> MigratorError | None:
        """The first one, save that whoever gave up is told so."""
        errors = [each.error for each in self.files if each.error]
        return next(
            (each for each in errors if isinstance(each, Cancelled)), next(iter(errors), None)
        )


_NO_OPTIONS = UploadOptions()


def upload(
    paths: Sequence[Path],
    job: Job,
    workspace: Workspace,
    reporter: Reporter,
    on_file_done: Callable[[UploadedFile], None] = lambda _: None,
    options: UploadOptions = _NO_OPTIONS,
) -> UploadResult:
    """Upload these files, and the captures in these folders, as the job says.

    Whose a capture is says the list of people, else the capture, else the job. `on_file_done`
    learns of each file when it is done. What ails one file stops none of the others, save
    Cancelled, which is then the error of all that come after it. Raises what keeps from reaching
    the database, and UsageError.
    """
    files = find_capture_files(paths)
    opened = [
        _name_person(each, job, options) for each in _open_all(files, job, workspace, reporter)
    ]
    ordered = sorted(opened, key=lambda each: each.newest_first)
    several = len(files) > 1
    done: list[UploadedFile] = []

    def note(one: UploadedFile) -> None:
        done.append(one)
        on_file_done(one)
        if several:
            reporter.advanced(Stage.UPLOAD, len(done), len(files))

    if several:
        reporter.started(Stage.UPLOAD, len(files))
    waiting: list[_OpenedFile] = []
    met: dict[str, UploadedFile] = {}
    for each in ordered:
        manifest = each.file.manifest
        if manifest is None or each.file.error:
            note(each.file)
        # One that says otherwise whose it is, is none: it is for the ledger to refuse.
        elif (same := met.setdefault(manifest.id, each.file)).path != each.file.path and (
            same.manifest,
            same.person,
        ) == (manifest, each.file.person):
            note(replace(each.file, duplicate_of=same.path))
        else:
            waiting.append(each)
    inner = _WithoutStages(reporter) if several else reporter
    tasks = [(each.file, each.keys) for each in waiting]
    if options.scheduler:
        upload_on_cluster([file for file, _ in tasks], job, workspace, inner, options, note)
        return UploadResult(tuple(done))
    if options.jobs > 1 and len(tasks) > 1:
        upload_in_parallel(tasks, job, workspace, inner, options, note)
        finished = {one.path for one in done}
        tasks = [task for task in tasks if task[0].path not in finished]
    with Uploader(job, workspace, inner, options) as uploader:
        for file, keys in tasks:  # with several processes, what one that was ended has left
            if reporter.cancelled:
                note(replace(file, error=Cancelled()))
            else:
                note(uploader.upload(file, keys))
    return UploadResult(tuple(done))


@dataclass(frozen=True, slots=True)
class _OpenedFile:
    file: UploadedFile
    keys: Sequence[Identity] = ()
    """What opens it."""

    @property
    def newest_first(self) -> float:
        manifest = self.file.manifest
        return -manifest.created.timestamp() if manifest else 0.0


def _open_all(
    files: Sequence[Path], job: Job, workspace: Workspace, reporter: Reporter
) -> list[_OpenedFile]:
    """Side by side, since a passphrase takes its time by design."""
    unlock = UnlockKey(job.capture_passphrase_or_key, workspace.credentials)
    # Who is asked for a passphrase is asked for one after the other.
    with ThreadPoolExecutor(os.cpu_count() if job.capture_passphrase_or_key else 1) as openers:
        return list(openers.map(lambda path: _open(path, unlock, reporter), files))


def _open(path: Path, unlock: UnlockKey, reporter: Reporter) -> _OpenedFile:
    try:
        _require_capture(path)
        opened = open_capture(path, unlock, reporter)
        return _OpenedFile(UploadedFile(path, opened.manifest), opened.keys)
    except MigratorError as error:
        return _OpenedFile(UploadedFile(path, error=error))
    except Exception as error:  # a file of a stranger's: the others go on
        _log.debug("a capture cannot be opened", exc_info=True)
        return _OpenedFile(UploadedFile(path, error=InternalError(kind=type(error).__name__)))


def _require_capture(path: Path) -> None:
    """Raises FileUnreadable, UsageError."""
    try:
        if path.stat() and path.is_file():
            path.open("rb").close()
    except OSError as error:
        raise FileUnreadable(path=path, reason=os_error_reason(error)) from None
    if not is_capture(path):
        raise UsageError(reason=Message("{path} is no capture.", path=str(path)))


def _name_person(each: _OpenedFile, job: Job, options: UploadOptions) -> _OpenedFile:
    file = each.file
    if file.manifest is None:
        return each
    try:
        listed = options.people and options.people.find(file.path, file.manifest)
    except UsageError as error:
        return replace(each, file=replace(file, error=error))
    said = said_person(file)
    if options.person_overrules or said == NOBODY:
        said = job.person
    return replace(each, file=replace(file, person=listed or said))


class _WithoutStages(ForwardingReporter):
    """Passes on all but how far one file is, where all together are counted."""

    def started(self, stage: Stage, total: int | None) -> None:
        pass

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        pass
