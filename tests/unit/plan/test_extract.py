"""Records become items or rejections, and nothing vanishes on the way."""

import json

import pytest
from hypothesis import given, settings
from msgspec import UNSET

from desktop_migrator.errors import PlanDoesNotFit
from desktop_migrator.model import Column, ColumnType, Item, Rejection, StorageKey, Table
from desktop_migrator.plan.reader_losses import reader_losses
from desktop_migrator.plan.reject import RejectionCode
from tests.unit.plan.helpers import (
    ORIGIN,
    extracted,
    extractor,
    outcome,
    plan,
    record,
    row,
)
from tests.unit.plan.test_json_text import texts

TASK = {"id": "1", "title": "t"}
REJECT = plan("""
[text]
unstorable = "reject"
[entities.e]
table = "e"
id = { from = "$key" }
sources = [{ keys = ["*"], unwrap = "any", shape = "single" }]
columns = { key = { from = "$key", type = "text" }, v = { from = "@", type = "jsonb" } }
""")


def tasks(*items: object) -> str:
    return json.dumps(items)


def table(*columns: Column) -> Table:
    return Table("tasks", (Column("id", ColumnType.UUID, nullable=False), *columns))


TITLE = Column("title", ColumnType.TEXT)
METADATA = Column("metadata", ColumnType.JSONB)


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("tasks", "[{", RejectionCode.NOT_JSON),
        ("tasks", '{"other":1}', RejectionCode.UNRECOGNISED),
        ("tasks", "5", RejectionCode.UNRECOGNISED),
        ("tasks", "[" * 100_000 + "]" * 100_000, RejectionCode.TOO_DEEP),
        ("anything", "[" * 100_000 + "]" * 100_000, RejectionCode.TOO_DEEP),
        ("tasks", "[1]", RejectionCode.WRONG_SHAPE),
        ("tasks", "[null]", RejectionCode.WRONG_SHAPE),
        ("tasks", '[{"title":"t"}]', RejectionCode.MISSING_ID),
        ("tasks", '[{"id":{},"title":"t"}]', RejectionCode.BAD_ID),
        ("tasks", '[{"id":"1"}]', RejectionCode.MISSING),
        ("tasks", '[{"id":"1","title":5}]', RejectionCode.WRONG_TYPE),
        ("tasks", tasks({"id": "1", "title": "x" * 256}), RejectionCode.TOO_LONG),
        ("tasks", '[{"id":"1","title":"t","status":"?"}]', RejectionCode.UNKNOWN_VALUE),
        ("tasks", '[{"id":"1","title":"t","createdAt":"yesterday"}]', RejectionCode.BAD_DATE),
        (
            "tasks",
            '[{"id":"1","title":"t","createdAt":"2024-01-01T00:00:00"}]',
            RejectionCode.NO_ZONE,
        ),
        ("tasks", '[{"id":"1","title":"t","metadata":{"a":1},"a":2}]', RejectionCode.COLLISION),
        ("tasks", '[{"id":"1","title":"t","metadata":5,"a":2}]', RejectionCode.NO_COLUMN),
        (
            "environments",
            '[{"id":"1","name":"n","schemaVersion":1e10}]',
            RejectionCode.OUT_OF_RANGE,
        ),
        ("environments", '[{"id":"1","name":"n","schemaVersion":1.5}]', RejectionCode.TOO_PRECISE),
        ("digits", "9" * 131_073, RejectionCode.OUT_OF_RANGE),
    ],
)
def test_what_cannot_go_is_rejected_with_its_reason_and_text(
    key: str, value: str, code: RejectionCode
) -> None:
    rejection = outcome(value, key)
    assert isinstance(rejection, Rejection)
    assert rejection.code == code
    assert str(rejection.reason).endswith(".")
    assert str(rejection.remedy).endswith(".")
    assert rejection.source.key == key
    assert rejection.raw in value.replace(": ", ":") or rejection.raw in value


def test_a_bad_item_never_costs_its_neighbours() -> None:
    value = '[{"id":"1","title":"a"},{"id":"2"},7,{"id":"3","title":"c"}]'
    found = extracted([record("tasks", value)])
    assert [type(one) for one in found] == [Item, Rejection, Rejection, Item]
    assert [one.source.position for one in found] == ["0", "1", "2", "3"]
    assert [one.source_id for one in found] == ["1", "2", None, "3"]
    assert [one.raw for one in found if isinstance(one, Rejection)] == ['{"id":"2"}', "7"]


