"""Plans are data from elsewhere: read strictly, and refused in words that name the place."""

import json
from pathlib import Path

import pytest

from desktop_migrator.errors import PlanError
from desktop_migrator.plan.schema import MAX_PLAN_BYTES, Plan, json_schema, load_plan
from tests.unit.plan.helpers import DEFAULT

PUBLISHED = Path(__file__).parents[3] / "docs" / "plan.schema.json"
GOOD = """
version = 1
name = "mine"
[user]
lookup = { table = "users", match = "email", id = "id" }
[entities.tasks]
table = "app.tasks"
[[entities.tasks.sources]]
keys = ["tasks"]
[entities.tasks.columns]
title = { from = "title", type = "varchar(10)" }
"""


def loaded(tmp_path: Path, text: str | bytes) -> Plan:
    path = tmp_path / "plan.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_plan(path)


def test_the_published_json_schema_is_current() -> None:
    assert json.loads(PUBLISHED.read_text()) == json_schema(), (
        "write json_schema() to docs/plan.schema.json anew"
    )


@pytest.mark.parametrize(
    ("count", "language", "word"),
    [
        (1, "en", "task"),
        (2, "en", "tasks"),
        (0, "en", "tasks"),
        (1, "de", "Aufgabe"),
        (7, "de", "Aufgaben"),
    ],
)
def test_items_are_counted_in_the_plans_words(count: int, language: str, word: str) -> None:
    assert DEFAULT.counted("tasks", count, language) == word


def test_without_words_for_counting_the_label_stands_for_them(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD).counted("tasks", 2, "en") == "tasks"
    labelled = GOOD.replace('table = "app.tasks"', 'table = "app.tasks"\nlabel = "To do"')
    assert loaded(tmp_path, labelled).counted("tasks", 1, "en") == "To do"


def test_the_default_plan_has_the_agreed_entities_and_tables() -> None:
    assert {name: entity.table for name, entity in DEFAULT.entities.items()} == {
        "tasks": "tasks",
        "environments": "environments",
        "formData": "form_data",
        "userPreferences": "user_preferences",
        "customData": "custom_data",
    }


def test_a_plan_names_how_people_are_looked_up(tmp_path: Path) -> None:
    user = loaded(tmp_path, GOOD).user
    assert user is not None
    assert user.lookup.match == "email"


def test_the_digest_is_of_what_a_plan_says_and_not_of_how(tmp_path: Path) -> None:
    digest = loaded(tmp_path, GOOD).digest
    assert len(digest) == 64
    assert loaded(tmp_path, "# a comment\n" + GOOD.replace(" = ", "=")).digest == digest
    assert loaded(tmp_path, GOOD.replace("varchar(10)", "text")).digest != digest


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version = 1", "version = 2", ["version"]),
        ("version = 1", "", ["version", "required"]),
        ('name = "mine"', 'name = "mine"\nnmae = "x"', ["nmae"]),
        ('name = "mine"', "name = 5", ["name", "string"]),
        ("[user]", "[user", ["TOML", "line"]),
        ('keys = ["tasks"]', "keys = []", ["entities.tasks.sources.0.keys"]),
        ('keys = ["tasks"]', 'keys = ["tasks"]\nunwrap = "redux"', ["decode", "redux", "zustand"]),
        ('keys = ["tasks"]', 'keys = ["tasks"]\nitems = "a["', ["items", "JMESPath"]),
        ('keys = ["tasks"]', 'keys = ["tasks"]\nitems = "a[?nope(@)]"', ["items", "nope"]),
        ('keys = ["tasks"]', f'keys = ["tasks"]\nitems = "{"a." * 300}a"', ["items", "500"]),
        ('keys = ["tasks"]', f'keys = ["tasks"]\nitems = "{"(" * 400}"', ["items", "JMESPath"]),
        ('keys = ["tasks"]', f'keys = ["tasks"]\nitems = "{"!" * 499}a"', ["items", "deeply"]),
        ('from = "title"', 'from = "$nobody"', ["title.from", "$nobody", "$user"]),
        ('from = "title"', 'from = ["$user", "a"]', ["stands alone"]),
        ('from = "title", ', "", ["columns.title", "`from`"]),
        ('from = "title"', "rest = true, default = 5", ["`rest`"]),
        ('from = "title"', 'rest = true, from = "a.b"', ["`rest`", "plain fields"]),
        ("varchar(10)", "varchar(10, 2)", ["title.type", "numeric(p, s)"]),
        ("varchar(10)", "serial", ["title.type", "'serial'"]),
        ("varchar(10)", "text); drop table users", ["title.type"]),
        ('from = "title"', 'from = "title", zone = "Mars"', ["title.zone", "Mars"]),
        ('from = "title"', 'from = "title", zone = "../../etc/passwd"', ["title.zone"]),
        ('from = "title"', 'from = "title", default = nan', ["default"]),
        ('table = "app.tasks"', f'table = "app.{"t" * 64}"', ["entities.tasks.table", "63"]),
        ('table = "app.tasks"', 'table = "t\\u0000"', ["entities.tasks.table", "U+0000"]),
        ('from = "title"', f'from = "title" }}\n"{"ä" * 32}" = {{ from = "x"', ["columns", "63"]),
        ('from = "title"', 'from = "title", default = "\\u0000"', ["default", "U+0000"]),
        ("varchar(10)", "varchar(0)", ["title.type", "size"]),
        ("varchar(10)", "varchar(10485761)", ["title.type", "size"]),
        ("varchar(10)", "numeric(1001, 2)", ["title.type", "size"]),
        ('table = "app.tasks"', 'table = "a.b.c"', ["entities.tasks.table"]),
        ('table = "app.tasks"', 'table = "t"\ncreated = "made"', ["made", "columns"]),
        ('table = "app.tasks"', 'table = "t"\nid = { column = "title" }', ["under `id`"]),
    ],
)
def test_a_mistake_is_told_with_file_and_place(
    tmp_path: Path, old: str, new: str, words: list[str]
) -> None:
    assert old in GOOD
    with pytest.raises(PlanError) as refused:
        loaded(tmp_path, GOOD.replace(old, new))
    detail = refused.value.detail
    assert "plan.toml" in detail
    assert [word for word in words if word not in detail] == []
    assert "\n" not in detail


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"#" * (MAX_PLAN_BYTES + 1), "larger"),
        (b"a = " + b"[" * 10_000, "TOML|nested"),
    ],
)
def test_files_that_are_no_plans_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(PlanError, match=words):
        loaded(tmp_path, content)


def test_a_plan_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="No such file"):
        load_plan(tmp_path / "missing.toml")


def test_many_mistakes_are_told_in_few_words(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="and 7 more"):
        loaded(tmp_path, GOOD.replace('name = "mine"', "\n".join(f"x{n} = 1" for n in range(9))))
