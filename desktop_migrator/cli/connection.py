"""`connection add|list|remove`: names for databases; passwords in the keyring alone."""

from dataclasses import asdict
from typing import Annotated

import typer

from desktop_migrator.cli.passphrases import read_first_line
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.workspace import connections
from desktop_migrator.reporter import Question

group = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    help=N_("Save connections, to be used as --database NAME."),
)

Name = Annotated[str, typer.Argument(help=N_("What the connection is called, e.g. prod."))]


@group.command("add", help=N_("Save a database's address under a name; its password is asked for."))
def add(
    ctx: typer.Context,
    name: Name,
    url: Annotated[str, typer.Argument(help=N_("postgresql://user@host/database, no password."))],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help=N_("Read the password from standard input."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    password: str | None
    if password_stdin:
        password = read_first_line(Message("There is no password on standard input."))
    else:
        with session.make_reporter() as reporter:
            password = reporter.ask(
                Question(
                    Message("Password for {name} (empty: ask each time)", name=name), secret=True
                )
            )
    saved = connections.add_connection(session.workspace, name, url, password or None)
    notice = session.workspace.credentials.fallback_notice
    if session.json:
        session.emit_result(**asdict(saved), notice=notice)
        return
    if notice:
        session.print_text(tr(notice))
    session.print_text(
        tr("Saved. Use it as --database {name}; its password is in the keyring.", name=name)
        if saved.password_saved
        else tr("Saved. Use it as --database {name}; its password will be asked for.", name=name)
    )


@group.command("list", help=N_("List saved connections."))
def list_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    tr = session.tr
    saved = connections.list_connections(session.workspace)
    if session.json:
        session.emit_result(connections=[asdict(each) for each in saved])
        return
    for each in saved:
        notes = [tr("password asked for")]
        if each.password_saved:
            notes = [tr("password in the keyring")]
        if each.default:
            notes.append(tr("the default"))
        session.print_text(f"{each.name}  {each.url}  {', '.join(notes)}")
    if not saved:
        session.print_text(tr("There are no saved connections."))


@group.command("default", help=N_("Have a connection meant wherever no database is named."))
def default(ctx: typer.Context, name: Name) -> None:
    session: Session = ctx.obj
    chosen = connections.set_default_connection(session.workspace, name)
    if session.json:
        session.emit_result(**asdict(chosen))
    else:
        session.print_text(session.tr("{name} is the default connection now.", name=name))


@group.command("remove", help=N_("Forget a connection and its password."))
def remove(ctx: typer.Context, name: Name) -> None:
    session: Session = ctx.obj
    connections.remove_connection(session.workspace, name)
    if session.json:
        session.emit_result(removed=name)
    else:
        session.print_text(session.tr("{name} is forgotten.", name=name))
