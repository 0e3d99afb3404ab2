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
    for value in seen.values:
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
    name = snake_case(field, "")
    stem = next((name.removesuffix(end) for end in _ENDINGS if name.endswith(end)), name)
    if other is entity:
        return name in _PARENT_WORDS or (stem != name and bare(stem) in ("parent", bare(other.name)))
    if bare(stem) == bare(other.name) or bare(other.name).endswith(bare(stem)) and len(stem) > 2:
        return True
    numbers = all(each.isdecimal() for each in values)
    return stem != name and len(values) >= _MIN_DISTINCT and not numbers


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
