"""`electric check|prepare|verify`: what ElectricSQL needs of the database, and what has arrived."""

import os
from typing import Annotated

import typer

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.last_run import choose_plan
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.cli.test_connection import print_checks
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import ExitCode
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.electric import prepare_database
from desktop_migrator.migration.electric.verify_arrival import verify_arrival
from desktop_migrator.postgres.verify.checks import Check
from desktop_migrator.reporter import Question

group = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    help=N_("ElectricSQL, which keeps the app's clients in step with its tables."),
)

Role = Annotated[
    str | None,
    typer.Option(help=N_("The role that Electric logs in as; without it the address's own.")),
]


@group.command("check", help=N_("Say of each thing that Electric needs whether it is there."))
def check_(ctx: typer.Context, database: Database = FROM_CONTEXT, role: Role = None) -> None:
    session: Session = ctx.obj
    plan = choose_plan(session, database)
    with session.make_reporter() as reporter:
        checks = prepare_database.check(plan, database, role, session.workspace, reporter)
    _exit_after(session, checks)


@group.command(
    "prepare", help=N_("Show the SQL that gives Electric what it lacks, and run it if asked to.")
)
def prepare_(ctx: typer.Context, database: Database = FROM_CONTEXT, role: Role = None) -> None:
    session: Session = ctx.obj
    plan = choose_plan(session, database)
    with session.make_reporter() as reporter:

        def decide(statements: tuple[str, ...]) -> bool:
            if not session.json:
                for statement in statements:
                    session.print_text(f"{statement};")
            if session.assume_yes:
                return True
            return reporter.ask(Question(Message("Do this?"), (N_("yes"), N_("no")))) == "yes"

        prepared = prepare_database.prepare(
            plan, database, role, session.workspace, reporter, decide
        )
    ok = not prepared.checks
    if session.json:
        session.emit_result(
            ok=ok,
            done=prepared.done,
            statements=prepared.statements,
            checks=[check.to_json() for check in prepared.checks],
        )
    elif ok:
        session.print_text(session.tr("Electric has all that it needs."))
    elif prepared.statements and not prepared.done:
        session.print_text(session.tr("Nothing was changed: with --yes this is run."))
    else:
        print_checks(session, prepared.checks)
    raise typer.Exit(ExitCode.DONE if ok else ExitCode.FAILED)


@group.command("verify", help=N_("Compare every row that Electric serves with the database's own."))
def verify_(
    ctx: typer.Context,
    url: Annotated[
        str,
        typer.Option(
            help=N_(
                "Electric's address, e.g. http://localhost:3000; its secret is taken from the"
                " variable ELECTRIC_SECRET."
            )
        ),
    ],
    database: Database = FROM_CONTEXT,
    wait: Annotated[
        float, typer.Option(min=0, help=N_("Seconds given to what is still on its way."))
    ] = 30,
) -> None:
    session: Session = ctx.obj
    plan = choose_plan(session, database)
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        checks = verify_arrival(
            plan,
            database,
            url,
            session.workspace,
            reporter,
            secret=os.environ.get("ELECTRIC_SECRET") or None,
            wait=wait,
        )
    _exit_after(session, checks)


def _exit_after(session: Session, checks: list[Check]) -> None:
    ok = all(check.ok for check in checks)
    if session.json:
        session.emit_result(ok=ok, checks=[check.to_json() for check in checks])
    else:
        print_checks(session, checks)
    raise typer.Exit(ExitCode.DONE if ok else ExitCode.FAILED)
