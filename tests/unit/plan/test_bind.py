"""A plan is checked against the tables before anything is read or written."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from desktop_migrator.errors import PlanDoesNotFit, TableMissing, UsageError
from desktop_migrator.model import Column, ColumnType, Table
from desktop_migrator.plan.bind import bind, planned_tables
from desktop_migrator.plan.schema import Plan
from tests.unit.plan.helpers import DEFAULT, extractor, plan, record, row

ID = Column("id", ColumnType.UUID, "uuid", nullable=False)
TITLE = Column("title", ColumnType.TEXT, "text")
PLAN = """
[entities.tasks]
table = "tasks"
sources = [{ keys = ["tasks"] }]
[entities.tasks.columns]
title = { from = "title", required = true }
created_at = { from = "createdAt" }
metadata = { rest = true }
"""


def fit(columns: Sequence[Column], of: Plan | None = None) -> list[str]:
    """The names of the columns that the plan fills."""
    (entity,) = bind(of or plan(PLAN), {"tasks": Table("tasks", tuple(columns))}, ["tasks"])
    return [column.name for column in entity.columns]


def test_the_default_plan_creates_the_tables_of_the_app() -> None:
    tables = {table.name: table for table in planned_tables(DEFAULT)}
    assert list(tables) == [
        "tasks", "environments", "form_data", "user_preferences", "custom_data",
    ]  # fmt: skip
    declared = {column.name: column.declared for column in tables["tasks"].columns}
    assert declared == {
        "id": "uuid",
        "title": "varchar(255)",
        "description": "text",
        "status": "varchar(50)",
        "priority": "varchar(20)",
        "created_at": "timestamp",
        "updated_at": "timestamp",
        "user_id": "varchar(255)",
        "metadata": "jsonb",
    }
    assert tables["tasks"].primary_key == ("id",)
    title = tables["tasks"].column("title")
    assert title == Column("title", ColumnType.TEXT, "varchar(255)", 255, nullable=False)
    environments = tables["environments"]
    assert [column.name for column in environments.columns] == [
        "id", "name", "config", "is_active", "created_at", "updated_at", "user_id",
        "schema_version",
    ]  # fmt: skip
    assert environments.unique == (("user_id", "name"),)


def test_entities_are_bound_in_the_plans_order_and_their_users_column_is_known() -> None:
    tables = {table.name: table for table in planned_tables(DEFAULT)}
    bound = bind(DEFAULT, tables, {"customData", "tasks"})
    assert [entity.name for entity in bound] == ["tasks", "customData"]
    assert bound[0].id_column == bound[0].columns[0].name == "id"
    assert bound[0].user_column == "user_id"
    assert fit([ID, TITLE]) == ["id", "title"]


def test_the_default_plan_fits_the_guides_tables() -> None:
    text = ColumnType.TEXT
    tables = [
        Table("tasks", (
            Column("id", text, "varchar(26)", 26, nullable=False),
            Column("title", text, nullable=False),
            Column("status", ColumnType.ENUM, "status", enum_values=("todo", "in-progress")),
            Column("userId", text, nullable=False),
            Column("createdAt", ColumnType.TIMESTAMPTZ, has_default=True),
            Column("updatedAt", ColumnType.TIMESTAMPTZ),
        ), ("id",)),
        Table("environments", (
            Column("id", text, "text", nullable=False),
            Column("name", text),
            Column("description", text),
            Column("config", ColumnType.JSONB),
            Column("isActive", ColumnType.BOOLEAN),
            Column("userId", text),
            Column("schemaVersion", ColumnType.INTEGER),
        ), ("id",)),
    ]  # fmt: skip
    made = extractor(DEFAULT, tables, entities=["tasks", "environments"])
    records = [
        record("tasks", '[{"id":"1","title":"t","status":"todo",'
                        '"createdAt":"2024-01-15T10:00:00.000Z"},'
                        '{"id":"2","title":"t","status":"IN_PROGRESS"}]'),
        record("environments", '[{"id":"e1","name":"n","description":"d","config":{"a": 1},'
                               '"isActive":true,"schemaVersion":2}]'),
    ]  # fmt: skip
    task, ship, environment = made.extract(records)
    assert row(ship, DEFAULT, tables[0])["status"] == "in-progress"
    found = row(task, DEFAULT, tables[0])
    assert len(found["id"]) == 26
    assert (found["status"], found["userId"]) == ("todo", "user-1")
    assert found["createdAt"].isoformat() == "2024-01-15T10:00:00+00:00"
    found = row(environment, DEFAULT, tables[1])
    assert (found["description"], found["config"]) == ("d", b'{"a": 1}')
    assert (found["isActive"], found["schemaVersion"]) == (True, 2)


def test_an_item_gets_the_same_id_whether_or_not_the_table_has_its_time() -> None:
    of = plan(PLAN.replace('table = "tasks"', 'table = "tasks"\ncreated = "created_at"'))
    metadata = Column("metadata", ColumnType.JSONB)
    time = Column("created_at", ColumnType.TIMESTAMP)
    value = '[{"id":"1","title":"t","createdAt":"2024-01-15T10:00:00Z"}]'
    ids = set()
    for columns in ((ID, TITLE, metadata), (ID, TITLE, metadata, time)):
        (item,) = extractor(of, [Table("tasks", columns)]).extract([record("tasks", value)])
        ids.add(str(row(item, of, Table("tasks", columns))["id"]))
    assert len(ids) == 1
    assert ids.pop().startswith("018d0c90-4d00-7")


@pytest.mark.parametrize(
    ("name", "filled"),
    [("created_at", True), ("createdAt", True), ("createdat", True), ("created", False)],
)
def test_columns_are_found_whichever_way_their_words_are_joined(name: str, filled: bool) -> None:
    names = fit([ID, TITLE, Column(name, ColumnType.TIMESTAMP)])
    assert (name in names) is filled


def test_an_exact_name_wins_over_one_that_is_spelled_otherwise() -> None:
    time = Column("created_at", ColumnType.TIMESTAMP)
    names = fit([ID, TITLE, replace(time, name="createdAt"), time])
    assert names == ["id", "title", "created_at"]


def test_columns_that_the_database_computes_are_left_alone() -> None:
    time = Column("created_at", ColumnType.TIMESTAMP, nullable=False, generated=True)
    unknown = Column("search", ColumnType.OTHER, "tsvector", generated=True, nullable=False)
    assert fit([ID, TITLE, time, unknown]) == ["id", "title"]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([TITLE], "no column id"),
        ([replace(ID, type=ColumnType.INTEGER, declared="integer"), TITLE], "of type integer"),
        ([replace(ID, type=ColumnType.TEXT, declared="varchar(20)", max_length=20), TITLE],
         "varchar(20)"),
        ([replace(ID, generated=True), TITLE], "no column id"),
        ([ID], "lacks the column title"),
        ([ID, TITLE, Column("metadata", ColumnType.TEXT, "text")], "fields that have no column"),
        ([ID, TITLE, Column("org_id", ColumnType.INTEGER, nullable=False)], "org_id must have"),
        ([ID, TITLE, Column("createdAt", ColumnType.DATE), Column("createdat", ColumnType.DATE)],
         "could be any of createdAt, createdat"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_a_remedy(columns: list[Column], words: str) -> None:
    with pytest.raises(PlanDoesNotFit) as refused:
        fit(columns)
    assert words in refused.value.detail
    assert refused.value.hint


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ('status = { from = "status", default = 5 }', "default does not fit"),
        ('status = { from = "status", values = { a = 5 } }', "values do not fit"),
        ('title2 = { from = "x" }\nTitle_2 = { from = "y" }', "twice"),
    ],
)
def test_a_plan_that_contradicts_the_table_is_refused(rules: str, words: str) -> None:
    columns = [
        ID, TITLE, Column("status", ColumnType.TEXT), Column("title2", ColumnType.TEXT),
    ]  # fmt: skip
    with pytest.raises(PlanDoesNotFit, match=words):
        fit(columns, plan(PLAN + rules))


def test_a_missing_table_and_an_unknown_entity_are_said() -> None:
    with pytest.raises(TableMissing, match="tasks"):
        bind(plan(PLAN), {})
    with pytest.raises(UsageError, match="notes"):
        bind(plan(PLAN), {}, ["notes"])
