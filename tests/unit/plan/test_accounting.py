"""All that a record holds ends in a row, aside, or in a rest that is told by name."""

import json
from typing import Any

import pytest

from desktop_migrator.model import Item, Rejection
from desktop_migrator.plan.bind import assumed_tables
from desktop_migrator.plan.schema import Plan
from tests.unit.plan.helpers import extractor, plan, record, row

PROJECTS = [{"id": "p1", "name": "Home"}, {"id": "p2", "name": "Work"}]
TASKS = [{"id": f"t{n}", "title": f"task {n}", "projectId": f"p{n % 2 + 1}"} for n in range(3)]
ROOT = {"projects": PROJECTS, "tasks": TASKS, "filter": "all", "empty": [], "nothing": None}

MANY = plan(
    """
    [entities.projects]
    table = "projects"
    sources = [{ keys = ["root", "store"], items = "projects" }]
    columns = { name = { from = "name" , type = "text" } }
    [entities.tasks]
    table = "tasks"
    sources = [{ keys = ["root", "store"], items = "tasks" }]
    [entities.tasks.columns]
    title = { from = "title", type = "text" }
    project_id = { from = "projectId", type = "uuid", references = "projects" }
    """
)


def made(of: Plan, **records: Any) -> tuple[list[Item | Rejection], dict[tuple[str, str], int]]:
    """What became of the records, and the sizes of what nothing takes."""
    by = extractor(of)
    outcomes = list(by.extract([record(key, json.dumps(each)) for key, each in records.items()]))
    return outcomes, {place: total.count for place, total in by.accounting.rest.items()}


def test_a_record_feeds_many_entities_and_its_rest_is_told() -> None:
    outcomes, rest = made(MANY, root=ROOT)
    assert [(each.entity, each.source_id) for each in outcomes] == [
        ("projects", "p1"),
        ("projects", "p2"),
        ("tasks", "t0"),
        ("tasks", "t1"),
        ("tasks", "t2"),
    ]
    assert rest == {("root", "filter"): 1}


def test_an_entity_for_everything_else_gets_the_rest() -> None:
    rest_too = plan(
        """
        [entities.tasks]
        table = "tasks"
        sources = [{ keys = ["root"], items = "tasks" }]
        columns.title = { from = "title", type = "text" }
        columns.more = { rest = true, type = "jsonb" }
        [entities.other]
        table = "other"
        id = { from = "$key" }
        sources = [{ keys = ["*"], decode = ["any"], shape = "single" }]
        columns = { value = { from = "@", type = "jsonb" } }
        """
    )
    outcomes, rest = made(rest_too, root=ROOT)
    assert rest == {}
    assert isinstance(outcomes[-1], Item)
    value = json.loads(row(outcomes[-1], rest_too)["value"])
    assert value == {name: each for name, each in ROOT.items() if name != "tasks"}


def test_envelopes_of_one_record_are_seen_as_one() -> None:
    mixed = plan(
        """
        [entities.labels]
        table = "labels"
        sources = [{ keys = ["app"], decode = ["zustand"], items = "labels" }]
        columns = { name = { from = "name" , type = "text" } }
        [entities.notes]
        table = "notes"
        sources = [{ keys = ["app"], items = "state.notes" }]
        columns = { title = { from = "title" , type = "text" } }
        """
    )
    state = {"labels": [{"id": "l", "name": "red"}], "notes": [{"id": "n", "title": "x"}]}
    outcomes, rest = made(mixed, app={"state": state, "version": 1})
    assert [each.entity for each in outcomes] == ["labels", "notes"]
    assert rest == {}


NESTED = plan(
    """
    [entities.lists]
    table = "lists"
    sources = [{ keys = ["lists"] }]
    columns = { name = { from = "name", type = "text" }, more = { rest = true, type = "jsonb" } }
    [entities.steps]
    table = "steps"
    id = { from = "n", unique_in = "parent" }
    sources = [{ parent = "lists", items = "steps" }]
    [entities.steps.columns]
    list_id = { from = "$parent", type = "uuid", references = "lists" }
    place = { from = "$index", type = "integer" }
    path = { from = "$path", type = "text" }
    body = { from = "body", type = "text" }
    n = { from = "n", type = "integer" }
    """
)


