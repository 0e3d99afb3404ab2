"""Tables made from a plan's description, read back from PostgreSQL."""

import pytest
from sqlalchemy import Connection, text

from desktop_migrator.errors import PermissionMissing, PlanDoesNotFit
from desktop_migrator.model import Column, ColumnType, Table
from desktop_migrator.postgres.schema.create_tables import create_tables
from desktop_migrator.postgres.schema.introspect import introspect
from tests.integration.conftest import on_every_server

NOT_MADE = (ColumnType.ENUM, ColumnType.OTHER)
EVERY_TYPE = tuple(Column(f"c_{kind}", kind) for kind in ColumnType if kind not in NOT_MADE)
TASKS = Table(
    "Tasks of mine",
    (
        Column("id", ColumnType.UUID, nullable=False),
        Column("order", ColumnType.TEXT, nullable=False),
        Column("short", ColumnType.TEXT, max_length=255),
        Column("price", ColumnType.NUMERIC, precision=(10, 2)),
        Column('"quoted" %s :x', ColumnType.TEXT),
        Column("user_id", ColumnType.TEXT, max_length=255),
        *EVERY_TYPE,
    ),
    primary_key=("id",),
    unique=(("order", "short"),),
)


def index_columns(connection: Connection, table: str) -> set[str]:
    query = text(
        "SELECT pg_get_indexdef(indexrelid, 1, true) FROM pg_index"
        " WHERE indrelid = to_regclass(quote_ident(:table)) AND NOT indisunique"
    )
    return set(connection.scalars(query, {"table": table}))


@on_every_server
def test_a_made_table_is_as_described(connection: Connection) -> None:
    create_tables(connection, [TASKS])
    made = introspect(connection, [TASKS.name])[TASKS.name]
    assert [(c.name, c.type, c.max_length, c.precision, c.nullable) for c in made.columns] == [
        (c.name, c.type, c.max_length, c.precision, c.nullable) for c in TASKS.columns
    ]
    assert made.primary_key == TASKS.primary_key
    assert made.unique == TASKS.unique
    assert not any(c.has_default or c.generated for c in made.columns)
    assert index_columns(connection, TASKS.name) == {"user_id"}
    query = text("SELECT obj_description(to_regclass(quote_ident(:name)))")
    assert connection.scalar(query, {"name": TASKS.name}) == "Made by desktop-migrator"


def test_a_key_that_begins_with_the_person_needs_no_index(connection: Connection) -> None:
    columns = (Column("user_id", ColumnType.TEXT), Column("name", ColumnType.TEXT))
    create_tables(connection, [Table("t", columns, unique=(("user_id", "name"),))])
    assert index_columns(connection, "t") == set()


def test_existing_tables_stay_untouched(connection: Connection) -> None:
    connection.execute(text('CREATE TABLE "Tasks of mine" (mine int)'))
    other = Table("other", (Column("id", ColumnType.BIGINT),))
    create_tables(connection, [TASKS, other])
    found = introspect(connection, ["Tasks of mine", "other"])
    assert [column.name for column in found["Tasks of mine"].columns] == ["mine"]
    assert "other" in found
    create_tables(connection, [TASKS, other])


def test_tables_vanish_with_the_transaction(connection: Connection) -> None:
    create_tables(connection, [TASKS])
    connection.rollback()
    assert introspect(connection, [TASKS.name]) == {}


def test_a_table_goes_into_its_schema(connection: Connection) -> None:
    table = Table("t", (Column("user_id", ColumnType.TEXT),), schema="My App")
    with pytest.raises(PlanDoesNotFit, match="no schema My App"):
        create_tables(connection, [table])
    connection.rollback()
    connection.execute(text('CREATE SCHEMA "My App"'))
    create_tables(connection, [table, table])
    assert introspect(connection, ["My App.t"])["My App.t"].schema == "My App"


def test_a_table_described_in_two_ways_is_refused(connection: Connection) -> None:
    first, second = (Table("t", (Column(name, ColumnType.TEXT),)) for name in "ab")
    with pytest.raises(PlanDoesNotFit, match="in two ways"):
        create_tables(connection, [first, second])


@pytest.mark.parametrize("kind", [ColumnType.OTHER, ColumnType.ENUM])
def test_a_type_that_cannot_be_made_is_refused(connection: Connection, kind: ColumnType) -> None:
    with pytest.raises(PlanDoesNotFit, match="mood"):
        create_tables(connection, [Table("t", (Column("c", kind, declared="mood"),))])


def test_a_missing_right_is_named(connection: Connection) -> None:
    connection.execute(text("CREATE ROLE reader"))
    connection.execute(text("SET ROLE reader"))
    with pytest.raises(PermissionMissing, match="permission denied for schema public"):
        create_tables(connection, [TASKS])
    connection.rollback()
