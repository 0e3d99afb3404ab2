"""Where a passphrase comes from that nobody types: standard input, a file, a program that prints
it, or the environment; never an argument, which every process of the computer can see.

A command that opens or seals something takes `passphrase: GivenPassphrase`, which is the text;
`add_sources` gives it the options beside `--passphrase-file`.
"""

import os
import shlex
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import typer
from typer._click import Command
from typer.core import TyperGroup

from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.desk.desk_keys import use_key_file
from desktop_migrator.migration.workspace.settings import variables
from desktop_migrator.vault.keys import Passphrase

_MAX_LENGTH = 4096
_MAX_PRINTED = 2**16
"""Bytes of a program that prints a passphrase first."""
_VARIABLE = "DESKTOP_MIGRATOR_PASSPHRASE"
_NAMED = "desktop_migrator.passphrase_named"
_STDIN, _FILE, _COMMAND = "--passphrase-stdin", "--passphrase-file", "--passphrase-command"


def take_passphrase_from_environment() -> str | None:
    """What the variable says; it is gone afterwards, so that no process we start inherits it."""
    return os.environ.pop(_VARIABLE, None)


def passphrase_was_named(ctx: typer.Context) -> bool:
    """Whether an option of this command line said where the passphrase is."""
    return bool(ctx.meta.get(_NAMED))


def to_key(text: str | None) -> Passphrase | None:
    return None if text is None else Passphrase(text)


def read_first_line(missing: Message) -> str:
    """The first line of standard input, the same as of a file: UTF-8, or else as the system spells
    texts. Raises UsageError, with that reason, if there is none."""
    line = sys.stdin.buffer.readline(_MAX_LENGTH + 1)
    try:
        line.decode()
    except UnicodeDecodeError:
        with suppress(UnicodeError):
            line = line.decode(sys.stdin.encoding).encode()
    return _decoded(line, missing)


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
            return _first_line_of_command(command)
        case {"--passphrase-file": path}:
            return _first_line_of_file(Path(path))
    given: str | None = ctx.obj.passphrase
    return given or None


def _first_line_of_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            line = file.readline(_MAX_LENGTH + 1)
    except OSError as error:
        reason = error.strerror or ""
        raise UsageError(
            reason=Message("{path} cannot be read: {reason}.", path=str(path), reason=reason)
        ) from None
    return _decoded(line, Message("There is no passphrase in {path}.", path=str(path)))


def _first_line_of_command(command: str) -> str:
    """It may ask on the terminal for what it needs."""
    try:
        words = shlex.split(command, posix=os.name != "nt")
        with subprocess.Popen(words, stdout=subprocess.PIPE) as program:
            try:
                printed = cast("BinaryIO", program.stdout).read(_MAX_PRINTED + 1)
                if len(printed) > _MAX_PRINTED:
                    raise UsageError(
                        reason=Message(
                            "The command of {option} printed more than {limit} KiB.",
                            option=_COMMAND,
                            limit=_MAX_PRINTED // 1024,
                        )
                    )
            except BaseException:  # Ctrl-C too: it may never end by itself
                program.kill()
                raise
    except (OSError, ValueError, IndexError):
        raise UsageError(
            reason=Message("The command of {option} cannot be started.", option=_COMMAND)
        ) from None
    if program.returncode:
        raise UsageError(
            reason=Message(
                "The command of {option} failed with exit code {code}.",
                option=_COMMAND,
                code=program.returncode,
            )
        )
    return _decoded(
        printed,
        Message("The command of {option} printed no passphrase.", option=_COMMAND),
    )


def _decoded(line: bytes, missing: Message) -> str:
    line = line.partition(b"\n")[0]
    if len(line) > _MAX_LENGTH:  # cut off it would be another one
        raise UsageError(
            reason=Message("A passphrase has {limit:,} bytes at most.", limit=_MAX_LENGTH)
        )
    try:
        text = line.decode("utf-8-sig").rstrip("\r")
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise UsageError(reason=missing)
    return text


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
            _COMMAND,
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
