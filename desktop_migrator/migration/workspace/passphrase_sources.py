"""Where a passphrase lies that nobody types: a file, a program that prints it, or the environment;
never an argument, which every process of the computer can see."""

import os
import shlex
import subprocess
from pathlib import Path
from typing import BinaryIO, cast

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.workspace.settings import said_by_environment

MAX_BYTES = 4096
_MAX_PRINTED = 2**16
"""Bytes of a program that prints a passphrase first."""
COMMAND_OPTION = "--passphrase-command"
_VARIABLE = "DESKTOP_MIGRATOR_PASSPHRASE"


def take_passphrase_from_environment() -> str | None:
    """What the variable says; it is gone afterwards, so that no process we start inherits it."""
    return os.environ.pop(_VARIABLE, None)


def passphrase_said_beforehand() -> str | None:
    """What the environment alone says, where no command line does. Raises UsageError."""
    for option, read in (("passphrase-file", _file_named), ("passphrase-command", first_printed)):
        if named := said_by_environment(option):
            return read(named)
    return take_passphrase_from_environment() or None


def _file_named(path: str) -> str:
    return first_line_of_file(Path(path))


def first_line_of_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            line = file.readline(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or ""
        raise UsageError(
            reason=Message("{path} cannot be read: {reason}.", path=str(path), reason=reason)
        ) from None
    return decode_first_line(line, Message("There is no passphrase in {path}.", path=str(path)))


def first_printed(command: str) -> str:
    """The first line of what the command prints. It may ask on the terminal for what it needs."""
    try:
        words = shlex.split(command, posix=os.name != "nt")
        with subprocess.Popen(words, stdout=subprocess.PIPE) as program:
            try:
                printed = cast("BinaryIO", program.stdout).read(_MAX_PRINTED + 1)
                if len(printed) > _MAX_PRINTED:
                    raise UsageError(
                        reason=Message(
                            "The command of {option} printed more than {limit} KiB.",
                            option=COMMAND_OPTION,
                            limit=_MAX_PRINTED // 1024,
                        )
                    )
            except BaseException:  # Ctrl-C too: it may never end by itself
                program.kill()
                raise
    except (OSError, ValueError, IndexError):
        raise UsageError(
            reason=Message("The command of {option} cannot be started.", option=COMMAND_OPTION)
        ) from None
    if program.returncode:
        raise UsageError(
            reason=Message(
                "The command of {option} failed with exit code {code}.",
                option=COMMAND_OPTION,
                code=program.returncode,
            )
        )
    return decode_first_line(
        printed,
        Message("The command of {option} printed no passphrase.", option=COMMAND_OPTION),
    )


def decode_first_line(line: bytes, missing: Message) -> str:
    """Raises UsageError, with that reason if there is nothing."""
    line = line.partition(b"\n")[0]
    if len(line) > MAX_BYTES:  # cut off it would be another one
        raise UsageError(
            reason=Message("A passphrase has {limit:,} bytes at most.", limit=MAX_BYTES)
        )
    try:
        text = line.decode("utf-8-sig").rstrip("\r")
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise UsageError(reason=missing)
    return text
