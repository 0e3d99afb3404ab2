"""What nobody needs to say again: options from the environment, the settings or the last run.

In this order: the option, `DESKTOP_MIGRATOR_…` (for the database `DATABASE_URL`, too), the file of
settings, the default connection, the last run of this computer that agrees with what was said.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import structs
from typer._click import Command
from typer.core import TyperGroup, TyperOption

from desktop_migrator.migration.workspace.settings import OPTIONS, Settings, variables

_NOT_TAKEN = {
    ("backup", "database"),  # the one that the backup was made for
    ("plan", "database"),  # is read for its tables only where it is named
    ("status", "user-id"),  # shows fewer runs
    ("history", "user-id"),
}
"""Options that mean something else than the settings do, by command."""


def take_from_environment(name: str, command: Command) -> None:
    """Have the options of the command `name`, and of those in it, look at their variables."""
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            take_from_environment(name, each)
        return
    for param in command.params:
        option = _setting(param)
        if isinstance(param, TyperOption) and option and (name, option) not in _NOT_TAKEN:
            param.envvar = variables(option)
            param.show_envvar = False  # they are all named alike


def defaults(name: str, command: Command, settings: Settings) -> Mapping[str, Any]:
    """What the settings say, as the parser takes defaults: by the options' own names."""
    if isinstance(command, TyperGroup):
        return {each: defaults(name, inner, settings) for each, inner in command.commands.items()}
    said = structs.asdict(settings)
    found = {
        param.name: said[option.replace("-", "_")]
        for param in command.params
        if (option := _setting(param)) and (name, option) not in _NOT_TAKEN
    }
    return {option: value for option, value in found.items() if value is not None}


def _setting(param: Any) -> str | None:
    """The setting that an option is, if it is one."""
    return next((each for each in OPTIONS if f"--{each}" in param.opts), None)
