"""`connection add|list|remove`: names for databases; passwords in the keyring alone."""

from dataclasses import asdict
from typing import Annotated

import typer

from desktop_migrator.cli.session import Session, first_line
from desktop_migrator.migration.workspace import connections
from desktop_migrator.reporter import Question

group = typer.Typer(add_completion=False, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What the connection is called, e.g. prod.")]


@group.callback()
def _group() -> None:
    """Save connections, to be used as --database NAME."""


@group.command("add", help="Save a database's address under a name; its password is asked for.")
def add(
    ctx: typer.Context,
    name: Name,
    url: Annotated[str, typer.Argument(help="postgresql://user@host/database, no password.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    session: Session = ctx.obj
    password: str | None
    if password_stdin:
        password = first_line("password")
    else:
        with session.reporter() as reporter:
            password = reporter.ask(
                Question(f"Password for {name} (empty: ask each time)", secret=True)
            )
    saved = connections.add(session.workspace, name, url, password or None)
    notice = session.workspace.credentials.notice
    if session.json:
        session.emit(**asdict(saved), notice=notice)
        return
    if notice:
        session.say(notice)
    where = "is in the keyring" if saved.password_saved else "will be asked for"
    session.say(f"Saved. Use it as --database {name}; its password {where}.")


@group.command("list", help="List saved connections.")
def list_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    saved = connections.connections(session.workspace)
    if session.json:
        session.emit(connections=[asdict(each) for each in saved])
        return
    for each in saved:
        password = "password in the keyring" if each.password_saved else "password asked for"
        session.say(f"{each.name}  {each.url}  {password}")
    if not saved:
        session.say("There are no saved connections.")


@group.command("remove", help="Forget a connection and its password.")
def remove(ctx: typer.Context, name: Name) -> None:
    session: Session = ctx.obj
    connections.remove(session.workspace, name)
    if session.json:
        session.emit(removed=name)
    else:
        session.say(f"{name} is forgotten.")
