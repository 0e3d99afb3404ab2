"""Whether the target's tables can take what a plan says, each misfit with its remedy."""

from collections.abc import Collection
from typing import Any, NoReturn

from msgspec import Raw

from desktop_migrator.errors import PlanDoesNotFit
from desktop_migrator.messages import Message, verbatim
from desktop_migrator.model import INTEGER_BITS, Column, ColumnType, Table
from desktop_migrator.plan.convert import converter, enum_spelling
from desktop_migrator.plan.envelope import HASH_LENGTH, MIN_ENVELOPE_LENGTH
from desktop_migrator.plan.identity import MAX_ID_LENGTH
from desktop_migrator.plan.json_text import encode
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.schema_entity import Entity, PlanColumn
from desktop_migrator.plan.sensitive import REDACTED, Action

JSON_TYPES = (ColumnType.JSON, ColumnType.JSONB)
ID_TYPES = (ColumnType.UUID, ColumnType.TEXT)
_UUID_LENGTH = 36


def default_value(name: str, rules: PlanColumn, column: Column) -> Any:
    """The plan's default as the column takes it, None if the plan has none.

    Raises PlanDoesNotFit if the column cannot hold it.
    """
    if rules.default is None:
        return None
    default = enum_spelling(rules.default, rules.values or {}, column)
    try:
        plain = rules.model_copy(update={"values": None})
        return converter(verbatim(name), column, plain)(Raw(encode(default or rules.default)))
    except ItemRejected as rejected:
        misfit(
            Message(
                "The plan's default does not fit the column {column}: {reason}",
                column=column.name,
                reason=rejected.reason,
            ),
            Message("Correct `default` in the plan."),
        )


def check_reference(table: Table, column: Column, other: Table, id_column: Column) -> None:
    bits = [INTEGER_BITS.get(each.type, 0) for each in (column, id_column)]
    if all(bits) and bits[0] >= bits[1]:
        return
    uuids = (column.type is ColumnType.UUID, id_column.type is ColumnType.UUID)
    longest = (
        _UUID_LENGTH if uuids[1] else min(id_column.max_length or MAX_ID_LENGTH, MAX_ID_LENGTH)
    )
    short = column.max_length is not None and column.max_length < longest
    if column.type not in ID_TYPES or uuids == (True, False) or short:
        misfit(
            Message(
                "The column {table}.{column} is of type {type}, which cannot "
                "hold the ids of {other}, of type {id_type}.",
                table=table.name,
                column=column.name,
                type=type_name(column),
                other=other.name,
                id_type=type_name(id_column),
            ),
            Message(
                "It must be of the type of {other}.{id_column}.",
                other=other.name,
                id_column=id_column.name,
            ),
        )


def check_column(name: str, rules: PlanColumn, table: Table, column: Column | None) -> None:
    if column is None:
        if rules.required:
            misfit(
                Message(
                    "The table {table} lacks the column {name}, which the plan requires.",
                    table=table.name,
                    name=name,
                ),
                Message("Add the column to the table, or take `required` from it in the plan."),
            )
        return
    if rules.rest and column.type not in JSON_TYPES:
        misfit(
            Message(
                "The column {table}.{column} is of type {type}, but is to take "
                "fields that have no column.",
                table=table.name,
                column=column.name,
                type=type_name(column),
            ),
            Message("It must be jsonb or json; or take `rest` from it in the plan."),
        )
    default_value(name, rules, column)
    try:
        converter(verbatim(name), column, rules)
    except ItemRejected as rejected:
        misfit(
            Message(
                "The plan's values do not fit the column {column}: {reason}",
                column=column.name,
                reason=rejected.reason,
            ),
            Message("Correct `values` in the plan."),
        )


def check_holds_protected(
    entity: Entity, rules: PlanColumn, table: Table, column: Column | None
) -> None:
    """A column holds what takes the place of sensitive values: texts, the shortest so long."""
    if column is None:
        return
    lengths = {
        Action.ENCRYPT: MIN_ENVELOPE_LENGTH,
        Action.HASH: HASH_LENGTH,
        Action.REDACT: len(REDACTED),
    }
    for rule in filter(None, map(entity.sensitive_rules.rule_for, rules.field_paths)):
        length = lengths.get(rule.action)
        if length is None or column.type in JSON_TYPES:
            continue
        if column.type is not ColumnType.TEXT or (column.max_length or length) < length:
            misfit(
                Message(
                    "The column {table}.{column} is of type {type} and cannot hold "
                    "what {action} makes of a value: a text of {length} characters or "
                    "more.",
                    table=table.name,
                    column=column.name,
                    type=type_name(column),
                    action=rule.action,
                    length=length,
                ),
                Message("Make it text or jsonb, or drop the field in the plan."),
            )


def check_all_filled(table: Table, filled: Collection[Column]) -> None:
    for column in table.columns:
        optional = column.nullable or column.has_default or column.generated
        if not optional and column not in filled:
            misfit(
                Message(
                    "The column {table}.{column} must have a value, and the plan does "
                    "not say which.",
                    table=table.name,
                    column=column.name,
                ),
                Message(
                    "Add {column} to the plan's columns, or give the column a default.",
                    column=column.name,
                ),
            )


def check_hidden_rows(table: Table, id_column: str, user_column: str | None) -> None:
    """What policies hide cannot be told from what is not there; a unique key keeps it from being
    written twice."""
    if table.row_security and not table.has_unique_key({id_column, user_column or id_column}):
        misfit(
            Message(
                "Row-level security may hide rows of {table} from this login, and nothing keeps "
                "two rows from having one {column}.",
                table=table.name,
                column=id_column,
            ),
            Message(
                "Give the table a primary key of its ids, or connect as its owner or as a role "
                "with BYPASSRLS."
            ),
        )


def type_name(column: Column) -> str:
    return column.declared or str(column.type)


def misfit(reason: Message, remedy: Message) -> NoReturn:
    raise PlanDoesNotFit(reason=reason, remedy=remedy)
