"""Conflicts from the command line: asked in a terminal, answered in a file, left to wait."""

import json
import os
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration.command_line import CommandLine
from tests.integration.conftest import fetch
from tests.integration.terminal import Terminal
from tests.integration.webkit_store import store_of

KEYS = "nothing is written"
"""The last line before a key is waited for."""
TIME = "2026-01-01T10:00:00.000Z"


def environment(number: int, **config: object) -> dict[str, object]:
    return {
        "id": f"0190a1b2-c3d4-7e5f-8a6b-{number:012}",
        "name": f"Environment {number}",
        "config": config,
        "createdAt": TIME,
        "updatedAt": TIME,
    }


IN_BROWSER = {"environments": [environment(number, url="new", port=number) for number in (1, 2, 3)]}
AS_ROWS = [(f"Environment {number}", {"url": "old", "debug": True}) for number in (1, 2, 3)]


@pytest.fixture
def words(
    desktop_migrator: CommandLine, tmp_path: Path, database: str, sql: psycopg.Connection[Any]
) -> list[object]:
    """A migrate whose three environments have been changed in the database since."""
    migrate: list[object] = ["migrate", "--source", store_of(tmp_path, IN_BROWSER)]
    migrate += ["--database", database, "--user-id", "u1", "--create-tables"]
    assert desktop_migrator(*migrate).exit_code == 0
    sql.execute("""UPDATE environments SET config = '{"url": "old", "debug": true}'""")
    return migrate


def rows(sql: psycopg.Connection[Any]) -> list[Any]:
    return fetch(sql, "SELECT name, config FROM environments ORDER BY name")


def everything(sql: psycopg.Connection[Any]) -> list[Any]:
    counts = "SELECT (SELECT count(*) FROM desktop_migrator.runs)"
    return [
        *fetch(sql, "SELECT xmin::text, e::text FROM environments e ORDER BY 2"),
        *fetch(sql, counts),
    ]


def interactive(desktop_migrator: CommandLine, words: list[object], *more: object) -> Terminal:
    return Terminal(
        desktop_migrator.command(*words, "--no-backup", "--conflict", "interactive", *more)
    )


def test_each_conflict_is_shown_side_by_side_and_answered_by_a_key(
    desktop_migrator: CommandLine, words: list[object], sql: psycopg.Connection[Any]
) -> None:
    with interactive(desktop_migrator, words) as terminal:
        terminal.press("k", after=KEYS)
        terminal.press("r", after=KEYS)
        terminal.press("m", after=KEYS)
        assert terminal.exit_code() == 0, terminal.text
    assert "Conflict 1 of 3" in terminal.text
    assert '{"debug":true,"url":"old"}' in terminal.text
    assert '{"port":1,"url":"new"}' in terminal.text
    assert rows(sql) == [
        ("Environment 1", {"url": "old", "debug": True}),
        ("Environment 2", {"url": "new", "port": 2}),
        ("Environment 3", {"url": "old", "debug": True, "port": 3}),
    ]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("R", ["new", "new", "new"]),
        ("kR", ["old", "new", "new"]),
        ("2", ["new", "new", "new"]),
        ("xyr1", ["new", "old", "old"]),
    ],
)
def test_an_answer_can_hold_for_all_like_it_and_for_all(
    desktop_migrator: CommandLine,
    words: list[object],
    sql: psycopg.Connection[Any],
    keys: str,
    expected: list[str],
) -> None:
    with interactive(desktop_migrator, words) as terminal:
        for before, key in zip(f" {keys}", keys, strict=False):
            terminal.press(key, after="no such key" if before in "xy" else KEYS)
        assert terminal.exit_code() == 0, terminal.text
    assert [config["url"] for _, config in rows(sql)] == expected


def test_all_like_this_means_the_same_kind_with_the_same_fields(
    desktop_migrator: CommandLine, words: list[object], sql: psycopg.Connection[Any]
) -> None:
    sql.execute("UPDATE environments SET is_active = true WHERE name = 'Environment 2'")
    with interactive(desktop_migrator, words) as terminal:
        terminal.press("R", after="all 2 that differ in the same fields")
        terminal.press("k", after=KEYS)
        assert terminal.exit_code() == 0, terminal.text
    assert [config["url"] for _, config in rows(sql)] == ["new", "old", "new"]


@pytest.mark.parametrize("key", ["q", "\x03", "\x04"])
def test_stopping_at_a_question_writes_nothing(
    desktop_migrator: CommandLine,
    words: list[object],
    sql: psycopg.Connection[Any],
    tmp_path: Path,
    key: str,
) -> None:
    before = everything(sql)
    decisions = tmp_path / "decisions.json"
    with interactive(desktop_migrator, words, "--decisions", decisions) as terminal:
        terminal.press("r", after=KEYS)
        terminal.press(key, after=KEYS)
        assert terminal.exit_code() == 130, terminal.text
    assert everything(sql) == before
    answers = [each["answer"] for each in json.loads(decisions.read_text())["decisions"]]
    assert answers == ["replace", None, None]


