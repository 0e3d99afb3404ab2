"""Help in the reader's language: what commands say of themselves, and the words that Typer adds."""

import importlib
from pathlib import Path
from typing import get_args

import typer
from typer._click import Command, Context, HelpFormatter
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from desktop_migrator.cli.examples import epilog
from desktop_migrator.cli.session import Session
from desktop_migrator.messages import N_, Translator

_TYPER_WORDS = {
    "ARGUMENTS_PANEL_TITLE": N_("Arguments"),
    "OPTIONS_PANEL_TITLE": N_("Options"),
    "COMMANDS_PANEL_TITLE": N_("Commands"),
    "DEFAULT_STRING": N_("[default: {}]"),
    "ENVVAR_STRING": N_("[env var: {}]"),
    "REQUIRED_LONG_STRING": N_("[required]"),
}
"""By where Typer keeps them."""
_KINDS = {int: N_("NUMBER"), float: N_("NUMBER"), Path: N_("PATH")}
"""What an option takes, by its type; else it is a text."""
_PARSER_WORDS = (N_("[OPTIONS]"), N_("COMMAND [ARGS]..."), N_("Show this message and exit."))
"""Of the commands that it makes."""


def localize_help(command: Command) -> None:
    """Have the command, and those in it, give help in the language of the session."""
    command.context_class = _Context
    command.context_settings["help_option_names"] = ["-h", "--help"]
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            localize_help(each)


class _Context(typer.Context):
    def get_help(self) -> str:
        session: Session = self.obj
        typers = importlib.import_module("typer.rich_utils")  # as late as Typer does
        for name, word in _TYPER_WORDS.items():
            setattr(typers, name, session.tr(word))
        translate_help(self.command, self, session.tr)
        words = " ".join(self.command_path.split()[1:])
        self.command.epilog = epilog(words, session.tr)
        return super().get_help()

    def make_formatter(self) -> HelpFormatter:
        session: Session = self.obj
        formatter = _Formatter(width=self.terminal_width, max_width=self.max_content_width)
        formatter.usage_prefix = session.tr("Usage: ")
        return formatter


class _Formatter(HelpFormatter):
    usage_prefix = ""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, self.usage_prefix if prefix is None else prefix)


def _no_type(ctx: Context) -> None:
    """A flag takes nothing, and what an argument is its name says."""


def _kind(option: TyperOption) -> str:
    """In a word what stands behind the option; without a `<str>` that only programmers know."""
    kind = option.type_descriptor
    if kind.choices:
        return "|".join(map(str, kind.choices))
    [annotation] = get_args(kind.annotation) or (kind.annotation,)
    return _KINDS.get(annotation, N_("TEXT"))


def translate_help(command: Command, context: typer.Context, tr: Translator) -> None:
    """Put in a language what the command says of itself, its parameters and the commands in it."""
    command.help = command.help and tr(command.help)
    command.options_metavar = command.options_metavar and tr(command.options_metavar)
    for param in command.get_params(context):
        if isinstance(param, TyperArgument | TyperOption):
            param.help = param.help and tr(param.help)
            param.metavar = param.metavar and tr(param.metavar)
        if isinstance(param, TyperOption) and not (param.is_flag or param.metavar):
            param.metavar = tr(_kind(param))
        elif isinstance(param, TyperArgument) or (isinstance(param, TyperOption) and param.is_flag):
            param.display_type_rich = _no_type  # type: ignore[method-assign] # only how help shows it
    if isinstance(command, TyperGroup):
        command.subcommand_metavar = tr(command.subcommand_metavar)
        for each in command.commands.values():
            each.help = each.help and tr(each.help)
            if isinstance(each, TyperCommand | TyperGroup) and each.rich_help_panel:
                each.rich_help_panel = tr(each.rich_help_panel)
