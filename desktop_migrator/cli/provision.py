"""`provision`: a database role with just the rights needed."""

from typing import Annotated

import typer

from desktop_migrator.cli.options import resolve_database
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.database.provision import provision
from desktop_migrator.plan.schema import load_plan


def command(
    ctx: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            callback=resolve_database,
            help=N_("Where the tables are, as an administrator: to look up their schemas."),
        ),
    ] = None,
    role: Annotated[
        str, typer.Option(help=N_("The role's name; it is made unless it is there."))
    ] = "desktop_migrator",
    apply: Annotated[
        bool, typer.Option("--apply", help=N_("Run the SQL instead of printing it."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    if apply and database is None:
        raise UsageError(
            reason=Message("--apply needs --database, the address as an administrator.")
        )
    plan = load_plan(session.plan)
    with session.make_reporter() as reporter:
        done = provision(
            plan, role, database, apply=apply, workspace=session.workspace, reporter=reporter
        )
    if session.json:
        session.emit_result(applied=apply, statements=done.statements, missing=done.missing)
    elif apply:
        session.print_text(tr("The role {role} has the rights it needs.", role=role))
    else:
        for statement in done.statements:
            session.stdout.print(f"{statement};", markup=False, highlight=False, soft_wrap=True)
    notes = [
        tr("There is no table {name}: make it, then run this again.", name=name)
        for name in done.missing
    ]
    notes.append(
        tr(
            "The role has no password unless it had one: set it in psql with \\password {role}",
            role=role,
        )
    )
    for note in notes:
        session.stderr.print(note, markup=False, highlight=False, soft_wrap=True)
