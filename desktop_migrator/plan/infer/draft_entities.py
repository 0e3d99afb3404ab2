"""What becomes of the items of one entity: id, columns, and what is left for the rest."""

from collections import defaultdict

from msgspec import Raw

from desktop_migrator.messages import Message, plural
from desktop_migrator.model import normalize_name
from desktop_migrator.plan.infer.choose_ids import choose_id
from desktop_migrator.plan.infer.drafts import (
    ColumnDraft,
    EntityDraft,
    PlanDraft,
    SeenItem,
    SourceDraft,
)
from desktop_migrator.plan.infer.field_types import FieldSeen, guess_type, look_at
from desktop_migrator.plan.infer.find_secrets import may_hold_secrets, secret_members
from desktop_migrator.plan.infer.guesses import Confidence
from desktop_migrator.plan.infer.naming import (
    can_be_named,
    field_expression,
    singular,
    snake_case,
    unused,
)
from desktop_migrator.plan.json_text import as_list, as_object, encode

MAX_COLUMNS = 200
"""Of one entity; fields beyond them go to the rest."""
_BATCH = 1_000
_CREATED = frozenset(
    ("createdat", "created", "createdon", "datecreated", "creationdate", "creationtime", "ctime",
     "dateadded", "addedat", "timestamp", "insertedat")
)  # fmt: skip
_UPDATED = frozenset(
    ("updatedat", "updated", "updatedon", "dateupdated", "modifiedat", "modified", "lastmodified",
     "modifiedon", "datemodified", "mtime", "lastupdated", "lastupdatedat", "changedat",
     "editedat", "lastedited")
)  # fmt: skip
_OWNER = frozenset(
    ("user", "userid", "owner", "ownerid", "author", "authorid", "account", "accountid", "uid",
     "createdby", "creator", "creatorid", "email", "useremail", "username")
)  # fmt: skip
_KEPT_IDS = frozenset(("$name", "$key"))


def draft_columns(draft: PlanDraft, entity: EntityDraft) -> dict[str, FieldSeen]:
    """Fills the entity by what its items hold, and returns what is seen of their fields."""
    place = f"entities.{entity.name}"
    _open(entity.items)
    _protect(draft, entity, place)
    choose_id(draft, entity)
    columns = entity.columns
    columns["user_id"] = ColumnDraft(("$user",), "text")
    _add_name_columns(draft, entity)
    if any(item.members is None for item in entity.items):
        seen = look_at([item.raw for item in entity.items], len(entity.items))
        guess = guess_type("value", seen)
        columns["value"] = ColumnDraft(("@",), guess.type, dict(guess.options))
        _tell(draft, f"{place}.columns.value", "value", seen, guess.type)
        return {}
    fields = fields_of(entity.items)
    _leave_out_owner(draft, entity, fields)
    for number, (name, seen) in enumerate(fields.items()):
        if name in entity.omit or name in entity.sensitive or f"**.{name}" in entity.sensitive:
            continue
        if not can_be_named(name) or number >= MAX_COLUMNS:
            continue
        if entity.id.from_ == (field_expression(name),):
            _keep_source_id(draft, entity, name, seen)
            continue
        _add_column(draft, entity, name, seen)
    _find_times(draft, entity)
    rest = unused("more", columns)
    columns[rest] = ColumnDraft((), "jsonb", {"rest": True})
    left = len(fields) - sum(bool(each.field) for each in columns.values())
    if len(fields) > MAX_COLUMNS:
        draft.guess(
            f"{place}.columns.{rest}",
            Message("There are too many fields for a column each; the others go here."),
            Confidence.SURE,
            {"fields": left},
        )
    return fields


def fields_of(items: list[SeenItem]) -> dict[str, FieldSeen]:
    """What is seen of each field, in the order in which the fields appear."""
    values: dict[str, list[Raw]] = defaultdict(list)
    for item in items:
        for name, value in (item.members or {}).items():
            values[name].append(value)
    return {name: look_at(each, len(items)) for name, each in values.items()}


