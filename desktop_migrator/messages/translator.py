"""Messages in the reader's language, from gettext catalogs.

A face names its domains, the one that is asked first coming first: the wizard has wordings of its
own for what the engine says to people at a command line, in English too. Catalogs are compiled
from resources/locale/LANGUAGE/LC_MESSAGES/DOMAIN.po by `make setup`.
"""

import gettext
import locale
import os
from string import Formatter
from typing import Any

from desktop_migrator.messages.message import Fact, Message
from desktop_migrator.system.resources import resource

ENGINE = "engine"
"""The domain of what is said outside the faces."""
LANGUAGES = ("en", "de")
_SWAPPED = str.maketrans(".,", ",.")


class Translator:
    """One language. Without `language` it is that of the system, or English."""

    def __init__(self, language: str | None = None, *domains: str) -> None:
        self.language = language or system_language()
        found: gettext.NullTranslations | None = None
        for domain in reversed((*domains, ENGINE)):
            folder = resource("locale")
            each = gettext.translation(domain, folder, [self.language], fallback=True)
            if found is not None:
                each.add_fallback(found)
            found = each
        assert found is not None  # noqa: S101 - there is one domain at least
        self._catalogs = found
        self._formatter = _Formatter(self)

    def __call__(self, said: Message | str, /, **facts: Fact) -> str:
        """The text; `tr("{count} rows", count=3)` is short for `tr(Message(…))`."""
        message = said if isinstance(said, Message) else Message(said, **facts)
        if message.many is None:
            template = self._catalogs.gettext(message.template) if message.template else ""
        else:
            number = message.facts["count"]
            assert isinstance(number, int)  # noqa: S101 - `plural` sees to it
            template = self._catalogs.ngettext(message.template, message.many, number)
        if not message.facts:
            return template  # may have braces of its own
        return self._formatter.vformat(template, (), message.facts)

    def number(self, value: float, spec: str = ",") -> str:
        """A number as the language writes it: 1,234.5 or 1.234,5."""
        text = format(value, spec)
        return text.translate(_SWAPPED) if self.language == "de" else text


class _Formatter(Formatter):
    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Message):
            return self._translator(value)
        if format_spec and isinstance(value, int | float):
            return self._translator.number(value, format_spec)
        return format(value, format_spec)


def system_language() -> str:
    """The one of the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG) or system that we have."""
    named = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    first = next((name for name in named if name), None) or locale.getlocale()[0] or ""
    code = first.replace("-", "_").split(":")[0].split("_")[0].lower()
    code = {"german": "de", "deutsch": "de"}.get(code, code)  # as Windows names it
    return code if code in LANGUAGES else "en"
