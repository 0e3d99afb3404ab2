"""`MigrationManager`: the main job, its check and its undo for another program."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self

from desktop_migrator.errors import UsageError
from desktop_migrator.library.hooks import Event, Listener, ListeningReporter, call
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.maintenance.validate import Validation, validate
from desktop_migrator.migration.run.field_keys import read_field_key
from desktop_migrator.migration.run.filters import Period
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.last_run import (
    implied_database,
    implied_person,
    implied_plan,
)
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.undo import UndoJob, rollback
from desktop_migrator.migration.workspace.connections import BUILTIN, resolve_database
from desktop_migrator.migration.workspace.settings import said_beforehand
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, MergeRule, Record, RunResult, UndoResult
from desktop_migrator.plan.schema import Plan, load_plan
from desktop_migrator.postgres.connection.retry import DEFAULT_RETRY, RetryPolicy
from desktop_migrator.vault.keys import Passphrase

Moment = date | datetime | None
BeforeMigration = Callable[[list[Record]], Any]
"""Takes all records found; returns those to migrate, or None for the same."""


class MigrationManager:
    """Migrates as the command line does: same guarantees, same bookkeeping, same errors.

    What is None comes from the environment, the settings, the default connection or the last run;
    docs/library.md shows it at work. Errors are raised as `MigratorError` where nothing was done;
    later ones stand in the result, with what was done until then.
    """

    def __init__(
        self,
        *,
        plan: Plan | Path | str | None = None,
        database: str | None = None,
        user_id: str | None = None,
        user_email: str | None = None,
        sources: Iterable[Path | str] = (),
        origins: Iterable[str] = (),
        create_tables: bool | None = None,
        data_dir: Path | str | None = None,
        before_migration: BeforeMigration | None = None,
        on_progress: Listener | None = None,
        after_migration: Listener | None = None,
    ) -> None:
        """`database` is a URL, a saved connection's name or `builtin`; no `sources`: every browser.

        Hooks may be coroutines. `before_migration` is given the records (`docs/library.md`), and
        what it returns is migrated in their place; the backup has them as they were found.
        `after_migration` is given the result.
        """
        self._workspace = Workspace.open(Path(data_dir) if data_dir else None)
        settings = self._workspace.settings
        named = plan or said_beforehand("plan", settings)
        self._plan_is_named = bool(named)
        self._plan = named if isinstance(named, Plan) else load_plan(Path(named) if named else None)
        self._user = Person(
            user_id or said_beforehand("user-id", settings),
            user_email or said_beforehand("user-email", settings),
        )
        named_database = database or said_beforehand("database", settings)
        self._database = named_database and resolve_database(self._workspace, named_database)
        self._sources = tuple(map(Path, sources or settings.source or ()))
        self._origins = tuple(origins or settings.origin or ())
        self._create_tables = bool(
            settings.create_tables if create_tables is None else create_tables
        )
        self._before = before_migration
        self._after = after_migration
        self._reporter = ListeningReporter()
        if on_progress:
            self.on(Event.PROGRESS, on_progress)

    def on(self, event: Event | str, listener: Listener) -> Self:
        """Have the listener called with what comes up; see `Event`. Raises ValueError for none."""
        self._reporter.listeners.append((Event(event), listener))
        return self

    def cancel(self) -> None:
        """From another thread or a listener: stop where nothing is half done."""
        self._reporter.cancel.set()

    def migrate(
        self,
        *,
        dry_run: bool = False,
        test_mode: bool = False,
        include_types: Iterable[str] = (),
        exclude_types: Iterable[str] = (),
        date_range: tuple[Moment, Moment] = (None, None),
        take: Sequence[str] = (),
        conflict: ConflictPolicy | str | None = None,
        merge: dict[str, MergeRule] | None = None,
        decisions: Path | None = None,
        batch_size: int | None = None,
        batch_delay: float | None = None,
        max_concurrent: int | None = None,
        retry_attempts: int | None = None,
        retry_backoff: float | None = None,
        continue_on_error: bool | None = None,
        rollback_threshold: float | None = None,
        preserve_partial: bool | None = None,
        backup: bool | None = None,
        passphrase: str | None = None,
        field_key: Path | None = None,
        resume: bool = False,
    ) -> RunResult:
        """The main job; each option is the command line's.

        `date_range` is from and to, days or times (without a zone: this computer's), either open.
        `batch_delay` and `retry_backoff` are seconds. `test_mode` migrates into a throw-away
        PostgreSQL with tables as the plan has them; nothing is kept of it but the result.
        """
        said = self._workspace.settings
        attempts = _first(retry_attempts, said.retry_attempts, DEFAULT_RETRY.attempts)
        pause = _first(retry_backoff, _seconds(said.retry_backoff), DEFAULT_RETRY.pause)
        with self._place(test_mode) as (workspace, database):
            job = Job(
                plan=self._choose_plan(database).taking(tuple(take)),
                database=database,
                person=self._person(database, test_mode),
                sources=self._sources,
                origins=self._origins,
                include=frozenset(include_types or said.include or ()),
                exclude=frozenset(exclude_types or said.exclude or ()),
                period=Period(_begin(date_range[0]), _end(date_range[1])),
                policy=ConflictPolicy(_first(conflict, said.conflict, ConflictPolicy.SKIP)),
                rules=said.merge if merge is None else merge,
                decisions=decisions,
                batch_size=_first(batch_size, said.batch_size, None),
                batch_delay=_first(batch_delay, _seconds(said.batch_delay), 0.0),
                max_concurrent=_first(max_concurrent, said.max_concurrent, 2),
                retries=RetryPolicy(attempts, pause),
                create_tables=self._create_tables or test_mode,
                continue_on_error=_first(continue_on_error, said.continue_on_error, False),
                rollback_threshold=_first(rollback_threshold, said.rollback_threshold, None),
                preserve_partial=_first(preserve_partial, said.preserve_partial, False),
                dry_run=dry_run,
                backup=_first(backup, not said.no_backup, True) and not test_mode,
                passphrase=Passphrase(passphrase) if passphrase else None,
                capture_passphrase_or_key=passphrase,
                field_key=read_field_key(field_key),
                resume=resume,
                change_records=self._change_records if self._before else None,
            )
            result = migrate(job, workspace, self._reporter)
        if self._after:
            call(self._after, result)
        return result

    def validate(self, run: str | None = None) -> Validation:
        """Whether what the run (None: the last) brought is still there, and as it was sent."""
        database = self._require_database()
        request = MaintenanceRequest(
            plan=self._plan,
            plan_is_named=self._plan_is_named,
            database=database,
            person=self._person(database, False),
            run=run,
        )
        return validate(request, self._workspace, self._reporter)

    def rollback(self, run: str, *, force: bool = False) -> UndoResult:
        """Undo the run; `force` takes rows back, too, that were changed since."""
        job = UndoJob(database=self._require_database(), run=run, force=force)
        return rollback(job, self._workspace, self._reporter)

    @contextmanager
    def _place(self, test_mode: bool) -> Iterator[tuple[Workspace, str]]:
        if not test_mode:
            yield self._workspace, self._require_database()
            return
        with tempfile.TemporaryDirectory(prefix="dm-test-mode-") as folder:
            Path(folder).chmod(0o711)  # the server's account passes through where root starts it
            workspace = Workspace.open(Path(folder))
            yield replace(workspace, settings=self._workspace.settings), BUILTIN

    def _require_database(self) -> str:
        if self._database:
            return self._database
        implied = implied_database(self._workspace, self._user.user_id)
        if implied is None:
            raise UsageError(reason=Message("{name} is missing.", name="database"))
        return implied[0]

    def _choose_plan(self, database: str) -> Plan:
        """As `migrate` does: the same once more where neither plan nor database is named."""
        if self._plan_is_named or self._database:
            return self._plan
        implied = implied_plan(self._workspace, database, other_than=self._plan)
        return implied[0] if implied else self._plan

    def _person(self, database: str, test_mode: bool) -> Person:
        if self._user != Person():
            return self._user
        if test_mode:
            return Person("test")
        implied = implied_person(self._workspace, database)
        if implied is None or self._database:  # another database than before: nobody is guessed
            return self._user
        return implied[0]

    def _change_records(self, records: list[Record]) -> Sequence[Record]:
        changed = call(self._before, records) if self._before else None
        return records if changed is None else list(changed)


def _first(*values: Any) -> Any:
    """The first that is said, else the last."""
    return next((value for value in values if value is not None), values[-1])


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _begin(moment: Moment) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return moment and moment.astimezone()
    return datetime.combine(moment, time()).astimezone()


def _end(moment: Moment) -> datetime | None:
    """A day alone ends."""
    if moment is None or isinstance(moment, datetime):
        return moment and moment.astimezone()
    return datetime.combine(moment + timedelta(days=1), time()).astimezone()
