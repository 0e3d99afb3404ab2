"""What identifies an item: a field of its own, its name, its place, or else its content."""

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Raw

from desktop_migrator.messages import Message, plural
from desktop_migrator.model import Column, ColumnType, normalize_name
from desktop_migrator.plan import identity
from desktop_migrator.plan.infer.drafts import EntityDraft, IdDraft, PlanDraft, SeenItem
from desktop_migrator.plan.infer.guesses import Confidence
from desktop_migrator.plan.infer.naming import can_be_named, field_expression, singular
from desktop_migrator.plan.json_text import canonical
from desktop_migrator.plan.reject import ItemRejected

_NAMES = ("id", "_id", "uuid", "guid", "key", "$loki", "slug", "uid", "pk")
_SMALL = 10**9
"""Numbers below it are counted by somebody, not made up."""
_SHORT = 6
_MAX_TYPED = 1_000
"""Ids whose kind is looked at."""


def choose_id(draft: PlanDraft, entity: EntityDraft) -> None:
    """Decides and says why. Fills `source_ids`."""
    place = f"entities.{entity.name}.id"
    shape = entity.sources[0].shape
    for name in _candidates(entity):
        ids = _unique_ids(entity, name)
        if ids is None:
            continue
        entity.source_ids = ids
        entity.id = IdDraft(from_=(field_expression(name),), type=_type(ids))
        draft.guess(
            place,
            plural(
                "The field {name} is the id: the one item has it.",
                "The field {name} is the id: all {count} items have it, each its own.",
                count=len(ids),
                name=name,
            ),
            Confidence.SURE if name == "id" else Confidence.LIKELY,
            {"items": len(ids), "distinct": len(set(ids))},
        )
        _say_where_unique(draft, entity, place)
        return
    items = {"items": len(entity.items)}
    if shape in ("map", "pairs") and not entity.parent:
        entity.source_ids = [item.name for item in entity.items]
        if _tell_apart(entity, entity.source_ids) and all(entity.source_ids):
            entity.id = IdDraft(from_=("$name",))
            what = Message("The name under which an item lies is its id.")
            draft.guess(place, what, Confidence.SURE, items)
            return
    entity.source_ids = []
    if shape == "single" and not entity.parent:
        entity.id = IdDraft(from_=("$key",))
        draft.guess(
            place, Message("There is one item to a key, which is its id."), Confidence.SURE, items
        )
        return
    by_place = entity.parent or entity.sensitive or not _contents_are_ids(entity)
    from_ = "$index" if by_place else "@"
    entity.id = IdDraft(from_=(from_,))
    what = (
        Message("Items have no id of their own; their place tells them apart.")
        if from_ == "$index"
        else Message("Items have no id of their own; their content tells them apart.")
    )
    draft.guess(place, what, Confidence.DOUBTFUL, items)


def _contents_are_ids(entity: EntityDraft) -> bool:
    try:
        return all(identity.content_id(item.raw) for item in entity.items)
    except ItemRejected:
        return False


def _candidates(entity: EntityDraft) -> Iterator[str]:
    own = f"{singular(entity.name)}id".replace("_", "")
    names: set[str] = set()
    for item in entity.items:
        names |= (item.members or {}).keys()
        break
    names -= {path.removeprefix("**.") for path in entity.sensitive}
    yield from (name for name in _NAMES if name in names)
    if "[*].{field1: [0]" in entity.sources[0].items:
        yield "field1"
    yield from sorted(name for name in names if normalize_name(name) == own and name not in _NAMES)


def _unique_ids(entity: EntityDraft, name: str) -> list[str] | None:
    """The items' ids by this field; None if it is not everybody's own."""
    if not can_be_named(name):
        return None
    ids = []
    for item in entity.items:
        raw = None if item.members is None else item.members.get(name)
        try:
            ids.append(identity.source_id(raw if raw is not None else Raw(b"null")))
        except ItemRejected:
            return None
    return ids if _tell_apart(entity, ids) else None


def _tell_apart(entity: EntityDraft, ids: list[str]) -> bool:
    """Whether items of one profile that have the same id are the same."""
    seen: dict[tuple[int, str], SeenItem] = {}
    for item, source_id in zip(entity.items, ids, strict=True):
        other = seen.setdefault((item.profile, source_id), item)
        if other is item or other.raw == item.raw:
            continue
        try:
            if canonical(other.raw) != canonical(item.raw):
                return False
        except ItemRejected:
            return False
    return True


def _type(ids: list[str]) -> str:
    """text where the ids are kept in it and are no UUIDs."""
    ids = ids[:_MAX_TYPED]
    keep = identity.row_id_factory(Column("id", ColumnType.UUID), "", "", "")
    if not all(keep(each, None)[1] for each in ids):
        return "uuid"
    keep_text = identity.row_id_factory(Column("id", ColumnType.TEXT), "", "", "")
    return "uuid" if any(keep_text(each, None)[1] for each in ids) else "text"


def _say_where_unique(draft: PlanDraft, entity: EntityDraft, place: str) -> None:
    ids = entity.source_ids
    counted = all(each.isdecimal() and int(each[:19]) < _SMALL for each in ids)
    by_id: dict[str, set[int]] = defaultdict(set)
    contents: dict[str, set[bytes]] = defaultdict(set)
    for item, source_id in zip(entity.items, ids, strict=True):
        by_id[source_id].add(item.profile)
        contents[source_id].add(bytes(item.raw))
    shared = sum(len(profiles) > 1 for profiles in by_id.values())
    differ = sum(len(by_id[each]) > 1 and len(contents[each]) > 1 for each in by_id)
    if counted:
        entity.id.unique_in = "profile"
        draft.guess(
            f"{place}.unique_in",
            Message("The ids are counted, so that those of two profiles are not the same."),
            Confidence.LIKELY if differ or not shared else Confidence.DOUBTFUL,
            {"ids": len(by_id), "in several profiles": shared, "differ there": differ},
        )
    elif differ * 2 > shared > 0 and max(map(len, ids)) <= _SHORT:
        entity.id.unique_in = "profile"
        draft.guess(
            f"{place}.unique_in",
            Message("Ids that several profiles have mean different items there."),
            Confidence.DOUBTFUL,
            {"ids": len(by_id), "in several profiles": shared, "differ there": differ},
        )