@pytest.mark.parametrize("mode", [["--json"], ["--yes"], []])
def test_conflicts_wait_where_nobody_can_be_asked(
    desktop_migrator: CommandLine,
    words: list[object],
    sql: psycopg.Connection[Any],
    mode: list[str],
) -> None:
    before = everything(sql)
    ended = desktop_migrator(*words, "--conflict", "interactive", *mode)
    assert ended.exit_code == 4
    assert everything(sql) == before
    assert "DM-511" in ended.err
    if mode == ["--json"]:
        waiting = [event for event in ended.events if event["event"] == "conflict"]
        assert [event["entity"] for event in waiting] == ["environments"] * 3
        assert waiting[0]["fields"] == [
            {
                "name": "config",
                "row": '{"debug":true,"url":"old"}',
                "item": '{"port":1,"url":"new"}',
            }
        ]
        assert ended.last["counts"]["conflicts"] == 3
        assert ended.last["counts"]["inserted"] == ended.last["counts"]["updated"] == 0


def test_the_desk_fills_in_the_decisions_file_and_the_run_is_repeated_without_asking(
    desktop_migrator: CommandLine,
    words: list[object],
    sql: psycopg.Connection[Any],
    tmp_path: Path,
) -> None:
    decisions = tmp_path / "decisions.json"
    words = ["--json", *words, "--conflict", "interactive", "--decisions", decisions]
    assert desktop_migrator(*words).exit_code == 4
    assert "old" not in decisions.read_text()
    assert decisions.stat().st_mode & 0o077 == 0
    content = json.loads(decisions.read_text())
    for each, answer in zip(content["decisions"], ["keep", "replace", "merge"], strict=True):
        assert each["answer"] is None
        assert each["fields"] == ["config"]
        each["answer"] = answer
    decisions.write_text(json.dumps(content))
    done = desktop_migrator(*words)
    assert done.exit_code == 0, done.err
    assert done.last["counts"]["updated"] == 2
    assert done.last["counts"]["conflicts"] == 3
    expected = [
        ("Environment 1", {"url": "old", "debug": True}),
        ("Environment 2", {"url": "new", "port": 2}),
        ("Environment 3", {"url": "old", "debug": True, "port": 3}),
    ]
    assert rows(sql) == expected
    again = desktop_migrator(*words)
    assert again.exit_code == 0, again.err
    assert again.last["counts"]["updated"] == 0
    assert rows(sql) == expected


def test_an_answer_does_not_count_for_a_row_changed_since(
    desktop_migrator: CommandLine,
    words: list[object],
    sql: psycopg.Connection[Any],
    tmp_path: Path,
) -> None:
    decisions = tmp_path / "decisions.json"
    words = ["--json", *words, "--conflict", "interactive", "--decisions", decisions]
    assert desktop_migrator(*words).exit_code == 4
    decisions.write_text(decisions.read_text().replace("null\n", '"replace"\n'))
    sql.execute("""UPDATE environments SET config = '{"url": "newer"}' WHERE name LIKE '% 2'""")
    ended = desktop_migrator(*words)
    assert ended.exit_code == 4
    [waiting] = [event for event in ended.events if event["event"] == "conflict"]
    assert waiting["fields"][0]["row"] == '{"url":"newer"}'
    assert [config["url"] for _, config in rows(sql)] == ["old", "newer", "old"]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"version": 2}', '{"version": 1, "decisions": [{}]}', '{"version":1,"x":1}'],
)
def test_a_decisions_file_that_is_not_understood_is_refused(
    desktop_migrator: CommandLine, words: list[object], tmp_path: Path, content: str
) -> None:
    decisions = tmp_path / "decisions.json"
    decisions.write_text(content)
    ended = desktop_migrator(*words, "--conflict", "interactive", "--decisions", decisions)
    assert ended.exit_code == 2
    assert "DM-513" in ended.err
    assert decisions.read_text() == content


