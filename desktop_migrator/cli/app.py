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
from dataclasses import replace
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer._click import Command
from typer._click.exceptions import NoArgsIsHelpError
from typer.exceptions import TyperException

from desktop_migrator import __version__
from desktop_migrator.cli.help_text import localize_help
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.usage_errors import CommandGroup, usage_error
from desktop_migrator.errors import ExitCode, InternalError, MigratorError
from desktop_migrator.messages import LANGUAGES, N_, Translator
from desktop_migrator.migration.wizard_options import OpenWizard, no_wizard

COMMANDS = {
    "scan": N_("List browsers, profiles and the web sites that keep data in them."),
    "records": N_("Print every decoded record."),
    "plan": N_("Draft a plan from data, try it, and say what it does."),
    "preview": N_("Show what would become of the records, without writing anything."),
    "migrate": N_("Move the data into a database: the main job."),
    "rollback": N_("Undo runs: put the rows back to what they were before."),
    "backup": N_("List, make, check, restore and delete encrypted backups."),
    "capture": N_("Seal what the browsers hold in a file, to be uploaded later."),
    "upload": N_("Move captures into a database, each item once however often they are sent."),
    "report": N_("Write what a run did as a page to read, keep or send."),
    "status": N_("Say whether a migration is needed and what was done."),
    "validate": N_("Check that what was migrated is still there, whole and as it was sent."),
    "repair": N_("Repair what is amiss, each repair shown before it is done."),
    "analyze": N_("Look at sources, target and past runs: sizes, shapes, slow phases."),
    "optimize": N_("Do at the database what analysis found, each step shown first."),
    "clear": N_("Clear from the browser what was migrated, after a backup."),
    "unlock": N_("Clear what a run that is gone has left locked."),
    "provision": N_("Print, or run, the SQL for a database role with just the rights needed."),
    "connection": N_("Save databases' addresses under names; passwords go into the keyring."),
    "keys": N_("Make and hand out the desk's keys."),
    "kit": N_("Make and open kits: plan, destination and the desk's key in one signed file."),
    "update": N_("Look for a newer version, when asked; announce one to users."),
    "support": N_("Save what the support desk needs to help."),
    "test-connection": N_("Check a database: reachable, safe, the rights and tables needed."),
    "demo": N_("Migrate sample profiles into the built-in database."),
    "wizard": N_("Open the window that leads through it all."),
}
_GLOBAL_FLAGS = {"--json", "--yes", "--version"}
_GLOBAL_VALUES = {"--data-dir", "--plan", "--debug", "--lang"}


class Language(StrEnum):
    """Those that the texts exist in."""

    EN = "en"
    DE = "de"


class LazyGroup(CommandGroup):
    """Knows each command's name and summary, and loads the one that is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        command = load_command(name)
        localize_help(command)
        return name, command, rest


def load_command(name: str) -> Command:
    module = _import_module(f"desktop_migrator.cli.{name.replace('-', '_')}")
    if hasattr(module, "group"):  # several commands: `support bundle`
        return typer.main.get_command(module.group)
    single = typer.Typer(add_completion=False)
    single.command(name, help=COMMANDS[name])(module.command)
    return typer.main.get_command(single)


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
    help=N_("Moves what a web app kept in a browser's localStorage into PostgreSQL."),
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
        bool, typer.Option("--json", help=N_("JSON on standard output, and nothing else there."))
    ] = False,
    data_dir: Annotated[
        Path | None, typer.Option(help=N_("Where catalog, logs and the built-in database lie."))
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help=N_("The plan file; without it the built-in plan."))
    ] = None,
    debug: Annotated[
        str,
        typer.Option(
            envvar="DEBUG", help=N_("Log these categories, e.g. migration:load, or * for all.")
        ),
    ] = "",
    lang: Annotated[
        Language | None,
        typer.Option(help=N_("The language of what is shown; without it the system's.")),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help=N_("Ask nothing; take the safe answer."))
    ] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help=N_("Print the version.")
        ),
    ] = False,
) -> None:
    _enable_log_categories(debug)
    ctx.obj = replace(
        ctx.obj, json=json, data_dir=data_dir, plan=plan, assume_yes=yes, language=lang
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


def _find_language(words: list[str]) -> str | None:
    """The one asked for, before anything is parsed: what is wrong with the words is told in it."""
    chosen = None
    for word, after in zip(words, [*words[1:], ""], strict=False):
        option, equals, value = word.partition("=")
        if option == "--lang":
            chosen = value if equals else after
    return chosen if chosen in LANGUAGES else None


def _replace_what_cannot_be_shown() -> None:
    """A terminal or pipe that knows few characters shows question marks for the others."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def run_command_line(args: list[str], open_wizard: OpenWizard = no_wizard) -> int:
    """Runs one command line and returns its exit code. No traceback unless debugging is on."""
    words = _hoist_global_options(args)
    debugging = "--debug" in words or bool(os.environ.get("DEBUG"))
    session = Session(
        tr=Translator(_find_language(words), "cli"),
        json="--json" in words,
        open_wizard=open_wizard,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _replace_what_cannot_be_shown()
    try:
        command = typer.main.get_command(app)
        localize_help(command)
        called = command(words, prog_name="desktop-migrator", standalone_mode=False, obj=session)
        return int(called or 0)
    except SystemExit as end:
        return int(end.code or 0)
    except NoArgsIsHelpError:
        return int(ExitCode.USAGE)  # the help is printed already
    except TyperException as error:
        wrong = usage_error(error)
        session.report_failure(wrong)
        return int(wrong.exit_code)
    except MigratorError as error:
        if debugging:
            traceback.print_exc()
        session.report_failure(error)
        return int(error.exit_code)
    except Exception as error:
        if debugging:
            traceback.print_exc()
        session.report_failure(InternalError(kind=type(error).__name__))
        return int(ExitCode.FAILED)
