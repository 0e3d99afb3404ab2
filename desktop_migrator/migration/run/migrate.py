"""The main job: records of the chosen sources become verified rows of the target.

The sources are copied once and read twice: to see what there is, and to load. Where a rejection
is to stop the run, every item is checked against the target's tables before anything is written;
where the person is to decide conflicts, they are found and asked about before that. A dry run is
the same code in one transaction that is rolled back.

The steps, each a module: `survey`, `prepare`, `back_up`, `register_run`, `load`, `finish_run`.
"""

import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from sqlalchemy import Engine

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
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import (
    address_to_keep,
    check_user_given,
    enter_as,
    open_database,
    without_password,
)
from desktop_migrator.migration.report.run_facts import collect_facts, save_report
from desktop_migrator.migration.run.back_up import back_up, has_backup
from desktop_migrator.migration.run.field_keys import field_key_for_run
from desktop_migrator.migration.run.finish_run import (
    check_accounting,
    check_rejection_threshold,
    record_outcome,
    undo_after_failure,
    verify_rows,
)
from desktop_migrator.migration.run.job import Job, outcome_of
from desktop_migrator.migration.run.load import load
from desktop_migrator.migration.run.note_arrivals import note_arrivals
from desktop_migrator.migration.run.parallel.load_parallel import prestart_workers
from desktop_migrator.migration.run.prepare import (
    ask_about_conflicts,
    bind_run_entities,
    check_existing_tables,
    precheck_items,
)
from desktop_migrator.migration.run.register_run import refuse_captures_of_others, register_run
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.migration.run.survey import survey
from desktop_migrator.migration.sealed.backup_writer import run_backup
from desktop_migrator.migration.sealed.captures import UnlockKey
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.workspace import run_logs
from desktop_migrator.migration.workspace.audit_trail import AuditTrail
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.run_plans import keep_run_plan
from desktop_migrator.migration.workspace.workspace import Workspace, noting_only
from desktop_migrator.model import RunResult, UndoResult
from desktop_migrator.postgres.bookkeeping.schema_upgrade import upgrade_existing
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.load.observer import LoadObserver
from desktop_migrator.postgres.run_lock.run_lock import hold_run_lock
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.memory import peak_memory_mb, reduced_gc


@dataclass(frozen=True, slots=True)
class Opened:
    """What many runs of one call share."""

    engine: Engine
    """Of the job's database."""
    unlock_key: UnlockKey


def migrate(
    job: Job,
    workspace: Workspace,
    reporter: Reporter,
    observer: LoadObserver | None = None,
    opened: Opened | None = None,
) -> RunResult:
    """Runs the job and says what came of it; `observer` learns it of each item.

    `opened`: what of the job is open already.

    Errors before the run has begun (nothing found, no connection, plan and tables do not fit) are
    raised; later ones stand in the result, together with what was done until then.
    """
    with run_logs.logging_failure(workspace.logs, reporter):
        result = _migrate(job, workspace, reporter, observer, opened)
        with noting_only(reporter):
            run_logs.write_run(workspace.logs, result)
        return result


def _migrate(
    job: Job,
    workspace: Workspace,
    reporter: Reporter,
    observer: LoadObserver | None,
    opened: Opened | None,
) -> RunResult:
    began = time.perf_counter()
    check_user_given(job.plan, job.person)
    catalog = Catalog(workspace.catalog)
    wants_backup = job.backup and not job.dry_run
    with (
        run_backup(workspace, job.passphrase, reporter, wanted=wants_backup) as backup,
        open_sources(
            *(job.sources, workspace.snapshots, reporter),
            opened.unlock_key
            if opened
            else UnlockKey(job.capture_passphrase_or_key, workspace.credentials),
        ) as sources,
    ):
        if job.change_records:
            sources.change(job.change_records)
            job = replace(job, max_concurrent=1)  # other processes read for themselves
        prestart_workers(job, sources)
        begun = None if has_backup(job, workspace) else backup
        keep = None
        if begun and not job.change_records:
            keep = begun.start_if_origins_known(parse_origins(job.origins))
        surveyed = survey(job.plan, job.origins, sources, reporter, keep, job.wanted_entities)
        if surveyed.needs_field_key:
            job = replace(job, field_key=field_key_for_run(job, workspace, reporter))
        if begun and not keep:
            begun.collect(surveyed.origins, sources.original_records())
        with (
            _database(job, workspace, reporter, opened) as engine,
            engine.connect() as connection,
        ):
            with translate_errors(), connection.begin():
                user_id = enter_as(connection, job.plan, job.person, reporter)
            with hold_run_lock(engine, user_id, job.plan.name) as lock:
                trail = AuditTrail(workspace.catalog)
                run = RunContext(
                    *(job, connection, sources, surveyed, user_id),
                    *(reporter, lock, trail, backup, observer),
                )
                check_existing_tables(run)
                with reduced_gc(), run.dry_run_transaction():
                    end = _run_steps(run, catalog, workspace)
            result = _result(run, end, time.perf_counter() - began)
    if result.run:
        with noting_only(reporter):
            catalog.record_end(result)
        with noting_only(reporter):
            save_report(
                workspace.reports,
                collect_facts(
                    result,
                    user_id=user_id,
                    database=without_password(job.database),
                    plan=job.plan.name,
                    origins=run.survey.origins,
                    labels={
                        language: job.plan.labels_in(language)
                        for language in ("en", *job.plan.translations)
                    },
                ),
            )
    return result


