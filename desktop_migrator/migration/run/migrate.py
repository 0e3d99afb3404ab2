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
    ConflictsUnresolved,
    DatabaseError,
    Interrupted,
    ItemsRejected,
    MigratorError,
    RejectedAfterCommit,
    TooManyConflicts,
    TooManyRejected,
)
from desktop_migrator.migration.database.open_database import (
    check_user_given,
    open_database,
    resolve_user_id,
    without_password,
)
from desktop_migrator.migration.report.run_facts import collect_facts, save_report
from desktop_migrator.migration.run.back_up import back_up, has_backup
from desktop_migrator.migration.run.field_keys import field_key_for_run
from desktop_migrator.migration.run.finish_run import (
    check_rejection_threshold,
    record_outcome,
    undo_after_failure,
    verify_rows,
)
from desktop_migrator.migration.run.job import Job, outcome_of
from desktop_migrator.migration.run.load import load
from desktop_migrator.migration.run.parallel.load_parallel import prestart_workers
from desktop_migrator.migration.run.prepare import (
    ask_about_conflicts,
    bind_run_entities,
    precheck_items,
)
from desktop_migrator.migration.run.register_run import register_run
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.migration.run.survey import survey
from desktop_migrator.migration.sealed.backup_writer import run_backup
from desktop_migrator.migration.sealed.captures import UnlockKey
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.workspace import run_logs
from desktop_migrator.migration.workspace.audit_trail import AuditTrail
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import RunResult
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.load.observer import LoadObserver
from desktop_migrator.postgres.run_lock.run_lock import hold_run_lock
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.memory import peak_memory_mb, reduced_gc


def migrate(
    job: Job, workspace: Workspace, reporter: Reporter, observer: LoadObserver | None = None
) -> RunResult:
    """Runs the job and says what came of it; `observer` learns it of each item.

    Errors before the run has begun (nothing found, no connection, plan and tables do not fit) are
    raised; later ones stand in the result, together with what was done until then.
    """
    began = time.perf_counter()
    check_user_given(job.plan, job.person)
    catalog = Catalog(workspace.catalog)
    wants_backup = job.backup and not job.dry_run
    with (
        run_backup(workspace, job.passphrase, reporter, wanted=wants_backup) as backup,
        open_sources(
            *(job.sources, workspace.snapshots, reporter),
            UnlockKey(job.capture_passphrase_or_key, workspace.credentials),
        ) as sources,
    ):
        prestart_workers(job, sources)
        begun = None if has_backup(job, workspace) else backup
        keep = begun.start_if_origins_known(parse_origins(job.origins)) if begun else None
        surveyed = survey(job.plan, job.origins, sources, reporter, keep)
        if surveyed.needs_field_key:
            job = replace(job, field_key=field_key_for_run(job, workspace, reporter))
        if begun and not keep:
            begun.collect(surveyed.origins, sources.records())
        with (
            open_database(job.database, workspace, reporter) as engine,
            engine.connect() as connection,
        ):
            with translate_errors(), connection.begin():
                user_id = resolve_user_id(connection, job.plan, job.person, reporter)
            with hold_run_lock(engine, user_id, job.plan.name) as lock:
                trail = AuditTrail(workspace.catalog)
                run = RunContext(
                    *(job, connection, sources, surveyed, user_id),
                    *(reporter, lock, trail, backup, observer),
                )
                with reduced_gc(), run.dry_run_transaction():
                    error = _run_steps(run, catalog)
            result = _result(run, error, time.perf_counter() - began)
    if result.run:
        catalog.record_end(result)
        save_report(
            workspace.reports,
            collect_facts(
                result,
                user_id=user_id,
                database=without_password(job.database),
                plan=job.plan.name,
                origins=run.survey.origins,
            ),
        )
    run_logs.write_run(workspace.logs, result)
    return result


def _run_steps(run: RunContext, catalog: Catalog) -> MigratorError | None:
    """Checks, loads and verifies; returns what stopped it."""
    try:
        ask_about_conflicts(run)
        with run.transaction_step():  # tables, bookkeeping and run, or none of them
            entities = bind_run_entities(run)
            precheck_items(run, entities)
            back_up(run, entities)
            register_run(run)
    except (ItemsRejected, Cancelled, ConflictsUnresolved, TooManyConflicts) as error:
        return error
    if not run.job.dry_run:
        catalog.record_start(
            run.id,
            user_id=run.user_id,
            database=without_password(run.job.database),
            plan=run.job.plan.name,
            origins=run.survey.origins,
        )
    stopped: MigratorError | None = None
    try:
        load(run, entities)
        check_rejection_threshold(run)
        verify_rows(run, entities)
    except (RejectedAfterCommit, TooManyRejected) as error:
        stopped = error if run.preserves_partial_data else undo_after_failure(run, error)
    except MigratorError as error:
        stopped = _as_interrupted(run, error)
    try:
        record_outcome(run, outcome_of(stopped, run.job), after_error=stopped is not None)
    except MigratorError as error:
        stopped = stopped or _as_interrupted(run, error)
    return stopped


def _as_interrupted(run: RunContext, error: MigratorError) -> MigratorError:
    if isinstance(error, DatabaseError) and not run.job.dry_run:
        return Interrupted(reason=f"{str(error).rstrip('.')}.", remedy=error.hint)
    return error


def _result(run: RunContext, error: MigratorError | None, seconds: float) -> RunResult:
    return RunResult(
        run=run.id or None,
        outcome=outcome_of(error, run.job),
        counts=run.totals(),
        by_entity=run.counts,
        skipped_records=dict(run.extractor.skipped_records) if run.extractor else {},
        damages=run.sources.damages,
        verified=run.verified,
        seconds=seconds,
        peak_memory_mb=peak_memory_mb(),
        backup=run.backup.id if run.backup and run.id else None,
        error=error,
        undo=run.undo,
        rejections=tuple(run.reporter.first_rejections),
    )