def test_nested_lists_become_rows_that_know_their_parent() -> None:
    lists = [
        {"id": "a", "name": "A", "steps": [{"n": 1, "body": "x"}, {"n": 2, "body": "y"}]},
        {"id": "b", "name": "B", "steps": [{"n": 1, "body": "z"}], "colour": "red"},
        {"id": "c", "name": "C"},
    ]
    outcomes, rest = made(NESTED, lists=lists)
    assert rest == {}
    rows = [row(each, NESTED) for each in outcomes if isinstance(each, Item)]
    assert [each["more"] for each in rows[:3]] == [None, b'{"colour":"red"}', None]
    steps = [each for each in outcomes if each.entity == "steps"]
    assert [each.source_id for each in steps] == ["a/1", "a/2", "b/1"]
    assert [str(each["list_id"]) for each in rows[3:]] == ["a", "a", "b"]
    assert [each["place"] for each in rows[3:]] == [0, 1, 0]
    assert rows[5]["path"] == "lists/1/0"
    assert len({each.id for each in outcomes if isinstance(each, Item)}) == len(outcomes)


def test_a_field_may_be_read_any_number_of_times() -> None:
    twice = plan(
        """
        [entities.notes]
        table = "notes"
        id = { from = "slug", type = "text", strategy = "keep" }
        sources = [{ keys = ["notes"] }]
        [entities.notes.columns]
        slug = { from = "slug", type = "text" }
        name = { from = "name", type = "text" }
        label = { from = "name", type = "text" }
        made = { from = "createdAt", type = "timestamptz" }
        changed = { from = ["updatedAt", "createdAt"], type = "timestamptz" }
        city = { from = "address.city", type = "text" }
        more = { rest = true, type = "jsonb" }
        """
    )
    note = {
        "slug": "first-note",
        "name": "one",
        "createdAt": "2024-01-01T10:00:00Z",
        "address": {"city": "Ulm", "zip": "89073"},
        "k": 1,
    }
    [item], _ = made(twice, notes=[note])
    found = row(item, twice)
    assert found["id"] == found["slug"] == "first-note"
    assert found["name"] == found["label"] == "one"
    assert found["made"] == found["changed"]
    assert (found["city"], json.loads(found["more"])) == (
        "Ulm",
        {"address": {"zip": "89073"}, "k": 1},
    )


def test_items_without_ids_are_known_by_place_or_content() -> None:
    for source, ids in (
        ("@", ["milk", "eggs", "milk#2"]),
        ("$index", ["todos/0", "todos/1", "todos/2"]),
        ("$path", ["todos/0", "todos/1", "todos/2"]),
    ):
        of = plan(
            f"""
            [entities.todos]
            table = "todos"
            id = {{ from = "{source}" }}
            sources = [{{ keys = ["todos"] }}]
            columns = {{ body = {{ from = "@", type = "text" }} }}
            """
        )
        outcomes, _ = made(of, todos=["milk", "eggs", "milk"])
        assert [each.source_id for each in outcomes] == ids


@pytest.mark.parametrize("text", ["undefined", "NaN", "", "null", "[object Object]"])
def test_what_libraries_leave_where_nothing_was_rejects_nothing(text: str) -> None:
    by = extractor(MANY)
    assert list(by.extract([record("root", text)])) == []
    word = "lost-by-app" if text.startswith("[") else "empty"
    assert by.accounting.aside == {(word, "root"): 1}


FOLDERS = """
    [entities.folders]
    table = "folders"
    sources = [{ keys = ["*"], shape = "single" }]
    columns.name = { from = "name", type = "text" }
    columns.more = { rest = true, type = "jsonb" }
    [entities.files]
    table = "files"
    sources = [{ parent = "folders", items = "files" }]
    columns.name = { from = "name", type = "text" }
    """


def test_what_no_item_within_takes_stays_in_its_item() -> None:
    folders = {"id": "f", "name": "F", "files": {"a": {"id": "a", "name": "A"}}}
    [folder], _ = made(plan(FOLDERS), folder=folders)
    more = row(folder, plan(FOLDERS))["more"]
    left = {"files": folders["files"], "$name": "folder"}
    assert json.loads(more) == left, "they are no list, as the plan says; and nothing reads the key"


