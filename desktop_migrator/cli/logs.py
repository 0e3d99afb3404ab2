"""`logs`: the four logs, without leaving the terminal."""

import json
from collections import deque
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.output import write_json
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.workspace.run_logs import log_file
from desktop_migrator.system.files import os_error_reason


class Log(StrEnum):
    """Those of `run_logs.NAMES`."""

    SUCCESS = "success"
    ERRORS = "errors"
    CONFLICTS = "conflicts"
    PERFORMANCE = "performance"


def command(
    ctx: typer.Context,
    log: Annotated[
        list[Log] | None,
        typer.Argument(
            metavar=N_("LOG"),
            help=N_("success, errors, conflicts or performance; else all of them."),
        ),
    ] = None,
    lines: Annotated[
        int, typer.Option("--lines", min=1, help=N_("How many of the last lines of each."))
    ] = 20,
) -> None:
    session: Session = ctx.obj
    count = 0
    for each in log or Log:
        path = log_file(session.workspace.logs, each)
        found = _last_lines(path, lines)
        count += len(found)
        if session.json:
            for line in found:
                write_json({"log": each} | _parsed(line))
            continue
        session.print_text(str(path))
        for line in found:
            session.print_text(f"  {line}")
        if not found:
            session.print_text(session.tr("  There is nothing in it."))
    if session.json:
        session.emit_result(count=count)


def _last_lines(path: Path, count: int) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, count)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(
            reason=Message(
                "{path} cannot be read: {reason}.", path=str(path), reason=os_error_reason(error)
            )
        ) from None


def _parsed(line: str) -> dict[str, object]:
    try:
        fields = json.loads(line)
    except ValueError:
        return {"line": line}
    return fields if isinstance(fields, dict) else {"line": line}
