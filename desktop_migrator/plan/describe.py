"""What a plan does, in sentences for people: what is taken from where, and where it goes."""

from collections.abc import Iterator
from dataclasses import dataclass

from desktop_migrator.messages import Message, join, verbatim
from desktop_migrator.plan.schema import Ignore, Plan
from desktop_migrator.plan.schema_entity import Entity, EntitySource, PlanColumn
from desktop_migrator.plan.schema_texts import (
    CONTENT,
    ENCODING,
    INDEX,
    KEY,
    NAME,
    PARENT,
    PATH,
    USER,
)
from desktop_migrator.plan.toml_text import toml_key, toml_value

_VARIABLES = {
    USER: Message("the person's id"),
    KEY: Message("the record's key"),
    NAME: Message("the item's name, or the end of its key"),
    ENCODING: Message("whether the record is JSON or text"),
    INDEX: Message("its place among the others"),
    PATH: Message("where it lies: key and place"),
    PARENT: Message("the item in which it lies"),
    CONTENT: Message("the whole of it"),
}
_SHAPES = {
    "list": Message("a list of items"),
    "map": Message("items by their names"),
    "pairs": Message("pairs of names and items"),
    "single": Message("one item"),
    "combined": Message("one item of all these records"),
}


@dataclass(frozen=True, slots=True)
class DescribedEntity:
    name: str
    table: str
    id: Message
    sources: tuple[Message, ...]
    columns: tuple[tuple[str, Message], ...]


@dataclass(frozen=True, slots=True)
class DescribedPlan:
    name: str
    sites: Message
    aside: tuple[Message, ...]
    entities: tuple[DescribedEntity, ...]


def describe_plan(plan: Plan) -> DescribedPlan:
    origins = [each if isinstance(each, str) else " = ".join(each) for each in plan.source.origins]
    sites = (
        Message("For {origins}.", origins=", ".join(origins))
        if origins
        else Message("For any web site; the person says which.")
    )
    return DescribedPlan(
        plan.name,
        sites,
        tuple(map(_aside, plan.ignore)),
        tuple(_entity(name, entity) for name, entity in plan.entities.items()),
    )


def effective_toml(plan: Plan) -> str:
    """The plan as it is understood, without comments and what is as it is anyway."""
    content = plan.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    lines = ["version = 1", f"name = {toml_value(plan.name)}"]
    for name in ("source", "user", "text", "sensitive", "on_failure"):
        if name in content:
            lines += ["", f"[{name}]"]
            lines += [
                f"{toml_key(key)} = {toml_value(each)}" for key, each in content[name].items()
            ]
    for language, words in content.get("translations", {}).items():
        lines += ["", f"[translations.{language}]"]
        lines += [f"{toml_key(label)} = {toml_value(word)}" for label, word in words.items()]
    for rule in content.get("ignore", ()):
        lines += ["", "[[ignore]]"]
        lines += [f"{toml_key(key)} = {toml_value(each)}" for key, each in rule.items()]
    for name, entity in content["entities"].items():
        path = f"entities.{toml_key(name)}"
        parts = {key: entity.pop(key) for key in ("sources", "columns")}
        lines += ["", f"[{path}]"]
        lines += [f"{toml_key(key)} = {toml_value(each)}" for key, each in entity.items()]
        for source in parts["sources"]:
            lines += ["", f"[[{path}.sources]]"]
            lines += [f"{toml_key(key)} = {toml_value(each)}" for key, each in source.items()]
        lines += ["", f"[{path}.columns]"]
        lines += [f"{toml_key(key)} = {toml_value(each)}" for key, each in parts["columns"].items()]
    return "\n".join(lines) + "\n"


def _aside(rule: Ignore) -> Message:
    keys = ", ".join(rule.keys)
    match rule.holds:
        case "login":
            return Message(
                "Left aside as {kind}: {keys}, where the value logs somebody in.",
                kind=rule.kind,
                keys=keys,
            )
        case "one-word":
            return Message(
                "Left aside as {kind}: {keys}, where the value is one long word.",
                kind=rule.kind,
                keys=keys,
            )
        case _:
            return Message("Left aside as {kind}: {keys}.", kind=rule.kind, keys=keys)


def _entity(name: str, entity: Entity) -> DescribedEntity:
    return DescribedEntity(
        name,
        entity.table,
        _id(entity),
        tuple(map(_source, entity.sources)),
        tuple((column, _column(rules)) for column, rules in entity.columns.items()),
    )


def _id(entity: Entity) -> Message:
    of = join([_read(text) for text in entity.id.from_], " + ")
    match entity.id.strategy:
        case "keep":
            return Message("The id stays as it is: {id}.", id=of)
        case "database":
            return Message("The database numbers the rows; items are known by {id}.", id=of)
        case _:
            return Message("Items are known by {id}.", id=of)


def _source(source: EntitySource) -> Message:
    shape = _SHAPES[source.shape]
    place = Message("") if source.items == "@" else Message(" in {path}", path=source.items)
    if source.parent:
        return Message(
            "From the items of {parent}: {shape}{place}.",
            parent=source.parent,
            shape=shape,
            place=place,
        )
    keys = ", ".join(source.keys or ())
    if source.is_catch_all:
        return Message("From all records that nothing else takes, and what is left of others.")
    if source.decode:
        return Message(
            "From {keys}, decoded by {decoders}: {shape}{place}.",
            keys=keys,
            decoders=", ".join(source.decode),
            shape=shape,
            place=place,
        )
    return Message("From {keys}: {shape}{place}.", keys=keys, shape=shape, place=place)


def _read(text: str) -> Message:
    return _VARIABLES.get(text) or verbatim(text)


def _column(rules: PlanColumn) -> Message:
    return join(list(_column_parts(rules)), "; ")


def _column_parts(rules: PlanColumn) -> Iterator[Message]:
    if rules.from_:
        yield join([_read(text) for text in rules.from_], " / ")
    if rules.rest:
        yield Message("all fields that no other column takes")
    if rules.references:
        yield Message("the row of {entity} that it names", entity=rules.references)
    if rules.values is not None:
        pairs = (f"{value} → {becomes}" for value, becomes in rules.values.items())
        yield Message("{values}", values=", ".join(pairs))
    if rules.numbers:
        yield Message("numbers count {unit} since 1970", unit=rules.numbers)
    if rules.default is not None:
        yield Message("else {value}", value=str(rules.default))
    if rules.sensitive:
        yield Message("sensitive: {action}", action=rules.sensitive.value)
    if rules.required:
        yield Message("required")
