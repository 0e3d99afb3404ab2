"""References: fields whose values are the ids of another entity's items."""

from graphlib import CycleError, TopologicalSorter

from desktop_migrator.messages import Message
from desktop_migrator.plan import identity
from desktop_migrator.plan.infer.drafts import EntityDraft, PlanDraft
from desktop_migrator.plan.infer.field_types import FieldSeen
from desktop_migrator.plan.infer.guesses import Confidence
from desktop_migrator.plan.infer.naming import bare, snake_case
from desktop_migrator.plan.json_text import as_bytes
from desktop_migrator.plan.reject import ItemRejected

_ENDINGS = ("_id", "_uuid", "_ref", "_key")
_PARENT_WORDS = frozenset(("parent", "parent_id", "reply_to", "previous_id"))
_MIN_DISTINCT = 3
"""Values without a telling name have to be so many to count as another's ids."""


def link_entities(draft: PlanDraft, fields: dict[str, dict[str, FieldSeen]]) -> None:
    """Marks columns as references, all of whose values are ids of another entity's items."""
    ids = {
        each.name: (each, frozenset(each.source_ids))
        for each in draft.entities
        if each.source_ids and not each.parent
    }
    for entity in draft.entities:
        for column, rules in entity.columns.items():
            seen = fields.get(entity.name, {}).get(rules.field)
            if seen is None or rules.options.get("rest") or rules.options.get("references"):
                continue
            if not set(seen.kinds) <= {"text", "number", "null"} or not seen.present:
                continue
            if rules.field == _own_id(entity) or column in (entity.created, entity.updated):
                continue
            named = _is_named_reference(rules.field)
            if (
                seen.kinds["number"]
                and not named
                and not any(_is_named_after(rules.field, other) for other, _ in ids.values())
            ):
                continue
            values = _ids(seen)
            if not values:
                continue
            for other, known in ids.values():
                if _refers(rules.field, entity, other, values, known) and _can_refer(
                    draft, entity, other
                ):
                    rules.type = other.id.type
                    rules.options = {"references": other.name}
                    draft.guess(
                        f"entities.{entity.name}.columns.{column}",
                        Message("{name} holds ids of {other}.", name=rules.field, other=other.name),
                        Confidence.LIKELY,
                        {"values": len(values), "ids": len(known)},
                    )
                    break


def _own_id(entity: EntityDraft) -> str:
    return entity.id.from_[0]


def _ids(seen: FieldSeen) -> set[str]:
    found = set()
    for value in {as_bytes(each): each for each in seen.values}.values():
        if as_bytes(value) in (b"null", b'""'):
            continue
        try:
            found.add(identity.source_id(value))
        except ItemRejected:
            return set()
    return found


def _refers(
    field: str, entity: EntityDraft, other: EntityDraft, values: set[str], known: frozenset[str]
) -> bool:
    if not values <= known:
        return False
    if other is entity:
        stem = _stem(field)
        is_reference = _is_named_reference(field)
        return snake_case(field, "") in _PARENT_WORDS or (
            is_reference and bare(stem) in ("parent", bare(other.name))
        )
    if _is_named_after(field, other):
        return True
    numbers = all(each.isdecimal() for each in values)
    return _is_named_reference(field) and len(values) >= _MIN_DISTINCT and not numbers


def _stem(field: str) -> str:
    name = snake_case(field, "")
    return next((name.removesuffix(end) for end in _ENDINGS if name.endswith(end)), name)


def _is_named_reference(field: str) -> bool:
    name = snake_case(field, "")
    return name.endswith(_ENDINGS) or name in _PARENT_WORDS


def _is_named_after(field: str, other: EntityDraft) -> bool:
    stem = _stem(field)
    return len(stem) > 2 and bare(other.name).endswith(bare(stem))


def _can_refer(draft: PlanDraft, entity: EntityDraft, other: EntityDraft) -> bool:
    """Whether no circle comes of it."""
    graph = {
        each.name: {
            target
            for rules in each.columns.values()
            if (target := rules.options.get("references")) and target != each.name
        }
        for each in draft.entities
    }
    if other is not entity:
        graph[entity.name].add(other.name)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        return False
    return True
