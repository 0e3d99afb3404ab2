"""A sentence as the engine says it: a template in English and the facts that fill it.

Templates are `str.format`'s with named fields, and the keys under which translations are looked up,
so they are literals at the call: `Message("{path} is empty", path=path)`. `make translations`
collects the first argument of `Message`, both of `plural`, and what `N_` marks.

Facts are numbers, texts (names of tables, columns, paths; never values of user data), times, which
a translation may write in its own way (`{time:%d.%m.%Y}`), or messages, which are translated in
their turn.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

Fact: TypeAlias = "str | int | float | datetime | Message"


def N_(text: str) -> str:  # noqa: N802 - gettext's usual name for it
    """Marks a text for translation that is translated where it is shown."""
    return text


class Message:
    """Immutable; equal by what it says. `str()` is the English text, without a face's wording."""

    __slots__ = ("facts", "many", "template")

    template: str
    """Where the message counts something (see `plural`), the template for one."""
    many: str | None
    """The template for any number but one, which is `facts["count"]`; None: it counts nothing."""
    facts: Mapping[str, Fact]

    def __init__(self, template: str, /, **facts: Fact) -> None:
        self.template = template
        self.many = None
        self.facts = facts

    @property
    def english(self) -> str:
        """The template that the number asks for, if there is one."""
        return self.template if self.many is None or self.facts["count"] == 1 else self.many

    def __bool__(self) -> bool:
        """Whether it says anything; see `NOTHING`."""
        return bool(self.template)

    def __str__(self) -> str:
        return self.english.format_map(self.facts) if self.facts else self.english

    def __repr__(self) -> str:
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, str | None, tuple[tuple[str, Fact], ...]]:
        return self.template, self.many, tuple(sorted(self.facts.items(), key=lambda fact: fact[0]))

    def __reduce__(self) -> tuple[Any, ...]:
        return counted, (self.template, self.many, dict(self.facts))


def verbatim(text: str) -> Message:
    """A text that stays as it is in every language: a name, SQL, what the system says."""
    return Message("{text}", text=text)


def join(parts: Iterable[Message], separator: str = ", ") -> Message:
    """The parts one after the other; the separator has no words and no braces."""
    facts = {f"part{number}": part for number, part in enumerate(parts, start=1)}
    return Message(separator.join(f"{{{name}}}" for name in facts), **facts)


def plural(one: str, many: str, /, *, count: int, **facts: Fact) -> Message:
    """A message that counts something: `plural("{count} row", "{count} rows", count=n)`."""
    return counted(one, many, {"count": count, **facts})


def counted(template: str, many: str | None, facts: dict[str, Fact]) -> Message:
    """As `plural`, from its parts; a plain message without `many`."""
    message = Message(template, **facts)
    message.many = many
    return message


NOTHING = counted("", None, {})
"""Where there is nothing to say."""
