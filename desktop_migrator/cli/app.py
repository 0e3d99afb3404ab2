"""The command line's outermost frame: global options, the list of commands, errors and exit codes.

Each command lies in the module of its name and is imported only when called, so that help comes
at once. A module has `command`, or `group` with several.
"""

import gc
import importlib
import os
import signal
import sys
import traceback
from dataclasses import replace
from enum import StrEnum
from io import TextIOWrapper
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer._click import Command
from typer._click.core import ParameterSource
from typer._click.exceptions import NoArgsIsHelpError
from typer.exceptions import TyperException

from desktop_migrator import __version__
from desktop_migrator.cli.completion import PROGRAM, VARIABLE, answer_shells
from desktop_migrator.cli.context import defaults, take_from_environment
from desktop_migrator.cli.help_text import localize_help
from desktop_migrator.cli.passphrases import add_sources
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.usage_errors import CommandGroup, usage_error
from desktop_migrator.errors import ExitCode, InternalError, MigratorError, UsageError
from desktop_migrator.messages import LANGUAGES, N_, Message, Translator
from desktop_migrator.migration.report.typesetting import FindTypesetter, no_typesetter
from desktop_migrator.migration.wizard_options import OpenWizard, no_wizard
from desktop_migrator.migration.workspace.passphrase_sources import (
    take_passphrase_from_environment,
)
from desktop_migrator.migration.workspace.settings import Settings, load_settings, variables
from desktop_migrator.migration.workspace.workspace import settings_file
from desktop_migrator.system.debug import CATEGORIES, enable

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
    "fleet": N_("Say who of all people is done, and what keeps the others."),
    "report": N_("Write what a run did as a page to read, keep or send."),
    "info": N_("Show versions, folders and what this computer keeps."),
    "status": N_("Say whether a migration is needed and what was done."),
    "history": N_("List the runs from this computer, the newest first."),
    "checklist": N_("Go through the steps of a migration: which are done, which are open."),
    "logs": N_("Show the last lines of the logs."),
    "export": N_("Write what was found or migrated as JSON, CSV or SQL."),
    "validate": N_("Check that what was migrated is still there, whole and as it was sent."),
    "repair": N_("Repair what is amiss, each repair shown before it is done."),
    "analyze": N_("Look at sources, target and past runs: sizes, shapes, slow phases."),
    "optimize": N_("Do at the database what analysis found, each step shown first."),
    "clear": N_("Clear from the browser what was migrated, after a backup."),
    "unlock": N_("Clear what a run that is gone has left locked."),
    "provision": N_("Print, or run, the SQL for a database role with just the rights needed."),
    "electric": N_("Check and prepare a database for ElectricSQL; verify that all has arrived."),
    "config": N_("Show and change the settings: what need not be said each time."),
    "connection": N_("Save databases' addresses under names; passwords go into the keyring."),
    "keys": N_("Make and hand out the desk's keys."),
    "kit": N_(
        "Make and open kits: plan, destination and the desk's key in one signed file; invite"
        " people with a login of their own."
    ),
    "update": N_("Look for a newer version, when asked; announce one to users."),
    "support": N_("Save what the support desk needs to help."),
    "test-connection": N_("Check a database: reachable, safe, the rights and tables needed."),
    "completion": N_("Print a shell's completion script."),
    "demo": N_("Migrate sample profiles into the built-in database."),
    "wizard": N_("Open the window that leads through it all."),
}
PANELS = {
    N_("Look"): ("scan", "records", "preview", "status", "history", "checklist", "info", "logs"),
    N_("Move"): ("migrate", "capture", "upload", "fleet", "export", "demo", "wizard"),
    N_("Check and undo"): (
        *("validate", "repair", "rollback", "backup", "clear", "report", "analyze", "optimize"),
    ),
    N_("Set up"): (
        *("plan", "config", "connection", "test-connection", "provision", "electric"),
        *("unlock", "keys", "kit", "support", "update", "completion"),
    ),
}
"""How help groups the commands."""
_GLOBAL_FLAGS = {"--json", "--yes", "--version", "--quiet", "-q", "--no-color"}
_GLOBAL_VALUES = {"--data-dir", "--plan", "--debug", "--lang"}


class Language(StrEnum):
    """Those that the texts exist in."""

    EN = "en"
    DE = "de"


_CALLED = "desktop_migrator.called"


