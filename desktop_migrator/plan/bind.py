"""Checks a plan against the target's tables, and says which column each part of it fills.

A plan's column means the table's column of exactly that name, else the one that differs only in
how its words are joined: `created_at`, `createdAt` and `createdat` are the same.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import repeat
from typing import Any, Literal

from msgspec import Raw

from desktop_migrator.errors import TableMissing, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.model import (
    INTEGER_BITS,
    TIME_TYPES,
    Column,
    IdStrategy,
    Reference,
    Table,
    TargetEntity,
)
from desktop_migrator.plan.check_fit import (
    ID_TYPES,
    JSON_TYPES,
    check_all_filled,
    check_column,
    check_hidden_rows,
    check_holds_protected,
    check_reference,
    misfit,
    type_name,
)
from desktop_migrator.plan.convert import converter
from desktop_migrator.plan.identity import ULID_LENGTH
from desktop_migrator.plan.json_text import encode, is_storable
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.schema_entity import Entity, PlanColumn
from desktop_migrator.plan.schema_texts import USER, VARIABLES
from desktop_migrator.plan.sql_types import column_of_type

_INTEGER = re.compile("-?(0|[1-9][0-9]{0,18})")
_INTEGERS = tuple(INTEGER_BITS)


def planned_tables(plan: Plan) -> tuple[Table, ...]:
    """The tables as the plan would have them created."""
    return tuple(_planned_table(entity) for entity in plan.entities.values())


def assumed_tables(plan: Plan) -> tuple[Table, ...]:
    """The same where no database is looked at, with columns without a type taken to be there.

    Entities that have a typed column for the rest do without them: nothing is lost there.
    """
    return tuple(map(_assumed_table, plan.entities.values(), planned_tables(plan), repeat(plan)))


def _assumed_table(entity: Entity, planned: Table, plan: Plan) -> Table:
    if any(rules.rest and rules.type for rules in entity.columns.values()):
        return planned
    untyped = (
        column_of_type(
            name, plan.entities[rules.references].id.type if rules.references else "jsonb"
        )
        for name, rules in entity.columns.items()
        if not rules.type
    )
    return replace(planned, columns=(*planned.columns, *untyped))


def bind(
    plan: Plan, tables: Mapping[str, Table], entities: Collection[str] | None = None
) -> tuple[TargetEntity, ...]:
    """The plan's entities (all, or those named) bound to the tables, in the plan's order.

    `tables` has them by the names that the plan uses: `table` or `schema.table`, those that the
    entities refer to among them. A column with a foreign key to the ids of one entity's table
    refers to that entity, whether or not the plan says so. Raises TableMissing, PlanDoesNotFit,
    and UsageError for an entity that the plan does not have.
    """
    unknown = set(entities or ()) - plan.entities.keys()
    if unknown:
        raise UsageError(
            reason=Message(
                "The plan has no {unknown}; it has {entities}.",
                unknown=", ".join(sorted(unknown)),
                entities=", ".join(plan.entities),
            )
        )
    return tuple(
        _bind(plan, name, entity, tables)
        for name, entity in plan.entities.items()
        if entities is None or name in entities
    )


def user_value(user_id: str, column: Column) -> Any:
    """The user's id as the column takes it.

    Raises PlanDoesNotFit if the column cannot hold it.
    """
    convert = converter(Message("The user id"), column, PlanColumn.model_validate({"from": [USER]}))
    spellings = [encode(user_id)] if is_storable(user_id) else []
    if _INTEGER.fullmatch(user_id):
        spellings.append(user_id.encode())
    for spelling in spellings:
        with suppress(ItemRejected):
            return convert(Raw(spelling))
    return misfit(
        Message(
            "The user id does not fit the column {column}, which is of type {type}.",
            column=column.name,
            type=type_name(column),
        ),
        Message("Give the id as the app's database spells it."),
    )


def matching_columns(entity: Entity, table: Table) -> dict[str, Column]:
    """The table's column for each of the plan's columns (the id's included) that it has.

    Columns that the database computes are left alone. Raises PlanDoesNotFit if a name could mean
    several columns, or one column is meant twice.
    """
    found: dict[str, Column] = {}
    for name in (entity.id.column, *entity.columns):
        column = table.column(name) or _column_ignoring_case(name, table)
        drawn = name == entity.id.column and column is not None and column.identity
        if column is None or (column.generated and not drawn):
            continue
        if column in found.values():
            misfit(
                Message(
                    "The plan fills the column {column} of {table} twice.",
                    column=column.name,
                    table=table.name,
                ),
                Message("Remove one of the two from the plan."),
            )
        found[name] = column
    return found


def _planned_table(entity: Entity) -> Table:
    schema, _, name = entity.table.rpartition(".")
    columns = [_planned_id(entity)]
    columns += [
        column_of_type(name, rules.type, nullable=not rules.required)
        for name, rules in entity.columns.items()
        if rules.type
    ]
    return Table(
        name=name,
        columns=tuple(columns),
        primary_key=(entity.id.column,),
        schema=schema or None,
        unique=tuple(tuple(key) for key in entity.unique),
    )


def _planned_id(entity: Entity) -> Column:
    column = column_of_type(entity.id.column, entity.id.type, nullable=False)
    if entity.id.strategy != "database":
        return column
    identity: Literal["by default"] | None = "by default" if column.type in _INTEGERS else None
    return replace(column, has_default=True, identity=identity)


def _bind(plan: Plan, name: str, entity: Entity, tables: Mapping[str, Table]) -> TargetEntity:
    table = tables.get(entity.table)
    if table is None:
        raise TableMissing(table=entity.table)
    found = matching_columns(entity, table)
    id_column = _id_column(entity, table, found.get(entity.id.column))
    for plan_name, rules in entity.columns.items():
        check_column(plan_name, rules, table, found.get(plan_name))
        check_holds_protected(entity, rules, table, found.get(plan_name))
    check_all_filled(table, found.values())
    check_hidden_rows(table, id_column.name, _user_column(entity, found))
    return TargetEntity(
        name=name,
        table=table,
        id_column=id_column.name,
        user_column=_user_column(entity, found),
        columns=tuple(found.values()),
        rule=entity.conflict,
        created_column=_time_column(entity.created, found),
        updated_column=_time_column(entity.updated, found),
        references=tuple(_references(plan, entity, table, found, tables)),
        id_strategy=_id_strategy(entity, id_column),
        identity=tuple(
            frozenset(found[name].name for name in key)
            for key in entity.identity
            if all(name in found for name in key)
        ),
        secret_columns=frozenset(_secret_columns(entity, found)),
        secret_members=frozenset(rule.last for rule in entity.sensitive_rules.all if rule.last),
    )


def _id_strategy(entity: Entity, id_column: Column) -> IdStrategy:
    if entity.id.strategy:
        return IdStrategy(entity.id.strategy)
    drawn = id_column.type in _INTEGERS and _is_filled(id_column)
    return IdStrategy.DATABASE if drawn else IdStrategy.DERIVE


def _is_filled(id_column: Column) -> bool:
    """Whether the database can draw its values."""
    return id_column.has_default or id_column.identity is not None


def _user_column(entity: Entity, found: Mapping[str, Column]) -> str | None:
    names = (
        found[plan_name].name
        for plan_name, rules in entity.columns.items()
        if plan_name in found and rules.from_ == [USER]
    )
    return next(names, None)


def _references(
    plan: Plan,
    entity: Entity,
    table: Table,
    found: Mapping[str, Column],
    tables: Mapping[str, Table],
) -> Iterator[Reference]:
    for plan_name, rules in entity.columns.items():
        column = found.get(plan_name)
        if column is None:
            continue
        owner = _user_column(entity, found)
        other = rules.references or _referred_by_key(plan, table, owner, column, rules, tables)
        if other is None:
            continue
        referred = plan.entities[other]
        other_table = tables.get(referred.table)
        if other_table is None:
            raise TableMissing(table=referred.table)
        columns = matching_columns(referred, other_table)
        id_column = _id_column(referred, other_table, columns.get(referred.id.column))
        check_reference(table, column, other_table, id_column)
        if rules.dangling == "null" and not column.nullable:
            misfit(
                Message(
                    "The column {table}.{column} must have a value, and the plan says "
                    "to leave it empty where it refers to nothing.",
                    table=table.name,
                    column=column.name,
                ),
                Message('Take `dangling = "null"` out of the plan, or let the column be empty.'),
            )
        yield Reference(
            column,
            other,
            other_table,
            id_column,
            _user_column(referred, columns),
            null_if_dangling=rules.dangling == "null",
            id_strategy=_id_strategy(referred, id_column),
        )


def _referred_by_key(
    plan: Plan,
    table: Table,
    user_column: str | None,
    column: Column,
    rules: PlanColumn,
    tables: Mapping[str, Table],
) -> str | None:
    """The one entity whose ids the column holds by a foreign key, perhaps together with the person,
    if it takes a field as it is."""
    converted = rules.values is not None or rules.default is not None or rules.rest
    if column.type not in ID_TYPES or converted or not rules.from_:
        return None
    if any(text in ("@", *VARIABLES) for text in rules.from_):
        return None
    keys = {
        (key.schema, key.table, key.referred_columns[key.columns.index(column.name)])
        for key in table.foreign_keys
        if column.name in key.columns and set(key.columns) <= {column.name, user_column}
    }
    found = [
        name
        for name, other in plan.entities.items()
        if (at := tables.get(other.table)) is not None
        and (id_column := matching_columns(other, at).get(other.id.column)) is not None
        and (at.schema, at.name, id_column.name) in keys
        and id_column.type is column.type
    ]
    return found[0] if len(found) == 1 else None


def _secret_columns(entity: Entity, found: Mapping[str, Column]) -> Iterator[str]:
    """The columns that hold sensitive fields themselves, or somewhere that cannot be told."""
    rules = entity.sensitive_rules
    untold = any(rule.last is None for rule in rules.all)
    for name, column in found.items():
        paths = entity.columns[name].field_paths if name in entity.columns else []
        if any(map(rules.rule_for, paths)) or (untold and column.type in JSON_TYPES):
            yield column.name


def _time_column(name: str | None, found: Mapping[str, Column]) -> str | None:
    column = found.get(name or "")
    return column.name if column and column.type in TIME_TYPES else None


def _id_column(entity: Entity, table: Table, column: Column | None) -> Column:
    if column is None:
        misfit(
            Message(
                "The table {table} has no column {column} to write ids to.",
                table=table.name,
                column=entity.id.column,
            ),
            Message("Name the table's id column in the plan (`id.column`)."),
        )
    strategy = _id_strategy(entity, column)
    if strategy is IdStrategy.DATABASE:
        if not _is_filled(column):
            misfit(
                Message(
                    "The database is to draw the ids of {table}, and {column} has neither a "
                    "default nor an identity.",
                    table=table.name,
                    column=column.name,
                ),
                Message("Give the column a default, or set another `strategy` for the id."),
            )
        return column
    keeps = strategy is IdStrategy.KEEP
    too_short = column.max_length is not None and column.max_length < ULID_LENGTH
    remedy = None
    if column.type in _INTEGERS and not keeps:
        remedy = Message(
            'Set `strategy = "keep"` for the id if the ids of the items are whole numbers, or '
            "have the column draw its values (an identity) and set `database`."
        )
    elif column.type not in (*ID_TYPES, *_INTEGERS) or (too_short and not keeps):
        remedy = Message(
            "It must be uuid, text or varchar of at least {length} characters.", length=ULID_LENGTH
        )
    if remedy is not None:
        misfit(
            Message(
                "The id column {table}.{column} is of type {type}, which cannot "
                "hold the ids of items.",
                table=table.name,
                column=column.name,
                type=type_name(column),
            ),
            remedy,
        )
    return column


def _column_ignoring_case(name: str, table: Table) -> Column | None:
    found = [
        column
        for column in table.columns
        if _normalize_column_name(column.name) == _normalize_column_name(name)
    ]
    if len(found) > 1:
        misfit(
            Message(
                "The plan's column {name} could be any of {columns} of {table}.",
                name=name,
                columns=", ".join(column.name for column in found),
                table=table.name,
            ),
            Message("Spell it in the plan exactly as in the table."),
        )
    return found[0] if found else None


def _normalize_column_name(name: str) -> str:
    return name.replace("_", "").casefold()
