"""What the engine says, in the person's language.

Errors are templates (see errors/), looked up here under the context `errors` and filled
afterwards. Everything else the engine says is whole sentences: reasons of rejections, what was
found at a database, warnings. They are recognised by their templates, which `make translations`
collects from the engine's source (resources/translations/sentences.txt), under `sentences`.

The engine's hints speak of commands and options; errors_en.ts says in English, too, what they
mean in the wizard.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from string import Formatter

from PySide6.QtCore import QCoreApplication

from desktop_migrator import errors
from desktop_migrator.errors import MigratorError
from desktop_migrator.system.resources import resource
from desktop_migrator.wizard.i18n import QT_TRANSLATE_NOOP

translate = QCoreApplication.translate

ERRORS = "errors"
SENTENCES = "sentences"

_STAGES: dict[str, str] = {
    "find": QT_TRANSLATE_NOOP("stages", "Looking into browsers"),
    "check": QT_TRANSLATE_NOOP("stages", "Checking every item"),
    "compare": QT_TRANSLATE_NOOP("stages", "Comparing with the database"),
    "backup": QT_TRANSLATE_NOOP("stages", "Making the backup"),
    "capture": QT_TRANSLATE_NOOP("stages", "Saving your data"),
    "load": QT_TRANSLATE_NOOP("stages", "Moving your data"),
    "verify": QT_TRANSLATE_NOOP("stages", "Checking what arrived"),
    "restore": QT_TRANSLATE_NOOP("stages", "Putting back"),
    "undo": QT_TRANSLATE_NOOP("stages", "Taking back"),
}
_PLACEHOLDER = re.compile(r"\{(\w+)[^}]*\}")


@dataclass(frozen=True, slots=True)
class LocalizedError:
    title: str
    detail: str
    hint: str


def localize_error(error: MigratorError) -> LocalizedError:
    """The error in the person's language."""
    facts = {
        name: localize(fact) if isinstance(fact, str) else fact
        for name, fact in error.facts.items()
    }
    return LocalizedError(
        title=translate(ERRORS, error.title),
        detail=translate(ERRORS, error.detail_template).format(**facts),
        hint=translate(ERRORS, error.hint_template).format(**facts),
    )


def localize(text: str) -> str:
    """A sentence of the engine in the person's language; any other text as it is."""
    for template in _templates():
        if found := template.match(text):
            return _fill_template(translate(template.context, template.text), found)
    title, colon, detail = text.partition(": ")  # as `str()` has an error
    return f"{localize(title)}{colon}{localize(detail)}" if colon else text


def _fill_template(template: str, found: re.Match[str]) -> str:
    """With what was found in the engine's text, in the person's language, too."""
    return _PLACEHOLDER.sub(lambda hole: localize(found["_" + hole[1]]), template)


def stage_name(stage: str) -> str:
    return translate("stages", _STAGES.get(stage, stage))


@dataclass(frozen=True, slots=True)
class _Template:
    context: str
    text: str
    literals: tuple[str, ...]
    """What lies between the holes."""

    def match(self, text: str) -> re.Match[str] | None:
        # Hundreds of patterns are never compiled, which would hold up the window.
        if all(words in text for words in self.literals):
            return re.compile(_template_pattern(self.text), re.DOTALL).fullmatch(text)
        return None


@cache
def _templates() -> tuple[_Template, ...]:
    """Those with the most words of their own first."""
    lines = resource("translations", "sentences.txt").read_text("utf-8").splitlines()
    whole = dict.fromkeys(lines, SENTENCES) | dict.fromkeys(_error_templates(), ERRORS)
    made = (
        _Template(context, text, tuple(_PLACEHOLDER.sub("\0", text).split("\0")))
        for text, context in whole.items()
    )
    return tuple(sorted(made, key=lambda each: -sum(map(len, each.literals))))


def _error_templates() -> Iterator[str]:
    """Errors are quoted as a whole, and their hints as remedies."""
    for found in vars(errors).values():
        if isinstance(found, type) and issubclass(found, MigratorError):
            for template in (found.title, found.detail_template, found.hint_template):
                if re.search(r"\w{3}", _PLACEHOLDER.sub("", template)):
                    yield template


def _template_pattern(template: str) -> str:
    parts = []
    seen = set()
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P=_{name})" if name in seen else f"(?P<_{name}>.*?)")
            seen.add(name)
    return "".join(parts)
