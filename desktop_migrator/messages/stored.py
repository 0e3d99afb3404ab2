"""Messages in files: as JSON, so that they can be said in a reader's language later."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

from desktop_migrator.messages.message import Fact, Message, counted

MessageData = dict[str, Any]
"""`{"template": …, "many": …, "facts": {…}}`, without what there is none of."""


def to_builtins(message: Message) -> MessageData:
    data: MessageData = {"template": message.template}
    if message.many is not None:
        data["many"] = message.many
    if message.facts:
        data["facts"] = {
            name: to_builtins(fact) if isinstance(fact, Message) else fact
            for name, fact in message.facts.items()
        }
    return data


def from_builtins(data: object) -> Message:
    """Raises ValueError for what is no message: somebody may have changed the file."""
    if not isinstance(data, dict):
        raise ValueError("no message")  # noqa: TRY004 - the file's fault
    template, many, facts = data.get("template"), data.get("many"), data.get("facts", {})
    if (
        not isinstance(template, str)
        or not isinstance(many, str | None)
        or not isinstance(facts, dict)
    ):
        raise ValueError("no message")  # noqa: TRY004 - the file's fault
    known = {str(name): _fact(fact) for name, fact in facts.items()}
    if many is not None and not isinstance(known.get("count"), int):
        raise ValueError("a number is missing")
    if known:
        for text in (template, many or ""):
            _check_fields(text, known)
    return counted(template, many, known)


def _fact(data: object) -> Fact:
    return data if isinstance(data, str | int | float) else from_builtins(data)


def _check_fields(template: str, facts: Mapping[str, Fact]) -> None:
    """Only what the engine writes: `{name}`, with a number's format at most."""
    for _, name, spec, conversion in Formatter().parse(template):
        if name is None:
            continue
        numeric = isinstance(facts.get(name), int | float)
        if name not in facts or conversion not in {None, "r"} or (spec and not numeric):
            raise ValueError("a fact is missing")
        if spec:
            format(facts[name], spec)
