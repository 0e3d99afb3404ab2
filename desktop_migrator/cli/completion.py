"""`completion`: what a shell needs to complete commands, options and files."""

import importlib
from enum import StrEnum
from typing import Annotated

import typer
from typer._completion_shared import get_completion_script

from desktop_migrator.cli.session import Session
from desktop_migrator.messages import N_

PROGRAM = "desktop-migrator"
VARIABLE = "_DESKTOP_MIGRATOR_COMPLETE"
"""By which the shell's function asks the program."""


class Shell(StrEnum):
    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


def answer_shells() -> None:
    """Have the parser know the shells that ask by `VARIABLE`."""
    importlib.import_module("typer._completion_classes").completion_init()


def command(
    ctx: typer.Context,
    shell: Annotated[
        Shell,
        typer.Argument(metavar=N_("SHELL"), help=N_("bash, zsh, fish or powershell.")),
    ],
) -> None:
    session: Session = ctx.obj
    script = get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell)
    if session.json:
        session.emit_result(shell=shell, script=script)
    else:
        session.stdout.print(script, markup=False, highlight=False, soft_wrap=True)