def test_every_record_is_an_item_a_rejection_or_skipped_under_one_word() -> None:
    framed = StorageKey(ORIGIN, top_level_site="https://top.test")
    records = [
        record("tasks", tasks(TASK)),
        record("tasks", tasks(TASK), StorageKey("https://other.test")),
        record("tasks", tasks(TASK), framed),
        record("tasks", tasks(TASK), StorageKey(ORIGIN, attributes=(("userContextId", "2"),))),
        record("tasks", "[]"),
        record("tasks", ""),
        record("tasks", "null"),
        record("formData", "{}"),
        record("cache_x", '{"data":1,"timestamp":5,"ttl":9}'),
        record("authToken", "0123456789abcdef0123"),
        record("session", '{"user":{"access_token":"x"}}'),
        record("tasks", "broken"),
        record("", ""),
        record("form_a", "{}"),
        record("environments", '[{"id":1,"name":"n"}]'),
    ]
    made = extractor(entities=["tasks", "formData", "customData"])
    found = list(made.extract(records))
    assert made.accounting.records == len(records)
    assert made.accounting.skipped == {
        "other-site": 1,
        "partitioned": 1,
        "container": 1,
        "empty": 4,
        "cache": 1,
        "secret": 2,
        "excluded": 1,
    }
    assert [one.entity for one in found] == ["tasks", "tasks", "customData", "formData"]
    assert len(found) + made.accounting.skipped.total() == len(records)


def test_partitioned_areas_are_read_where_the_plan_says_so() -> None:
    of = plan("""
[source]
partitioned = true
[entities.tasks]
table = "tasks"
sources = [{ keys = ["tasks"] }]
columns = { title = { from = "title", type = "text" } }
""")
    framed = StorageKey(ORIGIN, top_level_site="https://top.test")
    (item,) = extracted([record("tasks", tasks(TASK), framed)], of)
    assert isinstance(item, Item)
    other = record("notes", "1")
    made = extractor(of)
    assert list(made.extract([other])) == []
    assert made.accounting.skipped == {"unmatched": 1}


def test_an_expression_that_cannot_be_computed_rejects_the_record_or_the_item() -> None:
    of = plan("""
[entities.e]
table = "e"
sources = [{ keys = ["k"], items = "sort_by(list, &at)" }]
[entities.e.columns]
total = { from = "sum(parts)", type = "numeric" }
rest = { rest = true, type = "json" }
""")
    items = '{"list":[{"id":2,"at":2,"parts":["x"]},{"id":1,"at":1,"parts":[1,2]}]}'
    good, bad = extracted([record("k", items)], of)
    assert row(good, of)["total"] == 3
    assert isinstance(bad, Rejection)
    assert bad.code == RejectionCode.WRONG_TYPE
    rejection = outcome('{"list":[{"at":1},{"at":"x"}]}', "k", of)
    assert isinstance(rejection, Rejection)
    assert rejection.code == RejectionCode.WRONG_TYPE


def test_reading_is_lazy() -> None:
    made = extractor()
    found = made.extract(record("tasks", tasks(TASK)) for _ in range(3))
    next(found)
    assert made.accounting.records == 1


def test_equal_duplicates_are_dropped_and_counted_others_go_on() -> None:
    value = '[{"id":"1","title":"a"},{"title":"a", "id":"1"},{"id":1,"title":"b"}]'
    made = extractor()
    found = list(made.extract([record("tasks", value)]))
    assert made.accounting.duplicates == {"tasks": 1}
    assert isinstance(found[0], Item)
    assert [each.source_id for each in found] == ["1", "1"]
    assert len(found) == 2


def test_the_same_id_in_two_records_is_not_this_rooms_affair() -> None:
    found = extracted(
        [record("tasks", tasks(TASK)), record("task-store", '{"tasks":[{"id":1,"title":"u"}]}')]
    )
    assert [type(one) for one in found] == [Item, Item]
    assert len({one.id for one in found if isinstance(one, Item)}) == 1


