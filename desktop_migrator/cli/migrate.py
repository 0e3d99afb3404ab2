"""`migrate`: the main job."""

from typing import Annotated

import typer
from typer._click.core import ParameterSource

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.last_run import choose_person, choose_plan
from desktop_migrator.cli.load_options import (
    Conflict,
    CreateTables,
    DecisionsFile,
    DryRun,
    Exclude,
    From,
    Include,
    NoBackup,
    PreservePartial,
    To,
)
from desktop_migrator.cli.options import (
    FieldKeyFile,
    Origin,
    Source,
    Take,
    UserEmail,
    UserId,
    parse_end_time,
    parse_time,
)
from desktop_migrator.cli.output import whatever_the_terminal
from desktop_migrator.cli.passphrases import GivenPassphrase, to_key
from desktop_migrator.cli.result import exit_code, finished_event, print_result
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.messages import N_
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.plans.earlier_plans import plan_to_resume
from desktop_migrator.migration.run.field_keys import read_field_key
from desktop_migrator.migration.run.filters import Period
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.model import ConflictPolicy
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.connection.retry import DEFAULT_RETRY, RetryPolicy


def command(
    ctx: typer.Context,
    database: Database = FROM_CONTEXT,
    source: Source = None,
    origin: Origin = None,
    take: Take = None,
    user_id: UserId = None,
    user_email: UserEmail = None,
    field_key: FieldKeyFile = None,
    dry_run: DryRun = False,
    no_backup: NoBackup = False,
    passphrase: GivenPassphrase = None,
    continue_on_error: Annotated[
        bool,
        typer.Option("--continue-on-error", help=N_("Keep rejected items aside and go on.")),
    ] = False,
    conflict: Conflict = ConflictPolicy.SKIP,
    decisions: DecisionsFile = None,
    include: Include = None,
    exclude: Exclude = None,
    from_: From = None,
    to: To = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help=N_("Items in one transaction."))
    ] = None,
    batch_delay: Annotated[
        int, typer.Option(min=0, help=N_("Milliseconds between two transactions."))
    ] = 0,
    max_concurrent: Annotated[
        int,
        typer.Option(
            min=1,
            help=N_(
                "How many batches are loaded at once, each by a process of its own, where there is"
                " much to load; more take more memory."
            ),
        ),
    ] = 2,
    retry_attempts: Annotated[
        int,
        typer.Option(
            min=1,
            help=N_("How often a step is tried that a lost connection or the like broke off."),
        ),
    ] = DEFAULT_RETRY.attempts,
    retry_backoff: Annotated[
        int,
        typer.Option(
            min=0, help=N_("Milliseconds before the second attempt; twice as many before the next.")
        ),
    ] = round(DEFAULT_RETRY.pause * 1000),
    resume: Annotated[
        bool,
        typer.Option("--resume", help=N_("Go on with the last run if it did not come to its end.")),
    ] = False,
    rollback_threshold: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help=N_(
                "The share of rejected items above which the run undoes itself; without it the"
                " plan's, else 0.1."
            ),
        ),
    ] = None,
    preserve_partial: PreservePartial = False,
    create_tables: CreateTables = False,
) -> None:
    session: Session = ctx.obj
    person = Person(user_id, user_email)
    plan = load_plan(session.plan)
    if ctx.get_parameter_source("database") is ParameterSource.DEFAULT:  # the same once more
        person = choose_person(session, database, user_id, user_email)
        plan = choose_plan(session, database)
    if resume and session.plan is None:
        plan = plan_to_resume(session.workspace, database, person.user_id) or plan
    job = Job(
        plan=plan.taking(take or ()),
        database=database,
        person=person,
        sources=tuple(source or ()),
        origins=tuple(origin or ()),
        include=frozenset(include or ()),
        exclude=frozenset(exclude or ()),
        policy=conflict,
        rules=session.workspace.settings.merge,
        decisions=decisions,
        period=Period(parse_time(from_, "--from"), parse_end_time(to, "--to")),
        batch_size=batch_size,
        batch_delay=batch_delay / 1000,
        max_concurrent=max_concurrent,
        retries=RetryPolicy(retry_attempts, retry_backoff / 1000),
        resume=resume,
        create_tables=create_tables,
        continue_on_error=continue_on_error,
        rollback_threshold=rollback_threshold,
        preserve_partial=preserve_partial,
        dry_run=dry_run,
        backup=not no_backup,
        passphrase=to_key(passphrase),
        capture_passphrase_or_key=passphrase,
        field_key=read_field_key(field_key),
    )
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        result = migrate(job, session.workspace, reporter)
    with whatever_the_terminal():
        if session.json:
            session.emit_json(**finished_event(result))
        else:
            print_result(session, result)
        if result.error:
            session.print_error(result.error)
    raise typer.Exit(exit_code(result))
