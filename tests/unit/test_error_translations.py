"""The sentences of errors as the wizard says them: complete, with the same facts in them.

The command line's hints name its options; in the wizard, whose people have none, they are worded
anew, in English too.
"""

import re
from collections.abc import Iterator
from string import Formatter
from xml.etree import ElementTree as ET

import pytest

from desktop_migrator import errors
from desktop_migrator.resources import resource

LANGUAGES = ("en", "de")


def translations(language: str) -> dict[str, str]:
    tree = ET.parse(resource("translations", f"errors_{language}.ts"))  # noqa: S314 - our own
    return {
        message.findtext("source", ""): message.findtext("translation", "")
        for message in tree.iterfind("context[name='errors']/message")
    }


def templates() -> Iterator[str]:
    for found in vars(errors).values():
        if isinstance(found, type) and issubclass(found, errors.MigratorError):
            yield from (found.title, found.detail_template, found.hint_template)


def words(template: str) -> str:
    """What is left without the facts."""
    return re.sub(r"\{[^}]*\}|[^\w]", "", template)


def facts(template: str) -> set[tuple[str | None, str | None]]:
    return {(name, form) for _, name, form, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_is_of_a_sentence_that_there_is_and_has_its_facts(language: str) -> None:
    known = set(templates())
    for source, translation in translations(language).items():
        assert source in known
        assert facts(translation) <= facts(source), source


def test_every_sentence_is_there_in_german() -> None:
    german = translations("de")
    assert [text for text in templates() if words(text) and text not in german] == []


def test_the_wizard_names_no_option_of_the_command_line() -> None:
    english, german = translations("en"), translations("de")
    for template in templates():
        for said in (english.get(template, template), german.get(template, template)):
            assert not re.search(r"(^|\s)--[a-z]|`desktop-migrator|`\w+ --", said), said
