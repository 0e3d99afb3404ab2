"""The documentation is whole: every page in the site's nav, no link that leads nowhere, no command
that names what does not exist, examples that are plans."""

import re
import shlex
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from typer._click import Context
from typer._click.exceptions import UsageError as ParserError
from typer.core import TyperGroup

from desktop_migrator.cli.app import COMMANDS, hoist_global_options, load_command
from desktop_migrator.cli.examples import EXAMPLES
from desktop_migrator.cli.passphrases import add_sources
from desktop_migrator.plan.schema import Plan
from tests.doc_commands import PAGES, ROOT, Command, inline_commands, shown_commands

DOCS = ROOT / "docs"
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_EXAMPLES = (DOCS / "plans-by-example.md").read_text("utf-8")


def test_every_page_is_in_the_nav_once() -> None:
    pages = re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(pages) == sorted(path.name for path in DOCS.glob("*.md"))


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each).strip().lower().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for pair in _LINK.findall(page.read_text("utf-8")):
        target = "".join(pair)
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), target
        assert not anchor or anchor in _anchors(file), target


@pytest.mark.parametrize(
    "command",
    [
        *(each for page in PAGES for each in (*inline_commands(page), *shown_commands(page))),
        *(Command("help", tuple(shlex.split(each))) for each in chain(*EXAMPLES.values())),
    ],
    ids=str,
)
def test_a_command_names_what_there_is(command: Command) -> None:
    words = [word for word in command.words if word not in {"…", "..."}]
    placed = hoist_global_options(words)
    rest = placed[placed.index(name) :] if (name := _name(placed)) else []
    if not rest:
        assert {"--version", "--help"} & {*words}, command
        return
    parser = load_command(rest.pop(0))
    add_sources(parser)
    if isinstance(parser, TyperGroup) and rest:
        name = rest.pop(0) if not rest[0].startswith("-") else "show"  # `fleet` is `fleet show`
        assert name in parser.commands, command
        parser = parser.commands[name]
    context = Context(parser)
    try:
        parser.make_parser(context).parse_args(args=rest)
    except ParserError as error:
        pytest.fail(f"{command.page}: {command}: {error.message}")


def _name(words: list[str]) -> str | None:
    return next((word for word in words if word in COMMANDS), None)


@pytest.mark.parametrize("text", re.findall(r"```toml\n(.*?)```", _EXAMPLES, re.DOTALL))
def test_the_examples_are_plans(text: str) -> None:
    Plan.model_validate(tomllib.loads(text))
