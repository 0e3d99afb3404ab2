"""Captures uploaded by the workers of a Dask cluster, each capture a task.

Which is done and which not is the ledger's to say, in the database: a task that is done twice,
since its worker died or the answer was lost, finds there what it has done. One person's captures go
one after the other, as with one process. What travels: the job without any secret, whose a capture
is, where it lies; its sealed bytes only where a worker cannot read it there.
"""

import importlib
import importlib.util
import ipaddress
import logging
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from desktop_migrator.errors import (
    Cancelled,
    ClusterUnusable,
    FileUnreadable,
    MigratorError,
    UsageError,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import address_to_keep
from desktop_migrator.migration.run.field_keys import find_field_key
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.upload.cluster_worker import (
    Answer,
    CaptureTask,
    Parcel,
    upload_one,
)
from desktop_migrator.migration.upload.uploader import UploadedFile, UploadOptions
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.files import os_error_reason

_MAX_AT_ONCE = 256
"""Tasks that the scheduler knows; the others wait here."""
_MAX_SENT_BYTES = 64 << 20
"""Of captures that are on their way, and so of one."""
_LOOK_SECONDS = 0.05
_CONNECT_SECONDS = 5
_LOGS = {"distributed", "tornado"}


def upload_on_cluster(
    files: Sequence[UploadedFile],
    job: Job,
    workspace: Workspace,
    reporter: Reporter,
    options: UploadOptions,
    on_file_done: Callable[[UploadedFile], None],
) -> None:
    """Tells of each file, what happened to those that were not uploaded, too.

    Raises ClusterUnusable if there is no cluster to begin with, and UsageError.
    """
    address = options.scheduler or ""
    _refuse_what_stays_here(job, options)
    field_key = _field_key_id(job, workspace)
    bare = replace(
        job,
        database=address_to_keep(job.database),
        passphrase=None,
        capture_passphrase_or_key=None,
        field_key=None,
        field_key_is_chosen=True,
        max_concurrent=1,
    )
    tasks = [CaptureTask(each, bare, _options_for(each, options), field_key) for each in files]
    with _connected(address) as (distributed, client, workers):
        if not workers:
            reporter.warned(Message("{address} has no worker yet: waiting.", address=address))
        if _is_open_to_others(client.scheduler.address):
            reporter.warned(
                Message(
                    "Whoever reaches {address} can read what goes there, and run what he likes on"
                    " its workers: have Dask use TLS.",
                    address=address,
                )
            )
        _Upload(distributed, client, address, tasks, reporter, on_file_done).run()


def _refuse_what_stays_here(job: Job, options: UploadOptions) -> None:
    refused = {
        "--jobs": options.jobs > 1,
        "--decisions": job.decisions is not None,
        "--conflict interactive": job.policy is ConflictPolicy.INTERACTIVE,
        "--database builtin": job.database == BUILTIN,
    }
    for option, given in refused.items():
        if given:
            raise UsageError(
                reason=Message(
                    "{option} is for this computer alone, not for a cluster.", option=option
                )
            )


def _field_key_id(job: Job, workspace: Workspace) -> str | None:
    key = job.field_key or find_field_key(job.plan, None, workspace)
    return key.id if key else None


def _options_for(file: UploadedFile, options: UploadOptions) -> UploadOptions:
    """The list of people stays here, with what it says of this file."""
    listed = options.people and file.manifest and options.people.find(file.path, file.manifest)
    overrules = options.person_overrules and not listed
    return replace(options, people=None, person_overrules=overrules)


@contextmanager
def _connected(address: str) -> Iterator[tuple[Any, Any, Any]]:
    """Dask's package, a client and the workers that there are.

    Raises ClusterUnusable, and UsageError where Dask was not installed.
    """
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(
            reason=Message("Dask was not installed; desktop-migrator[fleet] brings it along.")
        )
    distributed: Any = importlib.import_module("distributed")  # sets levels of its logs itself
    with _quiet():
        try:
            client = distributed.Client(
                address, timeout=_CONNECT_SECONDS, set_as_default=False, direct_to_workers=False
            )
            workers = client.nthreads()
        except (OSError, ValueError, TypeError, RuntimeError, ImportError) as error:
            # An error's text may quote what it was given; its kind does not.
            reason = Message("no scheduler answers there ({kind})", kind=type(error).__name__)
            raise ClusterUnusable(address=address, reason=reason) from None
        try:
            yield distributed, client, workers
        finally:
            client.close(timeout=_CONNECT_SECONDS)


@contextmanager
def _quiet() -> Iterator[None]:
    """What goes wrong is told by an error of ours, not by Dask's log and warnings as well."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in _LOGS]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _is_open_to_others(address: str) -> bool:
    """Whether it can be reached from elsewhere, and not by TLS alone."""
    parts = urlsplit(address)
    try:
        if parts.scheme in {"tls", "wss", "inproc"}:
            return False
        return not ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname != "localhost"


class _Upload:
    """One call's tasks: those that wait, in their people's order, and those under way."""

    def __init__(
        self,
        distributed: Any,
        client: Any,
        address: str,
        tasks: Sequence[CaptureTask],
        reporter: Reporter,
        on_file_done: Callable[[UploadedFile], None],
    ) -> None:
        self._client = client
        self._address = address
        self._reporter = reporter
        self._on_file_done = on_file_done
        self._call = uuid.uuid4().hex
        self._submitted = 0
        people: dict[object, deque[CaptureTask]] = {}
        for task in tasks:
            people.setdefault(task.file.person, deque()).append(task)
        self._people = people
        self._ready = deque(people)
        self._to_send: deque[CaptureTask] = deque()
        """Asked for by a worker."""
        self._under_way: dict[Any, CaptureTask] = {}
        self._answered = distributed.as_completed(
            loop=client.loop, with_results=True, raise_errors=False
        )

    def run(self) -> None:
        while self._ready or self._to_send or self._under_way:
            if self._reporter.cancelled:
                self._give_up(Cancelled())
                return
            if self._client.status != "running":
                self._give_up(self._failure(Message("the scheduler went away")))
                return
            self._submit()
            answered = self._answered.next_batch(block=False)
            for future, told in answered:
                task = self._under_way.pop(future)
                if future.status in {"finished", "error"}:
                    self._take(task, told)
                    continue
                self._under_way[future] = task
                self._give_up(self._failure(Message("the scheduler went away")))
                return
            if not answered:
                time.sleep(_LOOK_SECONDS)

    def _submit(self) -> None:
        sent = sum(len(task.sealed or b"") for task in self._under_way.values())
        while self._to_send and sent + _size(self._to_send[0]) <= _MAX_SENT_BYTES:
            task = self._to_send.popleft()
            try:
                task = replace(task, sealed=task.file.path.read_bytes())
            except OSError as error:
                unreadable = FileUnreadable(path=task.file.path, reason=os_error_reason(error))
                self._done(task, replace(task.file, error=unreadable))
                continue
            sent += len(task.sealed or b"")
            self._start(task)
        while self._ready and len(self._under_way) < _MAX_AT_ONCE:
            self._start(self._people[self._ready.popleft()][0])

    def _start(self, task: CaptureTask) -> None:
        self._submitted += 1
        # The key is what a dashboard shows: nobody's name is in it.
        key = f"upload-{self._call}-{self._submitted}"
        future = self._client.submit(upload_one, Parcel(task), key=key, pure=False)
        self._under_way[future] = task
        self._answered.add(future)

    def _take(self, task: CaptureTask, told: Any) -> None:
        if not isinstance(told, Answer):
            # Raised by Dask itself: no worker lived through it, or none knows this program.
            kind = type(told[1] if isinstance(told, tuple) else told).__name__
            reason = Message("no worker could do it ({kind})", kind=kind)
            self._done(task, replace(task.file, error=self._failure(reason)))
            return
        for warning in told.warnings:
            self._reporter.warned(warning)
        if told.file:
            self._done(task, told.file)
        elif told.is_out_of_reach and _size(task) <= _MAX_SENT_BYTES:
            self._to_send.append(task)
        else:
            self._done(task, replace(task.file, error=told.reason))

    def _done(self, task: CaptureTask, file: UploadedFile) -> None:
        """The person's next one may go."""
        person = task.file.person
        theirs = self._people[person]
        theirs.popleft()
        if theirs:
            self._ready.append(person)
        self._on_file_done(file)

    def _give_up(self, error: MigratorError) -> None:
        """What is under way stops at its workers where nothing is half done."""
        if self._client.status == "running":
            self._client.cancel([*self._under_way], force=True)
        for theirs in self._people.values():
            for task in theirs:
                self._on_file_done(replace(task.file, error=error))

    def _failure(self, reason: Message) -> ClusterUnusable:
        return ClusterUnusable(address=self._address, reason=reason)


def _size(task: CaptureTask) -> int:
    try:
        return task.file.path.stat().st_size
    except OSError:
        return 0
