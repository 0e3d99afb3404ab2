"""The main job: records of the chosen sources become verified rows of the target.

The sources are copied once and read twice: to see what there is, and to load. Where a rejection
is to stop the run, every item is checked against the target's tables before anything is written;
where the person is to decide conflicts, they are found and asked about before that. A dry run is
the same code in one transaction that is rolled back.

The steps, each a module: `survey`, `prepare`, `back_up`, `enter`, `load`, `conclude`.
"""

import time
from dataclasses import replace

from desktop_migrator.errors import (
    Cancelled,
    ConflictsWait,
    DatabaseError,
    Interrupted,
    ItemsRejected,
    MigratorError,
    StoppedHalfway,
    TooManyConflicts,
    TooManyRejected,
)
from desktop_migrator.migration.database.open_database import (
    check_named,
    open_database,
    person_id,
    printable,
)
from desktop_migrator.migration.report.run_facts import facts_of, save
from desktop_migrator.migration.run.back_up import back_up, has_backup
from desktop_migrator.migration.run.field_keys import key_for
from desktop_migrator.migration.run.finish_run import check_rows, check_threshold, finish, take_back
from desktop_migrator.migration.run.job import Job, outcome
from desktop_migrator.migration.run.load import load
from desktop_migrator.migration.run.parallel.load import foresee
from desktop_migrator.migration.run.prepare import ask_about_conflicts, look_through, prepare
from desktop_migrator.migration.run.register_run import enter
from desktop_migrator.migration.run.run_context import UnderWay
from desktop_migrator.migration.run.survey import survey
from desktop_migrator.migration.sealed.backup_writer import backing
from desktop_migrator.migration.sealed.captures import Unlock
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import as_origins
from desktop_migrator.migration.workspace import run_logs
from desktop_migrator.migration.workspace.audit_trail import AuditTrail
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import RunResult
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.load.observer import Observer
from desktop_migrator.postgres.run_lock.run_lock import hold
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.memory import collecting_seldom, peak_memory_mb


def migrate(
    job: Job, workspace: Workspace, reporter: Reporter, observer: Observer | None = None
) -> RunResult:
    """Runs the job and says what came of it; `observer` learns it of each item.

    Errors before the run has begun (nothing found, no connection, plan and tables do not fit) are
    raised; later ones stand in the result, together with what was done until then.
    """
    began = time.perf_counter()
    check_named(job.plan, job.person)
    catalog = Catalog(workspace.catalog)
    wants_backup = job.backup and not job.dry_run
    with (
        backing(workspace, job.passphrase, reporter, wanted=wants_backup) as backup,
        open_sources(
            *(job.sources, workspace.snapshots, reporter),
            Unlock(job.unlock, workspace.credentials),
        ) as sources,
    ):
        foresee(job, sources)
        begun = None if has_backup(job, workspace) else backup
        keep = begun.keeper(as_origins(job.origins)) if begun else None
        surveyed = survey(job.plan, job.origins, sources, reporter, keep)
        if surveyed.needs_key:
            job = replace(job, field_key=key_for(job, workspace, reporter))
        if begun and not keep:
            begun.collect(surveyed.origins, sources.records())
        with (
            open_database(job.database, workspace, reporter) as engine,
            engine.connect() as connection,
        ):
            with translated(), connection.begin():
                user_id = person_id(connection, job.plan, job.person, reporter)
            with hold(engine, user_id, job.plan.name) as lock:
                trail = AuditTrail(workspace.catalog)
                run = UnderWay(
                    *(job, connection, sources, surveyed, user_id),
                    *(reporter, lock, trail, backup, observer),
                )
                with collecting_seldom(), run.whole():
                    error = _go(run, catalog)
            result = _result(run, error, time.perf_counter() - began)
    if result.run:
        catalog.finish(result)
        save(
            workspace.reports,
            facts_of(
                result,
                user_id=user_id,
                database=printable(job.database),
                plan=job.plan.name,
                origins=run.surveyed.origins,
            ),
        )
    run_logs.write_run(workspace.logs, result)
    return result


def _go(run: UnderWay, catalog: Catalog) -> MigratorError | None:
    """Checks, loads and verifies; returns what stopped it."""
    try:
        ask_about_conflicts(run)
        with run.step():  # tables, bookkeeping and run, or none of them
            entities = prepare(run)
            look_through(run, entities)
            back_up(run, entities)
            enter(run)
    except (ItemsRejected, Cancelled, ConflictsWait, TooManyConflicts) as error:
        return error
    if not run.job.dry_run:
        catalog.begin(
            run.id,
            user_id=run.user_id,
            database=printable(run.job.database),
            plan=run.job.plan.name,
            origins=run.surveyed.origins,
        )
    stopped: MigratorError | None = None
    try:
        load(run, entities)
        check_threshold(run)
        check_rows(run, entities)
    except (StoppedHalfway, TooManyRejected) as error:
        stopped = error if run.preserves else take_back(run, error)
    except MigratorError as error:
        stopped = _explained(run, error)
    try:
        finish(run, outcome(stopped, run.job), after_error=stopped is not None)
    except MigratorError as error:
        stopped = stopped or _explained(run, error)
    return stopped


def _explained(run: UnderWay, error: MigratorError) -> MigratorError:
    if isinstance(error, DatabaseError) and not run.job.dry_run:
        return Interrupted(reason=f"{str(error).rstrip('.')}.", remedy=error.hint)
    return error


def _result(run: UnderWay, error: MigratorError | None, seconds: float) -> RunResult:
    return RunResult(
        run=run.id or None,
        outcome=outcome(error, run.job),
        counts=run.totals(),
        by_entity=run.counts,
        left_aside=dict(run.extractor.left_aside) if run.extractor else {},
        damages=run.sources.damages,
        verified=run.verified,
        seconds=seconds,
        peak_memory_mb=peak_memory_mb(),
        backup=run.backup.id if run.backup and run.id else None,
        error=error,
        undo=run.undo,
        rejections=tuple(run.reporter.kept),
    )