def test_one_uuid_in_two_spellings_is_one_id() -> None:
    one = {"id": "0190a1b2-c3d4-7e5f-8a6b-000000000001", "title": "a"}
    found = extracted([record("tasks", tasks(one, {**one, "id": one["id"].upper()}))])
    assert [str(each.id) for each in found if isinstance(each, Item)] == [one["id"]] * 2


def test_forms_are_found_in_one_record_and_in_many() -> None:
    found = extracted(
        [record("formData", '{"signup":{"a":1},"":{}}'), record("form_login", '{"b": 2}')]
    )
    rows = [row(one) for one in found]
    assert [(one["name"], one["data"]) for one in rows] == [
        ("signup", b'{"a":1}'),
        ("", b"{}"),
        ("login", b'{"b": 2}'),
    ]
    assert [one.source.position for one in found] == ["signup", "", ""]
    assert len({one["id"] for one in rows}) == 3


def test_plain_text_can_be_taken_under_a_key_that_the_plan_names() -> None:
    theme = plan("""
    [entities.e]
    table = "e"
    id = { from = "$key" }
    sources = [{ keys = ["theme"], unwrap = "any", shape = "single" }]
    columns = { v = { from = "@", type = "jsonb" }, how = { from = "$encoding", type = "text" } }
    """)
    for value, expected in (("dark", (b'"dark"', "text")), ("true", (b"true", "json"))):
        [item] = extractor(theme).extract([record("theme", value)])
        assert isinstance(item, Item)
        assert item.values[1:] == expected


def test_json_null_is_custom_data_like_any_value() -> None:
    assert row(outcome("null"))["value"] == b"null"


# ---- fields without a column --------------------------------------------------------------------


def only_task(task: object, *columns: Column) -> Item | Rejection:
    (only,) = extracted([record("tasks", tasks(task))], TASKS, [table(*columns)])
    return only


TASKS = plan("""
[entities.tasks]
table = "tasks"
omit = ["draft"]
sources = [{ keys = ["tasks"] }]
[entities.tasks.columns]
title = { from = "title", required = true }
note = { from = "note" }
config = { from = "config", rest = true }
metadata = { from = "metadata", rest = true }
""")
CONFIG = Column("config", ColumnType.JSONB)


@pytest.mark.parametrize(
    ("columns", "fields", "expected"),
    [
        ([TITLE, METADATA], {"x": 1}, {"metadata": {"x": 1}}),
        ([TITLE, METADATA], {}, {"metadata": None}),
        ([TITLE, METADATA], {"x": None}, {"metadata": {"x": None}}),
        ([TITLE, METADATA], {"metadata": {"y": 2}}, {"metadata": {"y": 2}}),
        ([TITLE, METADATA], {"metadata": {"y": 2}, "x": 1}, {"metadata": {"x": 1, "y": 2}}),
        ([TITLE, METADATA], {"metadata": [1]}, {"metadata": [1]}),
        ([TITLE, METADATA], {"draft": 1}, {"metadata": None}),
        ([TITLE, CONFIG, METADATA], {"x": 1}, {"config": {"x": 1}, "metadata": None}),
        ([TITLE, CONFIG, METADATA], {"x": 1, "note": "n"},
         {"config": {"x": 1}, "metadata": {"note": "n"}}),
        ([TITLE, CONFIG, METADATA], {"x": 1, "config": {}}, {"config": {}, "metadata": {"x": 1}}),
        ([TITLE, CONFIG, METADATA], {"x": 1, "config": {}, "metadata": {}},
         {"config": {}, "metadata": {"x": 1}}),
        ([TITLE, CONFIG], {"x": 1, "config": {"y": 2}}, {"config": {"y": 2, "x": 1}}),
    ],
)  # fmt: skip
def test_fields_without_a_column_go_to_the_columns_for_the_rest(
    columns: list[Column], fields: dict[str, object], expected: dict[str, object]
) -> None:
    found = row(only_task({**TASK, **fields}, *columns), TASKS, table(*columns))
    assert {
        name: None if found[name] is None else json.loads(found[name]) for name in expected
    } == expected


