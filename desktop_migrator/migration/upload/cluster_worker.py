"""What a worker of a Dask cluster does of an upload: one capture, with secrets of its own.

A task holds no secret. The worker has them from where it runs: what opens captures from its
keyring, or the key file or passphrase that its environment names; the database's password from its
keyring or libpq's places; the key of sensitive fields likewise. A capture that it cannot read where
the caller has it, it asks for, as it lies there, sealed.
"""

import pickle
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from desktop_migrator import __version__
from desktop_migrator.errors import (
    Cancelled,
    ClusterUnusable,
    FileUnreadable,
    InternalError,
    KeyUnknown,
    MigratorError,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.desk.desk_keys import use_key_file
from desktop_migrator.migration.run.field_keys import find_field_key
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.sealed.captures import UnlockKey, open_capture
from desktop_migrator.migration.upload.uploader import UploadedFile, Uploader, UploadOptions
from desktop_migrator.migration.workspace.passphrase_sources import passphrase_said_beforehand
from desktop_migrator.migration.workspace.settings import said_by_environment
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.reporter import NullReporter
from desktop_migrator.system import files
from desktop_migrator.system.files import os_error_reason
from desktop_migrator.vault.keys import Identity, Passphrase

_LOOK_SECONDS = 0.2
_one_at_a_time = threading.Lock()
"""A run changes what is the whole process's; processes, not threads, work side by side."""


@dataclass(frozen=True, slots=True)
class CaptureTask:
    """One capture to be uploaded. Its repr, which a cluster may log and show, tells nothing."""

    file: UploadedFile
    job: Job
    """Without secrets."""
    options: UploadOptions
    field_key: str | None
    """The id of the caller's key of sensitive fields; None: there is none."""
    sealed: bytes | None = None
    """The capture as it lies there, where the worker cannot read it."""

    def __repr__(self) -> str:
        return "CaptureTask()"


class Parcel:
    """A task on its way, which only the same version of this program opens."""

    def __init__(self, task: CaptureTask) -> None:
        self.version = __version__
        self._content = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)

    def __repr__(self) -> str:
        return f"Parcel({len(self._content)} bytes)"

    def open(self) -> CaptureTask:
        task: CaptureTask = pickle.loads(self._content)  # noqa: S301 - Dask itself speaks pickle
        return task


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a task; without values of anybody's."""

    file: UploadedFile | None
    """None: it was not tried."""
    warnings: tuple[Message, ...] = ()
    reason: MigratorError | None = None
    """Why it was not tried."""
    is_out_of_reach: bool = False
    """The worker cannot read the capture where it lies: it is to be sent."""


def upload_one(parcel: Parcel) -> Answer:
    """The task. It raises nothing, for a cluster would log what it was given."""
    reporter = _TaskReporter()
    try:
        if parcel.version != __version__:
            reason = Message(
                "this worker has version {theirs} of this program, not {ours}",
                theirs=__version__,
                ours=parcel.version,
            )
            return Answer(None, reason=ClusterUnusable(address=reporter.where, reason=reason))
        task = parcel.open()
        with _turn(reporter):
            return _upload(task, reporter)
    except MigratorError as error:
        return Answer(None, tuple(reporter.warnings), error)
    except Exception as error:
        return Answer(None, reason=InternalError(kind=type(error).__name__))


def _upload(task: CaptureTask, reporter: "_TaskReporter") -> Answer:
    workspace = _workspace()
    try:
        with _at_hand(task, workspace) as file:
            try:
                keys = _keys_of(file, reporter)
            except MigratorError as error:
                if task.sealed is None:
                    return Answer(None, reason=error, is_out_of_reach=True)
                raise
            job = replace(task.job, field_key=_field_key(task, workspace))
            with Uploader(job, workspace, reporter, task.options) as uploader:
                done = uploader.upload(file, keys)
            if isinstance(done.error, KeyUnknown):
                reason = Message(
                    "the capture has fields to be protected, whose key has to be given to the "
                    "upload and to this worker"
                )
                done = replace(done, error=ClusterUnusable(address=reporter.where, reason=reason))
    except MigratorError as error:
        done = replace(task.file, error=error)
    result = done.result and replace(done.result, rejections=(), superseded=())
    done = replace(done, path=task.file.path, result=result)
    return Answer(done, tuple(reporter.warnings))


@contextmanager
def _at_hand(task: CaptureTask, workspace: Workspace) -> Iterator[UploadedFile]:
    """The file where it lies, or what was sent of it in one of this worker's."""
    if task.sealed is None:
        yield task.file
        return
    path = files.partial_path(workspace.root / "sent")
    try:
        with files.open_new(path) as file:
            file.write(task.sealed)
        yield replace(task.file, path=path)
    finally:
        files.remove_quietly(path)


def _keys_of(file: UploadedFile, reporter: "_TaskReporter") -> Sequence[Identity]:
    """What opens the very capture that the caller opened. Raises what keeps from it."""
    try:
        opened = open_capture(file.path, _unlock_key(), reporter)
    except OSError as error:
        raise FileUnreadable(path=file.path, reason=os_error_reason(error)) from None
    if opened.manifest != file.manifest:
        reason = Message("this worker has another capture of that name")
        raise ClusterUnusable(address=reporter.where, reason=reason)
    return opened.keys


def _field_key(task: CaptureTask, workspace: Workspace) -> FieldKey | None:
    """The caller's own, or rows would be sealed by one key here and by another one there; None:
    what has something to be sealed is refused."""
    if task.field_key is None:
        return None
    path = said_by_environment("field-key")
    key = find_field_key(task.job.plan, Path(path) if path else None, workspace)
    return key if key and key.id == task.field_key else None


@cache
def _workspace() -> Workspace:
    """Of this process."""
    root = said_by_environment("data-dir")
    return Workspace.open(Path(root) if root else None)


@cache
def _unlock_key() -> UnlockKey:
    """What opens captures here, read once: a passphrase is stretched slowly by design."""
    passphrase = passphrase_said_beforehand()
    if path := said_by_environment("key-file"):
        use_key_file(_workspace(), Path(path), Passphrase(passphrase or ""))
        passphrase = None
    return UnlockKey(passphrase, _workspace().credentials)


@contextmanager
def _turn(reporter: "_TaskReporter") -> Iterator[None]:
    while not _one_at_a_time.acquire(timeout=_LOOK_SECONDS):
        if reporter.cancelled:
            raise Cancelled
    try:
        yield
    finally:
        _one_at_a_time.release()


class _TaskReporter(NullReporter):
    """Keeps what people should know; nobody is asked. Cancelled when the caller gives up."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[Message] = []
        # Only a worker calls this, so that Dask is there.
        from distributed import get_worker  # noqa: PLC0415

        self._worker: Any = get_worker()
        self._key = self._worker.get_current_task()

    @property
    def where(self) -> str:
        return str(self._worker.address)

    def warned(self, message: Message) -> None:
        self.warnings.append(message)

    @property
    def cancelled(self) -> bool:
        task = self._worker.state.tasks.get(self._key)
        return super().cancelled or task is None or task.state == "cancelled"
