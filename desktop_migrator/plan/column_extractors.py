"""What takes a column's value out of an item's fields, made once for each column."""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import Column, Reference, UnresolvedReference
from desktop_migrator.plan import identity
from desktop_migrator.plan.bind import user_value
from desktop_migrator.plan.check_fit import JSON_TYPES, default_value
from desktop_migrator.plan.convert import converter
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.json_text import as_bytes
from desktop_migrator.plan.raw_items import Fields, RawItem, field_finder
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.schema_entity import PlanColumn
from desktop_migrator.plan.schema_texts import USER, VARIABLES

ColumnExtractor = Callable[[Fields, RawItem], Any]
"""Takes a column's value out of an item's fields. Raises ItemRejected."""

_NULL = Raw(b"null")
_EMPTY_IDS = (_NULL, Raw(b'""'))


def column_extractor(name: str, rules: PlanColumn, column: Column, user_id: str) -> ColumnExtractor:
    if rules.from_ == [USER]:
        user = user_value(user_id, column)
        return lambda fields, raw_item: user
    find = _first_of(rules.from_ or [])
    if rules.rest:
        # Its own field as it lies; `_Rest` makes the value.
        return lambda fields, raw_item: _null_to_none(find(fields, raw_item))
    if rules.from_ == ["@"] and column.type in JSON_TYPES:
        return lambda fields, raw_item: as_bytes(raw_item.json)
    label = column_label(name, rules)
    convert = converter(label, column, rules)
    missing, null = _absent_values(name, rules, column)
    plain = plain_fields(rules)
    # One plain field, as most columns have, is taken without a call.
    field = plain[0] if len(plain) == len(rules.from_ or ()) == 1 else None

    def take(fields: Fields, raw_item: RawItem) -> Any:
        raw = fields.get(field) if field is not None else find(fields, raw_item)
        value = None if raw is None else convert(raw)
        if value is not None:
            return value
        absent = missing if raw is None else null
        if absent is _REJECT:
            raise _missing_error(label)
        return absent

    return take


def reference_extractor(
    name: str, rules: PlanColumn, reference: Reference, plan: Plan
) -> ColumnExtractor:
    """Takes another item's id; whether that item has a row is seen when the item is loaded."""
    of_profile = plan.entities[reference.entity].id.unique_in == "profile"
    find = _first_of(rules.from_ or [])
    label = column_label(name, rules)
    missing, null = _absent_values(name, rules, reference.column)
    own_id = identity.own_id_factory(reference.id_column, reference.id_strategy)

    def take(fields: Fields, raw_item: RawItem) -> Any:
        raw = find(fields, raw_item)
        if raw is None or raw in _EMPTY_IDS:
            absent = missing if raw is None else null
            if absent is _REJECT:
                raise _missing_error(label)
            return absent
        try:
            source_id = identity.source_id(raw)
        except ItemRejected as rejected:
            raise ItemRejected(
                rejected.code,
                Message(
                    "{label} is to be another item's id, and is neither a text nor a number.",
                    label=label,
                ),
                Message("Correct it in the app, or leave the item out."),
            ) from None
        scope = raw_item.profile_scope if of_profile else raw_item.app_scope
        return UnresolvedReference(scope, source_id, own_id(source_id))

    return take


def _missing_error(label: Message) -> ItemRejected:
    return ItemRejected(
        RejectionCode.MISSING,
        Message("{label} is missing.", label=label),
        Message("Fill it in the app, or set a `default` for the column in the plan."),
    )


_REJECT = object()


def _absent_values(name: str, rules: PlanColumn, column: Column) -> tuple[Any, Any]:
    """What stands for a missing value and for null: a value, UNSET, None or `_REJECT`."""
    default = default_value(name, rules, column)
    if default is not None:
        return default, default
    if rules.required:
        return _REJECT, _REJECT
    if column.has_default:
        return UNSET, None if column.nullable else UNSET
    return (None, None) if column.nullable else (_REJECT, _REJECT)


def _first_of(texts: list[str]) -> Callable[[Fields, RawItem], Raw | None]:
    """What finds the first of these that an item has."""
    finders = [field_finder(text) for text in texts]
    if len(finders) == 1:
        return finders[0]

    def find(fields: Fields, raw_item: RawItem) -> Raw | None:
        for finder in finders:
            raw = finder(fields, raw_item)
            if raw is not None:
                return raw
        return None

    return find


def plain_fields(rules: PlanColumn) -> list[str]:
    expressions = [Expression(text) for text in rules.from_ or () if text not in VARIABLES]
    return [expression.field for expression in expressions if expression.field is not None]


def column_label(name: str, rules: PlanColumn) -> Message:
    fields = plain_fields(rules)
    if fields:
        return Message("The field {field}", field=fields[0])
    return Message("What the column {column} takes", column=name)


def _null_to_none(raw: Raw | None) -> Raw | None:
    return None if raw is None or raw == _NULL else raw
