"""Where a passphrase comes from that nobody types: standard input, a file, a program that prints
it, or the environment; never an argument, which every process of the computer can see.

A command that opens or seals something takes `passphrase: GivenPassphrase`, which is the text;
`add_sources` gives it the options beside `--passphrase-file`.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from typer._click import Command
from typer.core import TyperGroup

from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.desk.desk_keys import use_key_file
from desktop_migrator.migration.workspace.passphrase_sources import (
    COMMAND_OPTION,
    MAX_BYTES,
    decode_first_line,
    first_line_of_file,
    first_printed,
)
from desktop_migrator.migration.workspace.settings import variables
from desktop_migrator.vault.keys import Passphrase

_NAMED = "desktop_migrator.passphrase_named"
_STDIN, _FILE = "--passphrase-stdin", "--passphrase-file"


def passphrase_was_named(ctx: typer.Context) -> bool:
    """Whether an option of this command line said where the passphrase is."""
    return bool(ctx.meta.get(_NAMED))


def to_key(text: str | None) -> Passphrase | None:
    return None if text is None else Passphrase(text)


def read_first_line(missing: Message) -> str:
    """The first line of standard input, the same as of a file: UTF-8, or else as the system spells
    texts. Raises UsageError, with that reason, if there is none."""
    line = sys.stdin.buffer.readline(MAX_BYTES + 1)
    try:
        line.decode()
    except UnicodeDecodeError:
        with suppress(UnicodeError):
            line = line.decode(sys.stdin.encoding).encode()
    return decode_first_line(line, missing)


def _read_passphrase(ctx: typer.Context, file: str | None) -> str | None:
    """The first line of what the command line names, else what the environment says."""
    if ctx.resilient_parsing:
        return None
    named = dict(ctx.meta.get(_NAMED, ()))
    if file is not None:
        named[_FILE] = file
    ctx.meta[_NAMED] = named
    if len(named) > 1:
        raise UsageError(
            reason=Message("There is one passphrase: leave out {options}.", options=[*named][-1])
        )
    match named:
        case {"--passphrase-stdin": _}:
            return read_first_line(Message("There is no passphrase on standard input."))
        case {"--passphrase-command": command}:
            return first_printed(command)
        case {"--passphrase-file": path}:
            return first_line_of_file(Path(path))
    given: str | None = ctx.obj.passphrase
    return given or None


GivenPassphrase = Annotated[
    str | None,
    typer.Option(
        _FILE,
        metavar=N_("FILE"),
        envvar=variables("passphrase-file"),
        show_envvar=False,
        callback=_read_passphrase,
        help=N_(
            "The first line of this file is the passphrase, or a recovery key where something is"
            " opened."
        ),
    ),
]


KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar=N_("FILE"),
        envvar=variables("key-file"),
        show_envvar=False,
        help=N_(
            "The desk's private key as `keys export --private` wrote it, where there is no keyring;"
            " the passphrase is then that of this file."
        ),
    ),
]


def passphrase_of_captures(
    session: Session, key_file: Path | None, passphrase: str | None
) -> str | None:
    """What was given for captures; None where it opens the key file, whose key opens them."""
    if key_file is None:
        return passphrase
    key = to_key(passphrase)
    if key is None:
        raise UsageError(
            reason=Message("A private key is sealed by a passphrase: give --passphrase-stdin.")
        )
    use_key_file(session.workspace, key_file, key)
    return None


def _note(ctx: typer.Context, param: typer.CallbackParam, value: str | None) -> None:
    if value:
        ctx.meta.setdefault(_NAMED, {})[param.opts[0]] = value


def _note_flag(ctx: typer.Context, param: typer.CallbackParam, value: bool) -> None:
    if value:
        ctx.meta.setdefault(_NAMED, {})[param.opts[0]] = value


def _other_sources(
    _stdin: Annotated[
        bool,
        typer.Option(
            _STDIN,
            is_eager=True,
            expose_value=False,
            callback=_note_flag,
            help=N_(
                "Read a passphrase, or a recovery key where something is opened, from standard"
                " input: its first line."
            ),
        ),
    ] = False,
    _command: Annotated[
        str | None,
        typer.Option(
            COMMAND_OPTION,
            metavar=N_("COMMAND"),
            is_eager=True,
            expose_value=False,
            envvar=variables("passphrase-command"),
            show_envvar=False,
            callback=_note,
            help=N_("The same of what this command prints, e.g. a password manager's."),
        ),
    ] = None,
) -> None:
    """Stands for its options."""


def add_sources(command: Command) -> None:
    """Give the command, and those in it, the other options that say where a passphrase is."""
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            add_sources(each)
        return
    for place, param in enumerate(command.params):
        if _FILE in param.opts:
            options = typer.Typer(add_completion=False)
            options.command()(_other_sources)
            command.params[place:place] = typer.main.get_command(options).params
            return
