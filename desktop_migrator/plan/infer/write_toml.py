"""A plan's draft as TOML, each part with what was guessed about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from desktop_migrator.plan.infer.drafts import ColumnDraft, EntityDraft, PlanDraft, SourceDraft
from desktop_migrator.plan.infer.guesses import Confidence, Guess
from desktop_migrator.plan.toml_text import toml_key, toml_value

_WIDTH = 96


def write_toml(draft: PlanDraft) -> str:
    comments: dict[str, list[str]] = defaultdict(list)
    for guess in draft.guesses:
        comments[guess.place] += _comment(guess)
    lines = [
        "# Drafted from the data that was found. Look it through before it is used: each guess has",
        "# a comment with what speaks for it. docs/plan.md explains the format.",
        "version = 1",
        f"name = {toml_value(draft.name)}",
    ]
    if draft.origins:
        lines += ["", "[source]", f"origins = {toml_value(list(draft.origins))}"]
    lines += _with(comments, "plan")
    for ignore in draft.ignore:
        lines += ["", *comments.pop(f"ignore.{ignore.kind}", ()), "[[ignore]]"]
        lines.append(f"kind = {toml_value(ignore.kind)}")
        if ignore.keys:
            lines.append(f"keys = {toml_value(list(ignore.keys))}")
        if ignore.holds:
            lines.append(f"holds = {toml_value(ignore.holds)}")
    for entity in draft.entities:
        lines += _entity(entity, comments)
    return "\n".join(lines) + "\n"


def _entity(entity: EntityDraft, comments: dict[str, list[str]]) -> Iterable[str]:
    place = f"entities.{entity.name}"
    path = f"entities.{toml_key(entity.name)}"
    yield ""
    yield from _with(comments, place)
    yield f"[{path}]"
    yield f"table = {toml_value(entity.table)}"
    yield from _with(comments, f"{place}.id")
    yield from _with(comments, f"{place}.id.unique_in")
    yield f"id = {_id(entity)}"
    for name in ("created", "updated"):
        if text := getattr(entity, name):
            yield f"{name} = {toml_value(text)}"
    yield from _with(comments, f"{place}.omit")
    if entity.omit:
        yield f"omit = {toml_value(entity.omit)}"
    yield from _with(comments, f"{place}.sensitive")
    if entity.sensitive:
        yield f"sensitive = {toml_value(entity.sensitive)}"
    for source in entity.sources:
        yield ""
        yield from _with(comments, f"{place}.sources")
        yield f"[[{path}.sources]]"
        yield from _source(source)
    yield ""
    yield f"[{path}.columns]"
    for name, column in entity.columns.items():
        yield from _with(comments, f"{place}.columns.{name}")
        yield f"{toml_key(name)} = {_column(column)}"
    for name in sorted(each for each in comments if each.startswith(f"{place}.columns.")):
        yield from _with(comments, name)


def _source(source: SourceDraft) -> Iterable[str]:
    if source.keys:
        yield f"keys = {toml_value(list(source.keys))}"
    if source.parent:
        yield f"parent = {toml_value(source.parent)}"
    if source.decode:
        yield f"decode = {toml_value(list(source.decode))}"
    if source.items != "@":
        yield f"items = {toml_value(source.items)}"
    if source.shape != "list":
        yield f"shape = {toml_value(source.shape)}"


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
    return toml_value(members)


def _column(column: ColumnDraft) -> str:
    members: dict[str, Any] = {}
    if column.from_:
        members["from"] = column.from_[0] if len(column.from_) == 1 else list(column.from_)
    if column.type:
        members["type"] = column.type
    return toml_value(members | column.options)


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