def _database(
    job: Job, workspace: Workspace, reporter: Reporter, opened: Opened | None
) -> AbstractContextManager[Engine]:
    return (
        nullcontext(opened.engine) if opened else open_database(job.database, workspace, reporter)
    )


@dataclass(slots=True)
class _End:
    """How a run ended."""

    error: MigratorError | None = None
    """What stopped it."""
    verified: bool = False
    undo: UndoResult | None = None


def _run_steps(run: RunContext, catalog: Catalog, workspace: Workspace) -> _End:
    """Checks, loads and verifies."""
    try:
        if not run.job.dry_run:
            with translate_errors(), run.connection.begin():
                upgrade_existing(run.connection)
                refuse_captures_of_others(run)
        else:
            refuse_captures_of_others(run)
        prechecked = ask_about_conflicts(run)
        with run.trial():
            entities = bind_run_entities(run, trial=True)
            if not prechecked:
                precheck_items(run, entities)
            back_up(run, entities)
        with run.transaction_step():  # tables, bookkeeping and run, or none of them; and soon done
            if not run.job.dry_run:
                entities = bind_run_entities(run, trial=False)
            register_run(run)
    except (ItemsRejected, Cancelled, ConflictsUnresolved, TooManyConflicts) as error:
        return _End(error)
    if not run.job.dry_run:
        keep_run_plan(workspace, run.id, run.job.plan)
        catalog.record_start(
            run.id,
            user_id=run.user_id,
            database=without_password(run.job.database),
            plan=run.job.plan.name,
            origins=run.survey.origins,
            address=address_to_keep(run.job.database),
        )
    end = _End()
    try:
        load(run, entities)
        check_accounting(run, entities)
        check_rejection_threshold(run)
        verify_rows(run, entities)
        with noting_only(run.reporter):
            note_arrivals(run, entities, workspace)
        end.verified = True
    except (RejectedAfterCommit, TooManyRejected) as error:
        end.error = error
        if not run.preserves_partial_data:
            end.error, end.undo = undo_after_failure(run, error)
    except MigratorError as error:
        end.error = _as_interrupted(run, error)
    try:
        record_outcome(run, outcome_of(end.error, run.job), after_error=end.error is not None)
    except MigratorError as error:
        end.error = end.error or _as_interrupted(run, error)
    return end


def _as_interrupted(run: RunContext, error: MigratorError) -> MigratorError:
    if isinstance(error, DatabaseError) and not run.job.dry_run:
        ended = str(error).endswith(".")
        reason = error.message if ended else Message("{error}.", error=error.message)
        return Interrupted(reason=reason, remedy=error.hint_message)
    return error


def _result(run: RunContext, end: _End, seconds: float) -> RunResult:
    run_id = run.id if run.is_registered else None
    return RunResult(
        run=run_id,
        outcome=outcome_of(end.error, run.job),
        counts=run.totals(),
        by_entity=run.counts,
        skipped_records=run.skipped_records,
        damages=run.sources.damages,
        verified=end.verified,
        seconds=seconds,
        peak_memory_mb=peak_memory_mb(),
        text_length=run.survey.text_length,
        backup=run.backup.id if run.backup and run_id else None,
        error=end.error,
        undo=end.undo,
        rejections=tuple(run.reporter.first_rejections),
        labels=run.job.plan.labels,
        not_taken=run.accounting.not_taken,
        suspicions=run.accounting.told_suspicions,
        superseded=tuple(run.reporter.first_superseded),
        too_large=tuple(
            damage for damage in run.sources.damages if damage.concerns(run.survey.origins)
        ),
    )