def nested_entities(draft: PlanDraft, parent: EntityDraft, most: int) -> list[EntityDraft]:
    """Entities of the lists of objects in the items, where those have ids of their own; at
    `most` so many."""
    found: list[EntityDraft] = []
    taken = {each.name for each in draft.entities}
    for name, column in list(parent.columns.items()):
        if len(found) >= most:
            break
        if column.type != "jsonb" or not column.field or column.options.get("rest"):
            continue
        child = _child(parent, column.field, taken)
        if child is None:
            continue
        place = f"entities.{parent.name}.columns.{name}"
        if not _has_ids(child):
            draft.guess(
                place,
                plural(
                    "A list stays in one column: its one element has no id of its own.",
                    "Lists stay in one column: their {count} elements have no id of their own.",
                    count=len(child.items),
                ),
                Confidence.LIKELY,
                {"elements": len(child.items)},
            )
            continue
        del parent.columns[name]
        taken.add(child.name)
        found.append(child)
    return found


def _child(parent: EntityDraft, field: str, taken: set[str]) -> EntityDraft | None:
    items: list[SeenItem] = []
    for number, item in enumerate(parent.items):
        value = (item.members or {}).get(field)
        if value is None or bytes(value) == b"null":
            continue
        elements = as_list(value)
        if elements is None or not all(bytes(each)[:1] == b"{" for each in elements):
            return None
        items += [
            SeenItem(each, str(place), item.record, item.key, item.profile, number)
            for place, each in enumerate(elements)
        ]
    if not items:
        return None
    name = unused(f"{singular(parent.name)}_{snake_case(field, 'parts')}", taken)
    source = SourceDraft(parent=parent.name, items=field_expression(field))
    return EntityDraft(name, [source], items, label=field, table=name)


def _has_ids(child: EntityDraft) -> bool:
    trial = PlanDraft("", ())
    _open(child.items)
    choose_id(trial, child)
    return bool(child.source_ids)


def _open(items: list[SeenItem]) -> None:
    for item in items:
        if item.members is None:
            item.members = as_object(item.raw)


def _protect(draft: PlanDraft, entity: EntityDraft, place: str) -> None:
    found: dict[str, int] = defaultdict(int)
    for start in range(0, len(entity.items), _BATCH):
        batch = entity.items[start : start + _BATCH]
        if may_hold_secrets(b"\n".join(bytes(item.raw) for item in batch)):
            for item in batch:
                for name in secret_members(item.raw):
                    found[name] += 1
    for name, number in sorted(found.items()):
        if not name:
            continue
        entity.sensitive[f"**.{name}"] = "redact"
        draft.guess(
            f"{place}.sensitive",
            Message("{name} holds passwords, keys or tokens, which do not leave the browser.",
                    name=name),
            Confidence.LIKELY,
            {"items": number},
        )  # fmt: skip


def _add_name_columns(draft: PlanDraft, entity: EntityDraft) -> None:
    """The name of an item in a map, the end of its key, and where it lies in its parent."""
    place = f"entities.{entity.name}.columns"
    if entity.parent:
        parent = entity.parent
        name = f"{singular(parent)}_id"
        entity.columns[name] = ColumnDraft(("$parent",), "uuid", {"references": parent})
        entity.columns["position"] = ColumnDraft(("$index",), "integer")
        draft.guess(
            f"{place}.{name}",
            Message("The item of {parent} in which it lies.", parent=parent),
            Confidence.SURE,
            {"items": len(entity.items)},
        )
        return
    in_map = entity.sources[0].shape in ("map", "pairs")
    if (
        entity.id.from_ == ("$name",)
        or (in_map and entity.id.from_[0] in ("$index", "@"))
        or (entity.id.from_ == ("$key",) and any("*" in key for key in entity.sources[0].keys))
    ):
        seen = look_at([_json(item.name) for item in entity.items], len(entity.items))
        guess = guess_type("name", seen)
        name = {"date": "day"}.get(guess.type, "name")
        fields = entity.items[0].members or {}
        column = unused(name, {snake_case(each, "") for each in fields})
        required = {} if in_map and entity.id.from_ != ("$name",) else {"required": True}
        entity.columns[column] = ColumnDraft(("$name",), guess.type, dict(required))
        _tell(draft, f"{place}.{column}", "$name", seen, guess.type)


