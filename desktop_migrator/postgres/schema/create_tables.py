"""Makes the tables that a plan describes, where somebody asked for that."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from desktop_migrator.errors import PermissionMissing, PlanDoesNotFit
from desktop_migrator.messages import Message
from desktop_migrator.model import Column, ColumnType, Table
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.connection.lock_keys import TABLES_KEY
from desktop_migrator.postgres.types import adapters

_COMMENT = "Made by desktop-migrator"
_TEMPORARY_SCHEMA = "pg_temp"
_USER_COLUMNS = ("user_id", "userId")

_TYPES: dict[ColumnType, TypeEngine[Any]] = {
    ColumnType.TEXT: sqlalchemy.Text(),
    ColumnType.UUID: sqlalchemy.Uuid(),
    ColumnType.BOOLEAN: sqlalchemy.Boolean(),
    ColumnType.SMALLINT: sqlalchemy.SmallInteger(),
    ColumnType.INTEGER: sqlalchemy.Integer(),
    ColumnType.BIGINT: sqlalchemy.BigInteger(),
    ColumnType.NUMERIC: sqlalchemy.Numeric(),
    ColumnType.DOUBLE: sqlalchemy.Double(),
    ColumnType.TIMESTAMP: postgresql.TIMESTAMP(),
    ColumnType.TIMESTAMPTZ: postgresql.TIMESTAMP(timezone=True),
    ColumnType.DATE: sqlalchemy.Date(),
    ColumnType.JSON: postgresql.JSON(),
    ColumnType.JSONB: postgresql.JSONB(),
}


def create_tables(connection: Connection, tables: Iterable[Table]) -> None:
    """Create those that are missing, in the caller's transaction; existing ones stay untouched.

    A column of the person's id gets an index unless a key begins with it. Raises
    `PermissionMissing`, and `PlanDoesNotFit` for a type that cannot be made, for a table described
    in two ways and for one in a schema that does not exist. Until the transaction ends, others
    who create tables wait.
    """
    metadata = sqlalchemy.MetaData()
    described = _by_name(tables)
    for table in described.values():
        _define_table(table, metadata)
    with translate_errors():
        # Two runs that begin together would both find a table missing; one of them waits here.
        TABLES_KEY.lock_transaction(adapters.cursor(connection))
        _require_schemas(connection, {table.schema for table in described.values()})
        metadata.create_all(connection)


def create_temporary_tables(connection: Connection, tables: Mapping[str, Table]) -> dict[str, str]:
    """Stand-ins for tables that are missing, in a transaction that is rolled back.

    They are this session's alone: nobody waits for them, and who makes the real ones meanwhile
    does not disturb them. Takes the tables by any key; returns under the same keys what
    `introspect` finds the stand-ins by. Raises as `create_tables` does.
    """
    metadata = sqlalchemy.MetaData()
    described = _by_name(tables.values())
    names: dict[tuple[str | None, str], str] = {}
    for number, (key, table) in enumerate(described.items()):
        name = table.name if table.name not in names.values() else f"desktop_migrator_{number}"
        names[key] = name
        _define_table(replace(table, schema=_TEMPORARY_SCHEMA, name=name), metadata)
    with translate_errors():
        schemas = {table.schema for table in described.values()}
        _require_schemas(connection, schemas)
        for schema in schemas:
            _require_create(connection, schema)
        metadata.create_all(connection, checkfirst=False)
    return {
        key: f"{_TEMPORARY_SCHEMA}.{names[table.schema, table.name]}"
        for key, table in tables.items()
    }


def is_temporary(table: Table) -> bool:
    """Whether it is a stand-in by `create_temporary_tables`."""
    return (table.schema or "").startswith(_TEMPORARY_SCHEMA)


def _by_name(tables: Iterable[Table]) -> dict[tuple[str | None, str], Table]:
    described: dict[tuple[str | None, str], Table] = {}
    for table in tables:
        if described.setdefault((table.schema, table.name), table) != table:
            raise PlanDoesNotFit(
                reason=Message(
                    "The plan describes the table {table} in two ways.", table=table.name
                ),
                remedy=Message("Give its entities the same columns in the plan, or two tables."),
            )
    return described


def _require_create(connection: Connection, schema: str | None) -> None:
    name = schema or connection.scalar(select(func.current_schema()))
    if not connection.scalar(select(func.has_schema_privilege(name, "CREATE"))):
        raise PermissionMissing(
            reason=Message("It may not make tables in the schema {schema}.", schema=str(name)),
            right=f"access to schema {name}",
        )


def _require_schemas(connection: Connection, schemas: Iterable[str | None]) -> None:
    missing = set(filter(None, schemas)) - set(sqlalchemy.inspect(connection).get_schema_names())
    for schema in sorted(missing):
        raise PlanDoesNotFit(
            reason=Message(
                "There is no schema {schema} in which a table could be made.", schema=schema
            ),
            remedy=Message(
                'Have it made (CREATE SCHEMA "{schema}"), or name another schema in the plan.',
                schema=schema,
            ),
        )


def _define_table(table: Table, metadata: sqlalchemy.MetaData) -> None:
    keys = (table.primary_key, *table.unique)
    sqlalchemy.Table(
        table.name,
        metadata,
        *(_column(column) for column in table.columns),
        sqlalchemy.PrimaryKeyConstraint(*table.primary_key),
        *(sqlalchemy.UniqueConstraint(*columns) for columns in table.unique),
        *(
            sqlalchemy.Index(None, name)
            for name in _USER_COLUMNS
            if table.column(name) and not any(key[:1] == (name,) for key in keys)
        ),
        schema=table.schema,
        comment=_COMMENT,
    )


def _column(column: Column) -> sqlalchemy.Column[Any]:
    kind, nullable = _type(column), column.nullable
    if column.identity:
        return sqlalchemy.Column(column.name, kind, sqlalchemy.Identity(), nullable=nullable)
    default = func.gen_random_uuid() if column.has_default else None
    return sqlalchemy.Column(
        column.name, kind, nullable=nullable, autoincrement=False, server_default=default
    )


def _type(column: Column) -> TypeEngine[Any]:
    if column.type not in _TYPES:
        raise PlanDoesNotFit(
            reason=Message(
                "A column of type {type} cannot be created.",
                type=column.declared or str(column.type),
            ),
            remedy=Message(
                "Give {column} another type in the plan, or create the table yourself.",
                column=column.name,
            ),
        )
    if column.max_length is not None:
        return sqlalchemy.String(column.max_length)
    if column.precision is not None:
        return sqlalchemy.Numeric(*column.precision)
    return _TYPES[column.type]


def created_by_us(connection: Connection, table: Table) -> bool:
    """Whether `create_tables` made it, by the comment that it leaves."""
    name = ".".join(map(_quoted, filter(None, (table.schema, table.name))))
    comment = select(func.obj_description(func.to_regclass(name), "pg_class"))
    return bool(connection.scalar(comment) == _COMMENT)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def has_at_least_rows(connection: Connection, table: Table, number: int) -> bool:
    rows = select(sqlalchemy.literal(1)).select_from(
        sqlalchemy.table(table.name, schema=table.schema)
    )
    some = rows.offset(number - 1).limit(1)
    return connection.scalar(some) is not None


def count_rows(connection: Connection, table: Table) -> int:
    rows = select(func.count()).select_from(sqlalchemy.table(table.name, schema=table.schema))
    return int(connection.scalar(rows) or 0)