def test_merge_asks_only_about_the_kinds_that_the_plan_says(
    desktop_migrator: CommandLine,
    tmp_path: Path,
    database: str,
    sql: psycopg.Connection[Any],
) -> None:
    task = {"id": "t", "title": "Title", "createdAt": TIME, "updatedAt": "2026-02-01T00:00:00.000Z"}
    values = {**IN_BROWSER, "tasks": [task], "formData": {"f": {"a": 1}}}
    migrate: list[object] = ["migrate", "--json", "--source", store_of(tmp_path, values)]
    migrate += ["--database", database, "--user-id", "u1", "--create-tables"]
    assert desktop_migrator(*migrate).exit_code == 0
    sql.execute("UPDATE tasks SET title = 'Older', updated_at = '2026-01-31'")
    sql.execute("UPDATE form_data SET data = '{}'")
    done = desktop_migrator(*migrate, "--conflict", "merge")
    assert done.exit_code == 0, done.err
    assert done.last["counts"]["updated"] == 2
    sql.execute("UPDATE environments SET config = '{}' WHERE name LIKE '% 1'")
    waiting = desktop_migrator(*migrate, "--conflict", "merge")
    assert waiting.exit_code == 4
    assert fetch(sql, "SELECT title FROM tasks") == [("Title",)]


# ---- two browsers --------------------------------------------------------------------------------


def two_browsers(folder: Path, older: dict[str, Any], newer: dict[str, Any]) -> list[object]:
    """Options for both stores, of which one was written an hour before the other."""
    words: list[object] = []
    for number, values in enumerate((older, newer), 1):
        home = folder / f"browser {number}"
        home.mkdir()
        store = store_of(home, values)
        os.utime(store, (1_700_000_000 + 3600 * number,) * 2)
        words += ["--source", store]
    return words


@pytest.mark.parametrize("more", [[], ["--continue-on-error"]])
@pytest.mark.parametrize("policy", ["skip", "overwrite", "merge"])
def test_an_item_in_two_browsers_is_deduplicated_by_its_kinds_rule_before_it_is_loaded(
    desktop_migrator: CommandLine,
    tmp_path: Path,
    database: str,
    sql: psycopg.Connection[Any],
    policy: str,
    more: list[str],
) -> None:
    task = {
        "id": "t",
        "title": "Changed last",
        "createdAt": TIME,
        "updatedAt": "2026-02-02T00:00:00Z",
    }
    stale = task | {"title": "Stale", "updatedAt": "2026-02-01T00:00:00Z"}
    written_first = {
        "tasks": [task],
        "formData": {"f": {"a": "first"}},
        "userPreferences": {"theme": "dark", "panes": ["a"]},
        "environments": [environment(1, url="first")],
    }
    same_name = environment(1, url="last") | {"id": "0190a1b2-c3d4-7e5f-8a6b-000000000009"}
    written_last = {
        "tasks": [stale],
        "formData": {"f": {"a": "last"}},
        "userPreferences": {"theme": "light", "panes": ["b"], "zoom": 2},
        "environments": [same_name],
    }
    words: list[object] = ["migrate", "--json", "--database", database, "--user-id", "u1"]
    words += two_browsers(tmp_path, written_first, written_last)
    words += ["--create-tables", "--conflict", policy, *more]
    done = desktop_migrator(*words)
    assert done.exit_code == 3, done.err
    assert fetch(sql, "SELECT title FROM tasks") == [("Changed last",)]
    assert fetch(sql, "SELECT data FROM form_data") == [({"a": "last"},)]
    assert fetch(sql, "SELECT preferences FROM user_preferences") == [
        ({"theme": "light", "panes": ["b", "a"], "zoom": 2},)
    ]
    assert fetch(sql, "SELECT config FROM environments") == [({"url": "last"},)]
    counts = done.last["counts"]
    assert (counts["items"], counts["inserted"], counts["superseded"]) == (8, 4, 4)
    assert counts["conflicts"] == 0
    again = desktop_migrator(*words)
    assert again.exit_code == 3, again.err
    assert again.last["counts"]["unchanged"] == 4
    assert again.last["counts"]["inserted"] == again.last["counts"]["updated"] == 0


# ---- two versions of an item, of which the person says which counts -----------------------------

VERSIONS = [
    {"environments": [environment(1, url=name), environment(2, url=name, **{name: True})]}
    for name in ("first", "last")
]


@pytest.fixture
def versions(tmp_path: Path, database: str) -> list[object]:
    """A migrate of two browsers that have two environments each in a version of its own."""
    words: list[object] = ["migrate", *two_browsers(tmp_path, *VERSIONS), "--create-tables"]
    return [*words, "--database", database, "--user-id", "u1"]