def test_without_a_place_for_the_rest_only_items_that_need_one_are_rejected() -> None:
    assert isinstance(only_task(TASK, TITLE), Item)
    assert isinstance(only_task({**TASK, "x": None}, TITLE), Item)
    rejection = only_task({**TASK, "note": "n", "x": 1}, TITLE)
    assert isinstance(rejection, Rejection)
    assert rejection.code == RejectionCode.NO_COLUMN
    assert "note, x" in str(rejection.reason)


def test_a_needed_column_for_the_rest_is_never_null() -> None:
    needed = Column("metadata", ColumnType.JSONB, nullable=False)
    assert row(only_task(TASK, TITLE, needed), TASKS, table(TITLE, needed))["metadata"] == b"{}"


def test_missing_values_are_left_to_the_databases_default() -> None:
    note = Column("note", ColumnType.TEXT, nullable=False, has_default=True)
    columns = (TITLE, note, METADATA)
    assert row(only_task(TASK, *columns), TASKS, table(*columns))["note"] is UNSET
    found = only_task({**TASK, "note": None}, *columns)
    assert row(found, TASKS, table(*columns))["note"] is UNSET


# ---- text that PostgreSQL cannot hold -----------------------------------------------------------


def test_unstorable_text_is_escaped_everywhere_and_the_columns_are_named() -> None:
    value = '[{"id":"\\u0000","title":"a\\ud800","x\\u0000":"\\udfff","description":"plain ␛"}]'
    item = outcome(value, "tasks")
    assert isinstance(item, Item)
    found = row(item)
    assert item.source_id == "␛0000"
    assert found["title"] == "a␛d800"
    assert found["metadata"] == '{"x␛0000":"␛dfff"}'.encode()
    assert found["description"] == "plain ␛241b"
    assert set(item.escaped) == {"title", "metadata", "description"}


def test_raw_halves_of_pairs_in_the_records_text_are_escaped_too() -> None:
    item = outcome('[{"id":"1","title":"\ud800"}]', "tasks")
    assert row(item)["title"] == "␛d800"
    item = outcome("dark\ud800\0", "k\udc00")
    assert isinstance(item, Item)
    assert row(item)["value"] == '"dark␛d800␛0000"'.encode()
    assert row(item)["key"] == "k␛dc00"
    assert set(item.escaped) == {"key", "value"}


def test_a_rejections_text_is_the_pages_own_and_can_be_stored() -> None:
    rejection = outcome('[{"id":"1","x":"\ud800 ␛"}]', "tasks")
    assert isinstance(rejection, Rejection)
    assert rejection.raw == '{"id":"1","x":"\\ud800 ␛"}'
    rejection = outcome("\ud800\0", "tasks")
    assert isinstance(rejection, Rejection)
    assert rejection.raw == "\\ud800\\u0000"


@pytest.mark.parametrize(
    ("key", "value"),
    [("k", '"\\u0000"'), ("k", '{"\\ud800":1}'), ("k", "\0"), ("\0", "1"), ("\ud800", "1")],
)
def test_the_rule_to_reject_rejects(key: str, value: str) -> None:
    rejection = outcome(value, key, REJECT)
    assert isinstance(rejection, Rejection)
    assert rejection.code == RejectionCode.UNSTORABLE


def test_the_rule_to_reject_leaves_all_other_text_alone() -> None:
    item = outcome('["␛", "\\u241b", "\\\\u0000"]', "␛", REJECT)
    assert isinstance(item, Item)
    found = row(item, REJECT)
    assert found["key"] == "␛"
    assert found["v"] == '["␛", "␛", "\\\\u0000"]'.encode()
    assert item.escaped == ()


@settings(max_examples=200)
@given(texts, texts)
def test_whatever_a_page_stores_becomes_an_item_that_postgresql_can_hold(
    key: str, value: str
) -> None:
    made = extractor()
    found = list(made.extract([record(key, value)]))
    assert len(found) + made.accounting.skipped.total() == 1
    for one in found:
        assert isinstance(one, Item)
        stored = row(one)
        assert "\0" not in stored["key"]
        stored["key"].encode()
        assert b"\\u0000" not in stored["value"].replace(b"\\\\", b"")


# ---- warnings and users -----------------------------------------------------------------


