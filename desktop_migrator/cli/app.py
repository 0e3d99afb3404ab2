"""The command line's outermost frame: global options, the list of commands, errors and exit codes.

Each command lies in the module of its name and is imported only when called, so that help comes
at once. A module has `command`, or `group` with several.
"""

import gc
import importlib
import logging
import os
import signal
import sys
import traceback
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from desktop_migrator import __version__
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import ExitCode, InternalError, MigratorError, UsageError
from desktop_migrator.migration.wizard_options import OpenWizard, no_wizard

COMMANDS = {
    "scan": "List browsers, profiles and the web sites that keep data in them.",
    "records": "Print every decoded record.",
    "preview": "Show what would become of the records, without writing anything.",
    "migrate": "Move the data into a database: the main job.",
    "rollback": "Undo runs: put the rows back to what they were before.",
    "backup": "List, make, check, restore and delete encrypted backups.",
    "capture": "Seal what the browsers hold in a file, to be uploaded later.",
    "upload": "Move captures into a database, each item once however often they are sent.",
    "report": "Write what a run did as a page to read, keep or send.",
    "status": "Say whether a migration is needed and what was done.",
    "validate": "Check that what was migrated is still there, whole and as it was sent.",
    "repair": "Mend what is amiss, each mend shown before it is done.",
    "analyze": "Look at sources, target and past runs: sizes, shapes, slow phases.",
    "optimize": "Do at the database what analysis found, each step shown first.",
    "clear": "Clear from the browser what was migrated, after a backup.",
    "unlock": "Clear what a run that is gone has left locked.",
    "provision": "Print, or run, the SQL for a database role with just the rights needed.",
    "connection": "Save databases' addresses under names; passwords go into the keyring.",
    "keys": "Make and hand out the desk's keys.",
    "kit": "Make and open kits: plan, destination and the desk's key in one signed file.",
    "support": "Save what the support desk needs to help.",
    "test-connection": "Check a database: reachable, safe, the rights and tables needed.",
    "demo": "Migrate sample profiles into the built-in database.",
    "wizard": "Open the window that leads through it all.",
}
_GLOBAL_FLAGS = {"--json", "--yes", "--version"}
_GLOBAL_VALUES = {"--data-dir", "--plan", "--debug", "--lang"}


class Language(StrEnum):
    """Those that the texts exist in."""

    EN = "en"
    DE = "de"


class LazyGroup(TyperGroup):
    """Knows each command's name and summary, and loads the one that is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        name = str(name)
        module = _import_module(f"desktop_migrator.cli.{name.replace('-', '_')}")
        if hasattr(module, "group"):  # several commands: `support bundle`
            return name, typer.main.get_command(module.group), rest
        single = typer.Typer(add_completion=False)
        single.command(name, help=COMMANDS[name])(module.command)
        return name, typer.main.get_command(single), rest


def _import_module(name: str) -> Any:
    gc.disable()  # what is loaded stays: looking for cycles in it takes a quarter of the time
    try:
        return importlib.import_module(name)
    finally:
        gc.enable()
        gc.freeze()


app = typer.Typer(
    name="desktop-migrator",
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Moves what a web app kept in a browser's localStorage into PostgreSQL.",
)
for _name, _summary in COMMANDS.items():
    app.command(_name, help=_summary)(lambda: None)


def _print_version(requested: bool) -> None:
    if requested:
        sys.stdout.write(f"desktop-migrator {__version__}\n")
        raise typer.Exit


@app.callback()
def configure(
    ctx: typer.Context,
    json: Annotated[
        bool, typer.Option("--json", help="JSON on standard output, and nothing else there.")
    ] = False,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where catalog, logs and the built-in database lie.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="The plan file; without it the built-in plan.")
    ] = None,
    debug: Annotated[
        str,
        typer.Option(
            envvar="DEBUG", help="Log these categories, e.g. migration:load, or * for all."
        ),
    ] = "",
    lang: Annotated[
        Language | None,
        typer.Option(
            help="The wizard's language; without it the system's. Commands speak English."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take the safe answer.")] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    _enable_log_categories(debug)
    ctx.obj = Session(
        json=json, data_dir=data_dir, plan=plan, assume_yes=yes, language=lang, open_wizard=ctx.obj
    )


def _enable_log_categories(categories: str) -> None:
    """Sends the named categories (`migration:load`) to standard error; loggers hold no values."""
    if not categories:
        return
    logging.basicConfig(format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    for category in categories.split(","):
        name = category.strip().replace(":", ".")
        logging.getLogger(None if name == "*" else f"desktop_migrator.{name}").setLevel("DEBUG")


def _hoist_global_options(args: list[str]) -> list[str]:
    """Global options may stand anywhere, as people type them; the parser wants them first."""
    first: list[str] = []
    rest: list[str] = []
    waiting = list(args)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            rest += [word, *waiting]
            break
        if word in _GLOBAL_FLAGS or word.split("=")[0] in _GLOBAL_VALUES:
            first.append(word)
            if word in _GLOBAL_VALUES and waiting:
                first.append(waiting.pop(0))
        else:
            rest.append(word)
    return first + rest


def run_command_line(args: list[str], open_wizard: OpenWizard = no_wizard) -> int:
    """Runs one command line and returns its exit code. No traceback unless debugging is on."""
    words = _hoist_global_options(args)
    debugging = "--debug" in words or bool(os.environ.get("DEBUG"))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        command = typer.main.get_command(app)
        called = command(
            words, prog_name="desktop-migrator", standalone_mode=False, obj=open_wizard
        )
        return int(called or 0)
    except SystemExit as end:
        return int(end.code or 0)
    except TyperException as error:
        wrong = UsageError(reason=str(error))
        if not words:  # the help is printed already
            return int(wrong.exit_code)
        Session(json="--json" in words).report_failure(wrong)
        return int(wrong.exit_code)
    except MigratorError as error:
        if debugging:
            traceback.print_exc()
        Session(json="--json" in words).report_failure(error)
        return int(error.exit_code)
    except Exception as error:
        if debugging:
            traceback.print_exc()
        Session(json="--json" in words).report_failure(InternalError(kind=type(error).__name__))
        return int(ExitCode.FAILED)
