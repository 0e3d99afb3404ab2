"""Manual pages, one for the program and one for each command, from what its help says."""

import re
from collections.abc import Iterator, Sequence

import typer
from release import ROOT
from typer._click import Command
from typer.core import TyperArgument, TyperGroup, TyperOption

from desktop_migrator.cli.app import COMMANDS, PANELS, load_command
from desktop_migrator.cli.completion import PROGRAM
from desktop_migrator.cli.examples import EXAMPLES, exit_codes
from desktop_migrator.cli.help_text import localize_help, translate_help
from desktop_migrator.cli.passphrases import add_sources
from desktop_migrator.cli.session import Session
from desktop_migrator.messages import Translator

_TEMPLATE = ROOT / "packaging" / "linux" / f"{PROGRAM}.1"
_ENGLISH = Translator("en")


def manual_pages(version: str) -> dict[str, str]:
    """Each page's text, in the macros of man(7), by the page's name."""
    pages: dict[str, str] = {}
    for name in COMMANDS:
        command = load_command(name)
        add_sources(command)
        localize_help(command)
        pages |= dict(_command_pages(command, (name,), version))
    page = _TEMPLATE.read_text("utf-8")
    page = page.replace("@VERSION@", version)
    page = page.replace("@COMMANDS@", "\n".join(_list_commands()))
    page = page.replace("@EXIT_STATUS@", _text(exit_codes(_ENGLISH)))
    page = page.replace("@SEE_ALSO@", "\n".join(_references(list(pages))))
    return {PROGRAM: page} | pages


def _list_commands() -> Iterator[str]:
    for title, names in PANELS.items():
        yield f".SS {_text(title)}"
        for name in names:
            yield from _entry(f"\\fB{_text(name)}\\fR", COMMANDS[name])


def _command_pages(
    command: Command, words: tuple[str, ...], version: str
) -> Iterator[tuple[str, str]]:
    """The page of the command of these words, and those of the commands in it."""
    session = Session(tr=_ENGLISH)
    line = " ".join((PROGRAM, *words))
    context = command.make_context(line, [], resilient_parsing=True, obj=session)
    assert isinstance(context, typer.Context)
    translate_help(command, context, _ENGLISH)
    inner = command.commands if isinstance(command, TyperGroup) else {}
    name, about = _name(words), command.help or ""
    lines = [
        f'.TH {_text(name.upper())} 1 "" "Desktop Migrator {version}" "User Commands"',
        ".SH NAME",
        f"{_text(name)} \\- {_text(about.partition('. ')[0].removesuffix('.'))}",
        ".SH SYNOPSIS",
        f".B {_text(line)}",
        _text(" ".join(command.collect_usage_pieces(context))),
        ".SH DESCRIPTION",
        _text(about),
        *_list_parameters("ARGUMENTS", TyperArgument, command, context),
        *_list_parameters("OPTIONS", TyperOption, command, context),
    ]
    if inner:
        lines.append(".SH COMMANDS")
    for each, one in inner.items():
        lines += _entry(f"\\fB{_text(each)}\\fR", one.help or "")
    if examples := EXAMPLES.get(" ".join(words)):
        lines += [".SH EXAMPLES", ".nf", *(_text(f"{PROGRAM} {each}") for each in examples), ".fi"]
    lines += [".SH EXIT STATUS", _text(exit_codes(_ENGLISH)), ".SH SEE ALSO"]
    above = [_name(words[:length]) for length in range(len(words))]
    lines += _references([*above, *(_name((*words, each)) for each in inner)])
    yield name, "\n".join(lines) + "\n"
    for each, one in inner.items():
        yield from _command_pages(one, (*words, each), version)


def _list_parameters(
    title: str,
    kind: type[TyperArgument | TyperOption],
    command: Command,
    context: typer.Context,
) -> Iterator[str]:
    records = [
        record
        for param in command.get_params(context)
        if isinstance(param, kind) and (record := param.get_help_record(context))
    ]
    if records:
        yield f".SH {title}"
    for names, told in records:
        yield from _entry(re.sub(r"(?<!\w)(\\-\S+?)(?=[\s,]|$)", r"\\fB\1\\fR", _text(names)), told)


def _entry(tag: str, told: str) -> tuple[str, ...]:
    return ".TP", tag, _text(told)


def _name(words: Sequence[str]) -> str:
    return "-".join((PROGRAM, *words))


def _references(names: list[str]) -> list[str]:
    commas = [*("," for _ in names[1:]), ""]
    return [
        f".BR {_text(name)} (1){comma}" for name, comma in zip(sorted(names), commas, strict=True)
    ]


def _text(text: str) -> str:
    """As it is to be read, whatever groff would make of its characters."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    text = "".join(each if each.isascii() else f"\\[u{ord(each):04X}]" for each in text)
    text = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", text)
    return re.sub(r"^\.", "\\&.", text, flags=re.MULTILINE)
