"""The catalogs: complete, up to date, with the same facts, and in the wizard without options.

The command line's hints name its options; in the wizard, whose people have none, they are worded
anew, in English too.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog

from tests.tools.translations import (
    ENGINE,
    FOLDERS,
    LANGUAGE,
    LOCALE,
    PACKAGE,
    WIZARD,
    MessageId,
    extract,
    messages_of,
    read_catalog,
)

CATALOGS = sorted((path.parts[-3], path.stem) for path in LOCALE.rglob("*.po"))
_OPTION = re.compile(r"(^|\s)--[a-z]|`desktop-migrator|`\w+ --")


def translations(language: str, domain: str) -> dict[MessageId, tuple[str, ...]]:
    return {
        each.id if isinstance(each.id, str) else (each.id[0], each.id[1]): strings(each.string)
        for each in read_catalog(language, domain)
        if each.id
    }


def strings(said: str | Sequence[str] | None) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())


def facts(template: str) -> set[tuple[str, str | None, str | None]]:
    """Times apart, which each language writes in its own way."""
    return {
        (name, "time" if spec and spec.startswith("%") else spec, how)
        for _, name, spec, how in Formatter().parse(template)
        if name
    }


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_a_translation_has_the_facts_of_its_template(language: str, domain: str) -> None:
    """The wizard may leave out what is for commands alone."""
    for said, translated in translations(language, domain).items():
        for template, text in zip(strings(said), translated, strict=True):
            missing = facts(template) - facts(text)
            assert facts(text) <= facts(template), template
            assert not missing or domain == WIZARD, template


@pytest.mark.parametrize("domain", [ENGINE, *FOLDERS])
def test_all_that_is_said_is_there_in_german(domain: str) -> None:
    """Fails where `make translations` has not been called after a change, and where something
    waits for its German.
    """
    german = translations(LANGUAGE, domain)
    assert list(german) == list(extract(domain))
    assert [said for said, translated in german.items() if not all(translated)] == []


def test_collecting_misses_nothing() -> None:
    """Each literal of a message, found in another way."""
    found = "".join(str(each) for domain in (ENGINE, *FOLDERS) for each in extract(domain))
    pattern = re.compile(r"\b(?:Message|N_)\(\s*\"([^\"{}]{12,})\"")
    literals = [
        literal
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).parts[0] not in {"wizard", "messages"}
        for literal in pattern.findall(path.read_text("utf-8"))
    ]
    assert len(literals) > 200
    assert [literal for literal in literals if literal not in found] == []


@pytest.mark.parametrize("language", ["en", LANGUAGE])
def test_the_wizard_rewords_what_the_engine_says(language: str) -> None:
    reworded = translations(language, WIZARD)
    assert reworded.keys() <= extract(ENGINE).keys()
    assert reworded.keys() == translations("en", WIZARD).keys()
    assert all(all(translated) for translated in reworded.values())


@pytest.mark.parametrize("language", ["en", LANGUAGE])
def test_the_wizard_names_no_option_of_the_command_line(language: str) -> None:
    engine, reworded = translations(language, ENGINE), translations(language, WIZARD)
    for said in _shown_by_the_wizard():
        for text in reworded.get(said) or engine.get(said) or strings(said):
            assert not _OPTION.search(text), text


def _shown_by_the_wizard() -> Iterator[MessageId]:
    """All but what maintenance and `electric` say, and who asks for keys, at a command line."""
    own = {each for path in _of_the_command_line() for each in messages_of(path)}
    yield from (each for each in extract(ENGINE) if each not in own)


def _of_the_command_line() -> Iterator[Path]:
    for room in ("maintenance", "electric"):
        yield from (PACKAGE / "migration" / room).glob("*.py")


def test_catalogs_name_no_machine_and_no_day() -> None:
    for path in LOCALE.rglob("*.po"):
        header = path.read_text("utf-8").split("\n\n", 1)[0]
        assert not re.search(r"Date|Translator|Generated|FULL NAME|fuzzy|Project-Id", header), path


def test_an_empty_catalog_is_made_where_there_is_none() -> None:
    assert isinstance(read_catalog("de", "not-there"), Catalog)
