"""Captures uploaded by several processes, each with all files of some of the people.

What a process that is ended from outside has not told is left to the caller, who does it once more:
the ledger in the database knows what it has done all the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from desktop_migrator.errors import MigratorError, WorkerLost
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.parallel.workers import worker_pool
from desktop_migrator.migration.upload.uploader import UploadedFile, Uploader, UploadOptions
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import address_of
from desktop_migrator.reporter import NullReporter, Reporter
from desktop_migrator.vault.keys import Identity

FileAndKeys = tuple[UploadedFile, Sequence[Identity]]


@dataclass(frozen=True, slots=True)
class _Task:
    """What one process does."""

    files: list[FileAndKeys]
    job: Job
    root: Path
    """Of the workspace."""
    address: Address
    options: UploadOptions


def upload_in_parallel(
    files: Sequence[FileAndKeys],
    job: Job,
    workspace: Workspace,
    reporter: Reporter,
    options: UploadOptions,
    on_file_done: Callable[[UploadedFile], None],
) -> None:
    """Raises what keeps from reaching the database."""
    with open_database(job.database, workspace, reporter) as engine:
        with engine.connect() as connection:
            address = address_of(connection)
        tasks = [
            # A process of these has none of its own.
            _Task(part, replace(job, max_concurrent=1), workspace.root, address, options)
            for part in _divide(files, options.jobs)
        ]
        stopped = False
        with worker_pool(_work, tasks) as pool:
            for told in pool.messages():
                if isinstance(told, UploadedFile):
                    on_file_done(told)
                elif isinstance(told, Message):
                    reporter.warned(told)
                elif isinstance(told, MigratorError) and not isinstance(told, WorkerLost):
                    raise told
                if reporter.cancelled and not stopped:
                    stopped = True
                    pool.stop()


def _divide(files: Sequence[FileAndKeys], jobs: int) -> list[list[FileAndKeys]]:
    """One person's files together and in their order; the parts of about the same size."""
    by_person: dict[object, list[FileAndKeys]] = {}
    for file, keys in files:
        by_person.setdefault(file.person, []).append((file, keys))
    parts: list[list[FileAndKeys]] = [[] for _ in range(min(jobs, len(by_person)))]
    for theirs in sorted(by_person.values(), key=len, reverse=True):
        min(parts, key=len).extend(theirs)
    return parts


def _work(task: _Task, pipe: Pipe) -> None:
    """A process's main function."""
    reporter = _PipeReporter(pipe)
    workspace = Workspace.open(task.root)
    with Uploader(task.job, workspace, reporter, task.options, task.address) as uploader:
        for file, keys in task.files:
            if reporter.cancelled:
                return
            pipe.send(uploader.upload(file, keys))


class _PipeReporter(NullReporter):
    """Passes on what people should know; nobody is asked."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    def warned(self, message: Message) -> None:
        self._pipe.send(message)

    @property
    def cancelled(self) -> bool:
        return super().cancelled or self._pipe.poll()