def test_which_browsers_version_counts_is_asked_before_anything_is_written(
    desktop_migrator: CommandLine,
    versions: list[object],
    sql: psycopg.Connection[Any],
    tmp_path: Path,
) -> None:
    decisions = tmp_path / "decisions.json"
    with interactive(desktop_migrator, versions, "--decisions", decisions) as terminal:
        terminal.press("r", after=KEYS)
        assert fetch(sql, "SELECT to_regclass('environments')") == [(None,)]
        terminal.press("m", after=KEYS)
        assert terminal.exit_code() == 3, terminal.text
    assert "Conflict 2 of 2" in terminal.text
    assert "environments, two versions of 0190a1b2-c3d4-7e5f-8a6b-000000000001" in terminal.text
    assert "browser 1" in terminal.text
    expected = [
        ("Environment 1", {"url": "first"}),
        ("Environment 2", {"url": "last", "first": True, "last": True}),
    ]
    assert rows(sql) == expected
    kept = json.loads(decisions.read_text())["decisions"]
    assert [each["answer"] for each in kept] == ["replace", "merge"]
    assert "first" not in decisions.read_text()
    # Where the other browser has written since, its version is the first; the answers hold.
    [store] = (tmp_path / "browser 1").iterdir()
    os.utime(store, (1_900_000_000,) * 2)
    sql.execute("DROP TABLE environments; DROP SCHEMA desktop_migrator CASCADE")
    again = desktop_migrator(
        *versions, "--json", "--conflict", "interactive", "--decisions", decisions
    )
    assert again.exit_code == 3, again.err
    assert not [event for event in again.events if event["event"] == "conflict"]
    assert rows(sql) == expected


@pytest.mark.parametrize("policy", ["interactive", "merge"])
def test_versions_do_not_stop_a_run_where_nobody_can_be_asked(
    desktop_migrator: CommandLine,
    versions: list[object],
    sql: psycopg.Connection[Any],
    tmp_path: Path,
    policy: str,
) -> None:
    decisions = tmp_path / "decisions.json"
    words = [*versions, "--json", "--conflict", policy, "--decisions", decisions]
    done = desktop_migrator(*words)
    assert done.exit_code == 3, done.err
    waiting = [event for event in done.events if event["event"] == "conflict"]
    assert [event["row_source"]["key"] for event in waiting] == ["environments"] * 2
    assert waiting[0]["fields"] == [
        {"name": "config", "row": '{"url":"last"}', "item": '{"url":"first"}'}
    ]
    assert len([event for event in done.events if event["event"] == "superseded"]) == 2
    assert done.last["counts"]["superseded"] == 2
    assert [config["url"] for _, config in rows(sql)] == ["last", "last"]
    content = json.loads(decisions.read_text())
    assert [each["answer"] for each in content["decisions"]] == [None, None]
    # Filled in, they count: then the other version meets the row.
    decisions.write_text(decisions.read_text().replace("null\n", '"replace"\n'))
    again = desktop_migrator(*words)
    assert again.exit_code == 4, again.err
    [one, other] = [event for event in again.events if event["event"] == "conflict"]
    assert one["row_source"] is other["row_source"] is None
    assert one["fields"][0]["item"] == '{"url":"first"}'


def test_stopping_at_the_question_which_version_counts_writes_nothing(
    desktop_migrator: CommandLine, versions: list[object], sql: psycopg.Connection[Any]
) -> None:
    with interactive(desktop_migrator, versions) as terminal:
        terminal.press("k", after=KEYS)
        terminal.press("q", after=KEYS)
        assert terminal.exit_code() == 130, terminal.text
    assert fetch(sql, "SELECT to_regclass('environments')") == [(None,)]


def test_the_version_that_counts_is_then_held_against_the_row(
    desktop_migrator: CommandLine,
    versions: list[object],
    sql: psycopg.Connection[Any],
) -> None:
    assert desktop_migrator(*versions, "--no-backup").exit_code == 3
    with interactive(desktop_migrator, versions) as terminal:
        terminal.press("2", after="left one, the right one or both, for all 2")
        terminal.press("k", after="Conflict 1 of 2\nenvironments, row")
        terminal.press("r", after=KEYS)
        assert terminal.exit_code() == 3, terminal.text
    assert rows(sql) == [
        ("Environment 1", {"url": "last"}),
        ("Environment 2", {"url": "first", "first": True}),
    ]


def test_an_item_whose_id_another_person_has_gets_a_new_one_and_that_is_told(
    desktop_migrator: CommandLine, words: list[object], sql: psycopg.Connection[Any]
) -> None:
    sql.execute("UPDATE environments SET user_id = 'somebody' WHERE name = 'Environment 1'")
    ended = desktop_migrator(*words, "--no-backup", "--json")
    assert ended.exit_code == 0, ended.err
    assert ended.last["counts"]["inserted"] == 1
    assert [event["text"] for event in ended.events if event["event"] == "warning"] == [
        "Items with ids that rows of other people have got new ones: 1."
    ]
    assert fetch(sql, "SELECT count(DISTINCT id), count(*) FROM environments") == [(4, 4)]
    again = desktop_migrator(*words, "--json").last["counts"]
    assert again["inserted"] == 0
    assert again["unchanged"] == 1