def test_the_rest_of_a_record_has_items_within_too() -> None:
    of = plan(
        FOLDERS
        + """
        [entities.tags]
        table = "tags"
        sources = [{ keys = ["root"], items = "tags" }]
        columns.name = { from = "name", type = "text" }
        """
    )
    root = {
        "id": "f",
        "tags": [{"id": "t", "name": "T"}],
        "files": [{"id": "a", "name": "A"}],
    }
    outcomes, rest = made(of, root=root)
    assert [each.entity for each in outcomes] == ["tags", "folders", "files"]
    assert rest == {}


def test_entities_for_everything_tell_what_they_do_not_take() -> None:
    of = plan(
        """
        [entities.notes]
        table = "notes"
        sources = [{ keys = ["*"], items = "notes" }]
        columns.body = { from = "body", type = "text" }
        """
    )
    outcomes, rest = made(of, app={"notes": [{"id": "n", "body": "x"}], "theme": {"a": 1, "b": 2}})
    assert len(outcomes) == 1
    assert rest == {("app", "theme"): 2}
    assert made(of, app={"notes": [], "theme": 1})[1] == {("app", "theme"): 1}


@pytest.mark.parametrize(
    ("items", "left"),
    [
        ("sort_by(tasks, &id)", {"id": 1, "other": 1}),
        ("map(&o, tasks)", {"id": 1, "tasks": 2, "other": 1}),
        ("[tasks[0], tasks[0]]", {"id": 1, "tasks": 1, "other": 1}),
        ("values(other)", {"id": 1, "tasks": 2, "values(other).$name": 1}),
        ("other.*", {"id": 1, "tasks": 2, "other.*.$name": 1}),
        ("merge(other, {id: id})", {"tasks": 2}),
        ("keys(@)", {"id": 1, "tasks": 2, "other": 1}),
        ("max_by(tasks, &id)", {"id": 1, "tasks": 1, "other": 1}),
        ("not_null(none, tasks)", {"id": 1, "other": 1}),
    ],
)
def test_what_functions_leave_of_their_arguments_is_told(items: str, left: dict[str, int]) -> None:
    shape = "single" if items.startswith(("merge", "max_by")) else "list"
    of = plan(
        f"""
        [entities.all]
        table = "all"
        id = {{ from = "$path" }}
        sources = [{{ keys = ["app"], items = "{items}", shape = "{shape}" }}]
        columns.value = {{ from = "@", type = "jsonb" }}
        """
    )
    tasks = [{"id": "a", "o": {"x": 1}}, {"id": "b", "o": {"x": 2}}]
    _, rest = made(of, app={"id": "root", "tasks": tasks, "other": {"y": 3}})
    assert rest == {("app", path): count for path, count in left.items()}


def test_an_expression_is_no_reason_to_stop() -> None:
    of = plan(
        """
        [entities.all]
        table = "all"
        sources = [{ keys = ["app"], items = "merge(a, b)", shape = "single" }]
        columns.value = { from = "x", type = "text" }
        """
    )
    [rejected], _ = made(of, app={"a": {"id": "1"}, "b": None})
    assert isinstance(rejected, Rejection)
    assert rejected.code == "wrong-type"


def test_what_neither_column_nor_child_takes_of_an_item_rejects_it() -> None:
    by_name = """
        [entities.names]
        table = "names"
        id = { from = "$name" }
        sources = [{ keys = ["names"], shape = "map" }]
        columns.name = { from = "$name", type = "text" }
        """
    outcomes, _ = made(plan(by_name), names={"a": True, "b": {"much": "more"}, "c": {}})
    assert [getattr(each, "code", "") for each in outcomes] == ["", "no-column", ""]
    omitted = by_name.replace("id =", 'omit = ["@"]\n        id =')
    outcomes, _ = made(plan(omitted), names={"b": {"much": "more"}})
    assert isinstance(outcomes[0], Item)


def test_a_column_with_the_whole_item_reads_all_its_fields() -> None:
    of = plan(
        """
        [entities.notes]
        table = "notes"
        sources = [{ keys = ["notes"] }]
        columns.body = { from = "@", type = "jsonb" }
        """
    )
    [item], _ = made(of, notes=[{"id": "n", "a": 1}])
    assert row(item, of)["body"] == b'{"id": "n", "a": 1}'