def _json(text: str) -> Raw:
    return Raw(encode(text))


def _keep_source_id(draft: PlanDraft, entity: EntityDraft, name: str, seen: FieldSeen) -> None:
    """A column for the app's own id, where the row's id is another."""
    if entity.id.type == "text" or all(map(_is_uuid, entity.source_ids)):
        return
    guess = guess_type(name, seen)
    column = unused("source_id", entity.columns)
    entity.columns[column] = ColumnDraft(
        (field_expression(name),), guess.type, dict(guess.options), name
    )
    draft.guess(
        f"entities.{entity.name}.columns.{column}",
        Message("Rows get ids of another kind; the app's own is kept beside."),
        Confidence.LIKELY,
        seen.evidence,
    )


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4


def _add_column(draft: PlanDraft, entity: EntityDraft, name: str, seen: FieldSeen) -> None:
    if not seen.present:
        return  # nothing says what column it needs
    guess = guess_type(name, seen)
    column = unused(snake_case(name, "field"), {*entity.columns, entity.id.column})
    entity.columns[column] = ColumnDraft(
        (field_expression(name),), guess.type, dict(guess.options), name
    )
    place = f"entities.{entity.name}.columns.{column}"
    _tell(draft, place, name, seen, guess.type, is_sure=guess.is_sure)
    if "numbers" in guess.options:
        draft.guess(
            place,
            Message("The numbers count {unit} since 1970.", unit=guess.options["numbers"]),
            Confidence.LIKELY,
        )


def _tell(
    draft: PlanDraft, place: str, name: str, seen: FieldSeen, type_: str, *, is_sure: bool = True
) -> None:
    evidence = seen.evidence
    if seen.is_few_words:
        what = Message(
            "{name} has few different values, as a status has: {values}.",
            name=name,
            values=", ".join(sorted(set(seen.texts))),
        )
    elif type_ == "jsonb" and len(set(seen.kinds) - {"null"}) > 1:
        what = Message("{name} has values of several kinds.", name=name)
    elif type_ == "text" and seen.longest:
        what = Message("{name} holds texts of {longest:,} characters at most.", name=name,
                       longest=seen.longest)  # fmt: skip
    else:
        what = Message("{name} holds {type}.", name=name, type=type_)
    draft.guess(place, what, Confidence.SURE if is_sure else Confidence.DOUBTFUL, evidence)


def _find_times(draft: PlanDraft, entity: EntityDraft) -> None:
    for role, names in (("created", _CREATED), ("updated", _UPDATED)):
        for column, rules in entity.columns.items():
            if rules.type in ("timestamptz", "timestamp") and normalize_name(rules.field) in names:
                setattr(entity, role, column)
                break


def _leave_out_owner(draft: PlanDraft, entity: EntityDraft, fields: dict[str, FieldSeen]) -> None:
    """A field that names the person: it is the same all over a profile, and another in each."""
    if len({item.profile for item in entity.items}) < 2:
        return
    for name, seen in fields.items():
        if normalize_name(name) not in _OWNER or seen.present < len(entity.items):
            continue
        by_profile: dict[int, set[bytes]] = defaultdict(set)
        for item in entity.items:
            by_profile[item.profile].add(bytes((item.members or {})[name]))
        values = [next(iter(each)) for each in by_profile.values() if len(each) == 1]
        if len(values) == len(by_profile) == len(set(values)):
            entity.omit.append(name)
            draft.guess(
                f"entities.{entity.name}.columns.user_id",
                Message("{name} names the person: the row has the id that is given to a run.",
                        name=name),
                Confidence.LIKELY,
                {"profiles": len(by_profile), "items": len(entity.items)},
            )  # fmt: skip
            return
