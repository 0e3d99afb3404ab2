"""A plan's draft as TOML, each part with what was guessed about it.

Our own few lines rather than a library: what is written is strings, lists and inline tables, and
the comments are the larger part.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from desktop_migrator.plan.infer.drafts import ColumnDraft, EntityDraft, PlanDraft, SourceDraft
from desktop_migrator.plan.infer.guesses import Confidence, Guess

_WIDTH = 96
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def write_toml(draft: PlanDraft) -> str:
    comments: dict[str, list[str]] = defaultdict(list)
    for guess in draft.guesses:
        comments[guess.place] += _comment(guess)
    lines = [
        "# Drafted from the data that was found. Look it through before it is used: each guess has a",
        "# comment with what speaks for it. docs/plan.md explains the format.",
        "version = 1",
        f"name = {_value(draft.name)}",
    ]
    if draft.origins:
        lines += ["", "[source]", f"origins = {_value(list(draft.origins))}"]
    lines += _with(comments, "plan")
    for ignore in draft.ignore:
        lines += ["", *comments.pop(f"ignore.{ignore.kind}", ()), "[[ignore]]"]
        lines.append(f"kind = {_value(ignore.kind)}")
        if ignore.keys:
            lines.append(f"keys = {_value(list(ignore.keys))}")
        if ignore.holds:
            lines.append(f"holds = {_value(ignore.holds)}")
    for entity in draft.entities:
        lines += _entity(entity, comments)
    return "\n".join(lines) + "\n"


def _entity(entity: EntityDraft, comments: dict[str, list[str]]) -> Iterable[str]:
    place = f"entities.{entity.name}"
    path = f"entities.{_key(entity.name)}"
    yield ""
    yield from _with(comments, place)
    yield f"[{path}]"
    yield f"table = {_value(entity.table)}"
    yield from _with(comments, f"{place}.id")
    yield from _with(comments, f"{place}.id.unique_in")
    yield f"id = {_id(entity)}"
    for name in ("created", "updated"):
        if text := getattr(entity, name):
            yield f"{name} = {_value(text)}"
    yield from _with(comments, f"{place}.omit")
    if entity.omit:
        yield f"omit = {_value(entity.omit)}"
    yield from _with(comments, f"{place}.sensitive")
    if entity.sensitive:
        yield f"sensitive = {_value(entity.sensitive)}"
    for source in entity.sources:
        yield ""
        yield from _with(comments, f"{place}.sources")
        yield f"[[{path}.sources]]"
        yield from _source(source)
    yield ""
    yield f"[{path}.columns]"
    for name, column in entity.columns.items():
        yield from _with(comments, f"{place}.columns.{name}")
        yield f"{_key(name)} = {_column(column)}"
    for name in sorted(each for each in comments if each.startswith(f"{place}.columns.")):
        yield from _with(comments, name)


def _source(source: SourceDraft) -> Iterable[str]:
    if source.keys:
        yield f"keys = {_value(list(source.keys))}"
    if source.parent:
        yield f"parent = {_value(source.parent)}"
    if source.decode:
        yield f"decode = {_value(list(source.decode))}"
    if source.items != "@":
        yield f"items = {_value(source.items)}"
    if source.shape != "list":
        yield f"shape = {_value(source.shape)}"


def _id(entity: EntityDraft) -> str:
    rules = entity.id
    members: dict[str, Any] = {}
    if rules.column != "id":
        members["column"] = rules.column
    members["from"] = rules.from_[0] if len(rules.from_) == 1 else list(rules.from_)
    members["type"] = rules.type
    if rules.strategy:
        members["strategy"] = rules.strategy
    if rules.unique_in:
        members["unique_in"] = rules.unique_in
    return _value(members)


def _column(column: ColumnDraft) -> str:
    members: dict[str, Any] = {}
    if column.from_:
        members["from"] = column.from_[0] if len(column.from_) == 1 else list(column.from_)
    if column.type:
        members["type"] = column.type
    return _value(members | column.options)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return str(value)


def _string(text: str) -> str:
    """JSON's escapes are TOML's, but for U+007F, which TOML wants escaped."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if name and set(name) <= _BARE else _string(name)


def _with(comments: dict[str, list[str]], place: str) -> list[str]:
    return comments.pop(place, [])


def _comment(guess: Guess) -> list[str]:
    counts = _counts(guess.evidence)
    doubt = " Doubtful: look at it." if guess.confidence is Confidence.DOUBTFUL else ""
    return _wrapped(f"{guess.what}{f' ({counts})' if counts else ''}{doubt}")


def _counts(evidence: Mapping[str, int]) -> str:
    if evidence.keys() == {"items", "present", "distinct"}:
        return (
            f"{evidence['present']:,} of {evidence['items']:,} items have it; "
            f"different values: {evidence['distinct']:,}"
        )
    return ", ".join(f"{what}: {number:,}" for what, number in evidence.items())


def _wrapped(text: str) -> list[str]:
    printable = "".join(each if each.isprintable() else "?" for each in text)
    lines, line = [], "#"
    for word in printable.split():
        if len(line) + len(word) + 1 > _WIDTH and line != "#":
            lines.append(line)
            line = "#"
        line += f" {word}"
    return [*lines, line]