def test_equal_items_in_two_places_are_two_where_a_column_tells_the_place() -> None:
    same = {"id": "x", "v": 1}
    columns = 'columns = { v = { from = "v", type = "integer" }'
    for column, number in (("", 1), (', n = { from = "$name", type = "text" }', 2)):
        of = plan(
            f"""
            [entities.all]
            table = "all"
            sources = [{{ keys = ["app"], shape = "map" }}]
            {columns}{column} }}
            """
        )
        assert len(made(of, app={"a": same, "b": same})[0]) == number


def test_null_where_items_may_lie_is_no_item() -> None:
    outcomes, rest = made(MANY, root={"projects": None, "tasks": None})
    assert (outcomes, rest) == ([], {})


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_a_rest_of_any_depth_is_told_or_rejected(opening: str, closing: str) -> None:
    for depth in range(200, 1100, 50):
        deep = opening * depth + '""' + closing * depth
        by = extractor(MANY)
        text = f'{{"tasks":[{{"id":"1","title":"x","o":{deep}}}],"deep":{deep}}}'
        outcomes = list(by.extract([record("root", text)]))
        assert [each.entity for each in outcomes if isinstance(each, Rejection)]
        whole = any(isinstance(each, Rejection) and each.raw == text for each in outcomes)
        assert whole or ("root", "deep") in by.accounting.rest or opening == '{"a":'


def test_columns_of_existing_tables_are_taken_to_be_there_where_no_database_is_looked_at() -> None:
    of = plan(
        """
        [entities.lists]
        table = "lists"
        sources = [{ keys = ["lists"] }]
        columns = { name = { from = "name" }, made = { from = "$user" } }
        [entities.notes]
        table = "notes"
        sources = [{ keys = ["notes"] }]
        columns.title = { from = "title" }
        columns.list = { from = "list", references = "lists" }
        [entities.more]
        table = "more"
        sources = [{ keys = ["more"] }]
        columns.title = { from = "title" }
        columns.rest = { rest = true, type = "jsonb" }
        """
    )
    by = extractor(of, assumed_tables(of))
    keys = {"lists": {"name": "N"}, "notes": {"title": "T", "list": "1"}, "more": {"title": "T"}}
    records = [record(key, json.dumps([{"id": "1", **each}])) for key, each in keys.items()]
    items = [each for each in by.extract(records) if isinstance(each, Item)]
    assert [each.entity for each in items] == list(keys)
    assert items[-1].values[1:] == (b'{"title":"T"}',)


TREE = """
    [entities.folders]
    table = "folders"
    sources = [{ keys = ["root"] }, { parent = "folders", items = "folders" }]
    columns.parent = { from = "$parent", type = "uuid", references = "folders" }
    columns.name = { from = "name", type = "text" }
    [entities.files]
    table = "files"
    sources = [{ parent = "folders", items = "files", shape = "map" }]
    id.from = "$name"
    columns.folder = { from = "$parent", type = "uuid", references = "folders" }
    columns.size = { from = "size", type = "integer" }
    """


def test_items_nest_at_any_depth() -> None:
    def folder(depth: int) -> dict[str, Any]:
        inner = [folder(depth - 1)] if depth else []
        return {
            "id": f"d{depth}",
            "name": f"D{depth}",
            "folders": inner,
            "files": {f"f{depth}": {"size": depth}},
        }

    outcomes, rest = made(plan(TREE), root=[folder(3)])
    assert rest == {}
    seen = {
        each.source_id: row(each, plan(TREE)).get("parent") or row(each, plan(TREE)).get("folder")
        for each in outcomes
        if isinstance(each, Item)
    }
    parents = {own: found.source_id if found else None for own, found in seen.items()}
    assert parents == {
        "d3": None, "d2": "d3", "d1": "d2", "d0": "d1",
        "f3": "d3", "f2": "d2", "f1": "d1", "f0": "d0",
    }  # fmt: skip
    [rejected], _ = made(plan(TREE), root=[folder(120)])
    assert isinstance(rejected, Rejection)
    assert rejected.code == "too-deep"