def test_big_integers_are_counted_and_data_beside_the_items_go_to_the_rest() -> None:
    made = extractor()
    value = '{"state":{"tasks":[{"id":"1","title":"t","n":9007199254740993}],"filter":"all"}}'
    item, rest = made.extract([record("task-store", value)])
    assert row(item)["metadata"] == b'{"n":9007199254740993}'
    assert isinstance(rest, Item)
    assert (rest.entity, row(rest)["value"]) == ("customData", b'{"filter":"all"}')
    assert made.accounting.warnings == {"big-integer": 1}


@pytest.mark.parametrize(
    ("time", "warned"),
    [
        ("0001-01-01T00:00:00Z", True),
        ("0099-12-31T23:59:59.999Z", True),
        ("0100-01-01T00:00:00Z", False),
        ("1970-01-01T00:00:00Z", False),
    ],
)
def test_times_that_javascript_drivers_misread_are_counted(time: str, warned: bool) -> None:
    made = extractor()
    value = f'{{"state":{{"tasks":[{{"id":"1","title":"t","updatedAt":"{time}"}}]}}}}'
    [item] = made.extract([record("task-store", value)])
    assert isinstance(item, Item)
    assert made.accounting.warnings == ({"early-time": 1} if warned else {})


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ('"123"', "json-text"),
        ('"{\\"a\\": [1]}"', "json-text"),
        ('"null"', "json-text"),
        ('"plain"', None),
        ('"é 123"', None),
        ('{"n": "123"}', None),
        ('{"n": 1e400}', "huge-number"),
        ('{"n": -1.5E+309}', "huge-number"),
        ('{"n": 1e308, "t": "1e400"}', None),
        ('"a 1e400"', None),
    ],
)
def test_json_that_javascript_reads_as_something_else_is_counted(
    value: str, word: str | None
) -> None:
    made = extractor()
    [item] = made.extract([record("environments", f'[{{"id":"1","name":"n","config":{value}}}]')])
    assert isinstance(item, Item)
    assert made.accounting.warnings == ({word: 1} if word else {})


@pytest.mark.parametrize(("number", "warned"), [("140737488355328", False), ("1e15", True)])
def test_doubles_that_a_readers_check_refuses_are_counted(number: str, warned: bool) -> None:
    losses = reader_losses([Column("a", ColumnType.DOUBLE), Column("b", ColumnType.BIGINT)])
    assert list(losses([float(number), 2**60])) == (["large-double"] if warned else [])


@pytest.mark.parametrize(
    ("column", "user", "fits"),
    [
        (Column("user_id", ColumnType.TEXT), "ü", True),
        (Column("user_id", ColumnType.INTEGER), "42", True),
        (Column("user_id", ColumnType.INTEGER), "007", False),
        (Column("user_id", ColumnType.INTEGER), "x", False),
        (Column("user_id", ColumnType.TEXT), "42", True),
        (Column("user_id", ColumnType.UUID), "0190a1b2-c3d4-7e5f-8a6b-000000000001", True),
        (Column("user_id", ColumnType.UUID), "user-1", False),
        (Column("user_id", ColumnType.TEXT, max_length=3), "user-1", False),
        (Column("user_id", ColumnType.TEXT), "\0", False),
    ],
)
def test_the_user_id_fits_its_column_or_the_run_does_not_start(
    column: Column, user: str, fits: bool
) -> None:
    of = plan("""
[entities.tasks]
table = "tasks"
sources = [{ keys = ["tasks"] }]
columns = { title = { from = "title" }, user_id = { from = "$user" } }
""")
    if fits:
        made = extractor(of, [table(TITLE, column)], user)
        (item,) = made.extract([record("tasks", tasks(TASK))])
        assert str(row(item, of, table(TITLE, column))["user_id"]) == user
    else:
        with pytest.raises(PlanDoesNotFit, match="user id"):
            extractor(of, [table(TITLE, column)], user)


def test_the_built_in_plan_takes_tasks_that_were_made_a_text_twice() -> None:
    tasks = [{"id": "1", "title": "a"}, {"id": "2", "title": "b", "done": True}]
    found = extracted([record("tasks", json.dumps(json.dumps(tasks)))])
    assert [row(each)["title"] for each in found] == ["a", "b"]
