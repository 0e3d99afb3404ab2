"""What the engine says as the wizard says it: complete, with the same facts in it.

The command line's hints name its options; in the wizard, whose people have none, they are worded
anew, in English too.
"""

import re
from collections.abc import Iterator
from string import Formatter
from xml.etree import ElementTree as ET

import pytest

from desktop_migrator import errors
from desktop_migrator.system.resources import resource
from tests.tools.engine_sentences import engine_sentences
from tests.tools.translations import LISTED

LANGUAGES = ("en", "de")


CONTEXTS = ("errors", "sentences")


def translations(language: str, context: str) -> dict[str, str]:
    tree = ET.parse(resource("translations", f"errors_{language}.ts"))  # noqa: S314 - our own
    return {
        message.findtext("source", ""): message.findtext("translation", "")
        for message in tree.iterfind(f"context[name='{context}']/message")
    }


def templates(context: str) -> list[str]:
    return list(_of_errors()) if context == "errors" else engine_sentences()


def _of_errors() -> Iterator[str]:
    for found in vars(errors).values():
        if isinstance(found, type) and issubclass(found, errors.MigratorError):
            yield from (found.title, found.detail_template, found.hint_template)


def words(template: str) -> str:
    """What is left without the facts."""
    return re.sub(r"\{[^}]*\}|[^\w]", "", template)


def facts(template: str) -> set[tuple[str | None, str | None]]:
    return {(name, form) for _, name, form, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("context", CONTEXTS)
def test_a_translation_is_of_a_sentence_that_there_is_and_has_its_facts(
    language: str, context: str
) -> None:
    known = set(templates(context))
    for source, translation in translations(language, context).items():
        assert source in known
        assert facts(translation) <= facts(source), source


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_sentence_is_there_in_german(context: str) -> None:
    german = translations("de", context)
    assert [text for text in templates(context) if words(text) and text not in german] == []


@pytest.mark.parametrize("context", CONTEXTS)
def test_the_wizard_names_no_option_of_the_command_line(context: str) -> None:
    english, german = translations("en", context), translations("de", context)
    for template in templates(context):
        for said in (english.get(template, template), german.get(template, template)):
            assert not re.search(r"(^|\s)--[a-z]|`desktop-migrator|`\w+ --", said), said


def test_the_wizard_knows_all_sentences() -> None:
    """Fails where `make translations` has not been called after a change."""
    assert LISTED.read_text("utf-8").splitlines() == engine_sentences()
