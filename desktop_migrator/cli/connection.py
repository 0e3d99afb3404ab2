"""`connection add|list|remove`: names for databases; passwords in the keyring alone."""

from dataclasses import asdict
from typing import Annotated

import typer

from desktop_migrator.cli.session import Session, read_first_line
from desktop_migrator.messages import Message
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
        password = read_first_line("password")
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
        session.emit_json(**asdict(saved), notice=notice)
        return
    if notice:
        session.print_text(str(notice))
    where = "is in the keyring" if saved.password_saved else "will be asked for"
    session.print_text(f"Saved. Use it as --database {name}; its password {where}.")


@group.command("list", help="List saved connections.")
def list_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    saved = connections.list_connections(session.workspace)
    if session.json:
        session.emit_json(connections=[asdict(each) for each in saved])
        return
    for each in saved:
        password = "password in the keyring" if each.password_saved else "password asked for"
        session.print_text(f"{each.name}  {each.url}  {password}")
    if not saved:
        session.print_text("There are no saved connections.")


@group.command("remove", help="Forget a connection and its password.")
def remove(ctx: typer.Context, name: Name) -> None:
    session: Session = ctx.obj
    connections.remove_connection(session.workspace, name)
    if session.json:
        session.emit_json(removed=name)
    else:
        session.print_text(f"{name} is forgotten.")
