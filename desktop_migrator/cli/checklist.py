"""`checklist`: what is done of a migration, and what is open."""

from typing import Annotated

import typer

from desktop_migrator.cli.database_options import choose_database_if_any
from desktop_migrator.cli.last_run import choose_person, choose_plan
from desktop_migrator.cli.options import Source, UserEmail, UserId
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import ExitCode
from desktop_migrator.messages import N_
from desktop_migrator.migration.checklist import Step, checklist
from desktop_migrator.migration.database.person import Person

_MARKS = {True: N_("done"), False: N_("OPEN"), None: "–"}


def command(
    ctx: typer.Context,
    source: Source = None,
    user_id: UserId = None,
    user_email: UserEmail = None,
    database: Annotated[
        str | None,
        typer.Option(callback=choose_database_if_any, help=N_("Where the data goes, or has gone.")),
    ] = None,
) -> None:
    session: Session = ctx.obj
    person = Person(user_id, user_email)
    if database:
        person = choose_person(session, database, user_id, user_email)
    steps: list[Step] = []
    for step in checklist(
        *(choose_plan(session, database), source or (), database, person),
        *(session.workspace, session.make_warning_reporter()),
    ):
        steps.append(step)
        if not session.json:
            _print(session, step)
    if session.json:
        session.emit_result(
            steps=[
                {
                    "step": step.id.name.lower(),
                    "done": step.done,
                    "detail": str(step.detail),
                    "command": None if step.done else step.command,
                }
                for step in steps
            ]
        )
    is_open = any(step.done is False for step in steps)
    raise typer.Exit(ExitCode.FAILED if is_open else ExitCode.DONE)


def _print(session: Session, step: Step) -> None:
    tr = session.tr
    detail = f" ({tr(step.detail)})" if step.detail else ""
    session.print_text(f"{tr(_MARKS[step.done]):5} {tr(step.id.value)}{detail}")
    if step.done is False and step.command:
        session.print_text(f"      {step.command}")
