"""One capture after the other into the database, each for the person whose it is."""

import logging
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from copy import copy
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine

from desktop_migrator.errors import (
    CaptureOfAnother,
    InternalError,
    MigratorError,
    RunLocked,
    UsageError,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import (
    enter_as,
    open_database,
    resolve_user_id,
)
from desktop_migrator.migration.database.people import PeopleList
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import Opened, migrate
from desktop_migrator.migration.sealed.captures import NOBODY, UnlockKey
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Counts, RunResult
from desktop_migrator.postgres.bookkeeping.captures import completed_run
from desktop_migrator.postgres.bookkeeping.runs import Run
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import create_engine_for, translate_errors
from desktop_migrator.postgres.verify.rows_present import rows_present
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.keys import Identity
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
    person: Person = NOBODY
    """Whose it is; with the id in the app's database once that was asked."""
    result: RunResult | None = None
    error: MigratorError | None = None
    """Why it was not uploaded, or not to its end."""
    duplicate_of: Path | None = None
    """The file among these that is the same capture, which was uploaded instead."""
    done_before: Run | None = None
    """The run that had completed it already, so that nothing was done."""

    @property
    def counts(self) -> Counts | None:
        """What became of its items; of what was done before, with all that was written as there."""
        if self.result:
            return self.result.counts
        if self.done_before is None:
            return None
        totals = Counts()
        for each in self.done_before.counts.values():
            if isinstance(each, Counts):
                totals += each
        there = totals.inserted + totals.updated + totals.unchanged
        return replace(totals, inserted=0, updated=0, unchanged=there)


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """What is said of all files."""

    people: PeopleList | None = None
    """Whose captures are whose; goes before what they say themselves."""
    person_overrules: bool = False
    """Whether the job's person was named for just these files, and not once for everything."""
    again: bool = False
    """Also what the ledger says is done."""
    jobs: int = 1
    """How many processes may upload at once; one person's files are one process's."""
    scheduler: str | None = None
    """The address of a Dask cluster whose workers upload, instead of processes here."""


def said_person(file: UploadedFile) -> Person:
    """Who the capture says it is of."""
    manifest = file.manifest
    return Person(manifest.user_id or None, manifest.email or None) if manifest else NOBODY


class Uploader:
    """Uploads one file after the other, over one engine that is opened when first needed."""

    def __init__(
        self,
        job: Job,
        workspace: Workspace,
        reporter: Reporter,
        options: UploadOptions,
        address: Address | None = None,
    ) -> None:
        """`address`: of the database, where another process has reached it already."""
        self._job = job
        self._workspace = workspace
        self._reporter = reporter
        self._options = options
        self._address = address
        self._resources = ExitStack()

    def __enter__(self) -> "Uploader":
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    @cached_property
    def _shared_engine(self) -> Engine:
        return self._resources.enter_context(self._open())

    def _open(self) -> AbstractContextManager[Engine]:
        if self._address:
            address = copy(self._address)
            address.session = {}  # of one person, where it is one's own
            return nullcontext(create_engine_for(address))
        return open_database(self._job.database, self._workspace, self._reporter)

    def _engine_for_one(self) -> AbstractContextManager[Engine]:
        """One of its own where the database is told of whose rows its sessions work on."""
        return self._open() if self._job.plan.session else nullcontext(self._shared_engine)

    def upload(self, file: UploadedFile, keys: Sequence[Identity]) -> UploadedFile:
        database = self._engine_for_one()
        try:
            with database as engine:
                with translate_errors(), engine.connect() as connection:
                    named = self._with_user_id(file, connection)
                    run = self._completed_run(named, connection)
                if run:
                    return replace(named, done_before=run)
                return self._upload(named, Opened(engine, UnlockKey.of(keys)))
        except MigratorError as error:
            return replace(file, error=error)
        except Exception as error:  # whatever comes of one file, the others go on
            _log.debug("a capture cannot be uploaded", exc_info=True)
            return replace(file, error=InternalError(kind=type(error).__name__))

    def _with_user_id(self, file: UploadedFile, connection: Connection) -> UploadedFile:
        if file.person == NOBODY:
            raise UsageError(
                reason=Message(
                    "The capture does not say whose it is: name the person with --people or "
                    "--user-id."
                )
            )
        self._refuse_another(connection, file)
        user_id = enter_as(connection, self._job.plan, file.person, self._reporter)
        return replace(file, person=replace(file.person, user_id=user_id))

    def _refuse_another(self, connection: Connection, file: UploadedFile) -> None:
        """Where the person who was named is not the one whose the capture says that it is."""
        said = said_person(file)
        people = self._options.people
        listed = people and file.manifest and people.find(file.path, file.manifest)
        if listed or not self._options.person_overrules or self._job.reassign or said == NOBODY:
            return
        plan, reporter = self._job.plan, self._reporter
        one, other = (resolve_user_id(connection, plan, p, reporter) for p in (file.person, said))
        if one != other:
            raise CaptureOfAnother(reason=Message("It says that it is of somebody else."))

    def _completed_run(self, file: UploadedFile, connection: Connection) -> Run | None:
        job = self._job
        if self._options.again or job.dry_run or job.decisions or file.manifest is None:
            return None
        run = completed_run(
            connection,
            file.manifest.id,
            file.person.user_id or "",
            job.plan.digest,
            self._job_for(file).selection_digest,
        )
        return run if run and rows_present(connection, run) else None

    def _job_for(self, file: UploadedFile) -> Job:
        captured = tuple(file.manifest.origins) if file.manifest else ()
        return replace(
            self._job,
            person=Person(file.person.user_id),
            sources=(file.path,),
            origins=self._job.origins or captured,
        )

    def _upload(self, file: UploadedFile, opened: Opened) -> UploadedFile:
        job = self._job_for(file)
        deadline = time.monotonic() + _MAX_WAIT
        while True:
            try:
                result = migrate(job, self._workspace, self._reporter, opened=opened)
                break
            except RunLocked:
                if time.monotonic() > deadline or _wait_or_cancelled(self._reporter):
                    raise
        AuditTrail(self._workspace.catalog).record_local(
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