class LazyGroup(CommandGroup):
    """Knows each command's name and summary, and loads the one that is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        command = load_command(name)
        add_sources(command)
        take_from_environment(name, command)
        localize_help(command)
        ctx.meta[_CALLED] = command
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
for _panel, _names in PANELS.items():
    for _name in _names:
        app.command(_name, help=COMMANDS[_name], rich_help_panel=_panel)(lambda: None)


def _print_version(ctx: typer.Context, requested: bool) -> None:
    if requested and not ctx.resilient_parsing:
        session: Session = ctx.obj
        if session.json:
            session.emit_result(name=PROGRAM, version=__version__)
        else:
            sys.stdout.write(f"{PROGRAM} {__version__}\n")
        raise typer.Exit


@app.callback()
def configure(
    ctx: typer.Context,
    json: Annotated[
        bool, typer.Option("--json", help=N_("JSON on standard output, and nothing else there."))
    ] = False,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            envvar=variables("data-dir"),
            show_envvar=False,
            help=N_("Where catalog, logs and the built-in database lie."),
        ),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            envvar=variables("plan"),
            show_envvar=False,
            help=N_("The plan file; without it the built-in plan."),
        ),
    ] = None,
    debug: Annotated[
        str,
        typer.Option(
            envvar="DEBUG", help=N_("Log these categories, e.g. migration:load, or * for all.")
        ),
    ] = "",
    lang: Annotated[
        Language | None,
        typer.Option(
            envvar=variables("lang"),
            show_envvar=False,
            help=N_("The language of what is shown; without it the system's."),
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help=N_("Ask nothing; take the safe answer."))
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help=N_("Show results and errors alone, no bars and notes.")),
    ] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help=N_("No colours; NO_COLOR says so, too."))
    ] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help=N_("Print the version.")
        ),
    ] = False,
) -> None:
    unknown = enable(debug, sys.stderr) if debug else []
    if unknown and ctx.get_parameter_source("debug") is ParameterSource.COMMANDLINE:
        raise UsageError(
            reason=Message(
                "There is no category {names}. There are: {known}, and *.",
                names=", ".join(unknown),
                known=", ".join(CATEGORIES),
            )
        )
    name = str(ctx.invoked_subcommand)
    settings = Settings() if name == "config" else load_settings(settings_file(data_dir))
    ctx.default_map = {name: defaults(name, ctx.meta[_CALLED], settings)}
    language = lang or settings.lang
    ctx.obj = replace(
        ctx.obj,
        tr=ctx.obj.tr if language is None else Translator(language, "cli"),
        json=json,
        data_dir=data_dir,
        plan=plan or (Path(settings.plan) if settings.plan else None),
        assume_yes=yes,
        language=language,
        quiet=quiet,
        **_consoles(no_color=no_color),
    )


def _consoles(*, no_color: bool) -> dict[str, Console]:
    if not no_color:
        return {}
    return {"stdout": Console(no_color=True), "stderr": Console(stderr=True, no_color=True)}


def hoist_global_options(args: list[str]) -> list[str]:
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
    chosen = os.environ.get(*variables("lang"))
    for word, after in zip_longest(words, words[1:], fillvalue=""):
        option, equals, value = word.partition("=")
        if option == "--lang":
            chosen = value if equals else after
    return chosen if chosen in LANGUAGES else None


def _replace_what_cannot_be_shown() -> None:
    """A terminal or pipe that knows few characters shows question marks for the others."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def run_command_line(
    args: list[str],
    open_wizard: OpenWizard = no_wizard,
    find_typesetter: FindTypesetter = no_typesetter,
) -> int:
    """Runs one command line and returns its exit code. No traceback unless debugging is on."""
    words = hoist_global_options(args)
    debugging = "--debug" in words or bool(os.environ.get("DEBUG"))
    session = Session(
        tr=Translator(_find_language(words), "cli"),
        json="--json" in words,
        passphrase=take_passphrase_from_environment(),
        open_wizard=open_wizard,
        find_typesetter=find_typesetter,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _replace_what_cannot_be_shown()
    try:
        command = typer.main.get_command(app)
        localize_help(command)
        if os.environ.get(VARIABLE):
            answer_shells()
        called = command(words, prog_name=PROGRAM, standalone_mode=False, obj=session)
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
    except Exception as error:  # a mistake of ours is told without a traceback
        if debugging:
            traceback.print_exc()
        session.report_failure(InternalError(kind=type(error).__name__))
        return int(ExitCode.FAILED)
