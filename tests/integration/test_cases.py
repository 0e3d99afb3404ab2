"""Data as real apps keep it, each with the plan that says so, and the rows that come of it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.chromium_store import write_profile
from tests.integration.command_line import CommandLine
from tests.recorded import APP

ONE, TWO = (
    UUID(int=0x550E8400E29B41D4A716446655440000),
    UUID(int=0x650E8400E29B41D4A716446655440000),
)


@dataclass(frozen=True)
class Case:
    name: str
    records: dict[str, Any]
    schema: str
    plan: str
    """Its entities."""
    rows: dict[str, list[tuple[Any, ...]]]
    """By query."""
    rejected: list[str] = field(default_factory=list)
    """Where they lay."""
    superseded: int = 0
    aside: dict[str, int] = field(default_factory=dict)
    """Records by the word for leaving them aside."""
    rest: set[tuple[str, str]] = field(default_factory=set)
    """Keys and paths that nothing takes."""


_TASKS = [{"id": str(ONE), "title": "a"}, {"id": str(TWO), "title": "b"}]
JSON_IN_JSON = Case(
    "json in json",  # shared_preferences of Flutter; JSON.stringify called twice
    {
        "flutter.tasks": [json.dumps(task) for task in _TASKS],
        "tasks": json.dumps(json.dumps(_TASKS[:1])),
        "persist": {"tasks": json.dumps(_TASKS[1:])},
    },
    "CREATE TABLE a (id uuid PRIMARY KEY, title text); CREATE TABLE b (LIKE a INCLUDING ALL);"
    "CREATE TABLE c (LIKE a INCLUDING ALL)",
    """
    [entities.a]
    table = "a"
    sources = [{ keys = ["flutter.tasks"], decode = ["json-members"] }]
    columns.title = { from = "title" }
    [entities.b]
    table = "b"
    sources = [{ keys = ["tasks"], decode = ["json"] }]
    columns.title = { from = "title" }
    [entities.c]
    table = "c"
    sources = [{ keys = ["persist"], decode = ["json-members"], items = "tasks" }]
    columns.title = { from = "title" }
    """,
    {
        "SELECT id, title FROM a ORDER BY 1": [(ONE, "a"), (TWO, "b")],
        "SELECT id, title FROM b": [(ONE, "a")],
        "SELECT id, title FROM c": [(TWO, "b")],
    },
)

_DUE = [
    ("2024-05-02T10:00", "2024-05-02 08:00:00"),  # of <input type=datetime-local>
    ("2024-05-02T10:00Z", "2024-05-02 10:00:00"),
    ("2024-05-02", "2024-05-01 22:00:00"),  # of <input type=date>
    ("", None),
    ("2024-05-02T10:00:00+0200", "2024-05-02 08:00:00"),
    ("2024-05-02 10:00:00", "2024-05-02 08:00:00"),
    (None, None),
]
_DAYS = [
    ("2024-05-01T22:00:00.000Z", "2024-05-02"),
    ("", None),
    (1714600800000, "2024-05-02"),
    ("2024-05-02", "2024-05-02"),
]
DATES = Case(
    "dates of forms",
    {
        "due": [{"n": number, "at": value} for number, (value, _) in enumerate(_DUE)],
        "days": [{"n": number, "at": value} for number, (value, _) in enumerate(_DAYS)],
    },
    "CREATE TABLE due (id text PRIMARY KEY, n int, at timestamptz);"
    "CREATE TABLE days (id text PRIMARY KEY, n int, at date)",
    """
    [entities.due]
    table = "due"
    id.from = "n"
    sources = [{ keys = ["due"] }]
    columns.n = { from = "n" }
    columns.at = { from = "at", zone = "Europe/Berlin" }
    [entities.days]
    table = "days"
    id.from = "n"
    sources = [{ keys = ["days"] }]
    columns.n = { from = "n" }
    columns.at = { from = "at", zone = "Europe/Berlin", numbers = "milliseconds" }
    """,
    {
        "SELECT (at AT TIME ZONE 'UTC')::text FROM due ORDER BY n": [(text,) for _, text in _DUE],
        "SELECT at::text FROM days ORDER BY n": [(text,) for _, text in _DAYS],
    },
)

SHAPES = Case(
    "shapes",
    {
        f"todos-backbone-{ONE}": {"title": "a", "order": 1, "completed": False, "id": str(ONE)},
        f"todos-backbone-{TWO}": {"title": "b", "order": 2, "completed": True, "id": str(TWO)},
        "checked-items": {"two-sum": True, "3sum": False},
        "habits": {"2024-05-01": {"run": True}},
        "pairs": [["k1", "one", 1], ["k2", "two", 2]],
        "ls.notes": [{"id": "n1", "title": "x"}],
        "CapacitorStorage.notes": [{"id": "n2", "title": "y"}],
        "savings": '{"Bank A":1234.5,"Bank B":0.1,"Bank C":1e2,"Bank D":-0}',
        "DS": {"note": {"records": {"n3": {"id": "n3", "title": "ember"}}}},
    },
    """
    CREATE TABLE todos (id uuid PRIMARY KEY, title text, pos int, done boolean);
    CREATE TABLE checked (id uuid PRIMARY KEY, slug text, done boolean);
    CREATE TABLE habits (id uuid PRIMARY KEY, day date, done jsonb);
    CREATE TABLE pairs (id uuid PRIMARY KEY, label text, n int);
    CREATE TABLE notes (id text PRIMARY KEY, title text);
    CREATE TABLE savings (id uuid PRIMARY KEY, account text, amount numeric(12,2));
    """,
    """
    [entities.todos]
    table = "todos"
    sources = [{ keys = ["todos-backbone-*"], shape = "single" }]
    columns = { title.from = "title", pos.from = "order", done.from = "completed" }
    [entities.checked]
    table = "checked"
    id.from = "$name"
    sources = [{ keys = ["checked-items"], shape = "map" }]
    columns = { slug.from = "$name", done.from = "@" }
    [entities.habits]
    table = "habits"
    id.from = "$name"
    sources = [{ keys = ["habits"], shape = "map" }]
    columns = { day.from = "$name", done.from = "@" }
    [entities.pairs]
    table = "pairs"
    id.from = "k"
    sources = [{ keys = ["pairs"], items = "[*].{k: [0], label: [1], n: [2]}" }]
    columns = { label.from = "label", n.from = "n" }
    [entities.notes]
    table = "notes"
    id.strategy = "keep"
    sources = [
      { keys = ["ls.notes", "CapacitorStorage.notes"] },
      { keys = ["DS"], items = "note.records", shape = "map" },
    ]
    columns.title.from = "title"
    [entities.savings]
    table = "savings"
    id.from = "$name"
    sources = [{ keys = ["savings"], shape = "map" }]
    columns = { account.from = "$name", amount.from = "@" }
    """,
    {
        "SELECT * FROM todos ORDER BY pos": [(ONE, "a", 1, False), (TWO, "b", 2, True)],
        "SELECT slug, done FROM checked ORDER BY 1": [("3sum", False), ("two-sum", True)],
        "SELECT day::text, done FROM habits": [("2024-05-01", {"run": True})],
        "SELECT label, n FROM pairs ORDER BY n": [("one", 1), ("two", 2)],
        "SELECT * FROM notes ORDER BY id": [("n1", "x"), ("n2", "y"), ("n3", "ember")],
        "SELECT account, amount::text FROM savings ORDER BY 1": [
            ("Bank A", "1234.50"), ("Bank B", "0.10"), ("Bank C", "100.00"), ("Bank D", "0.00")
        ],
    },
)  # fmt: skip

_COLUMNS: dict[str, tuple[str, Any, str]] = {
    "tags": ("text[]", ["a", "b,c", 'd"e', "f\\g", None], '{a,"b,c","d\\"e","f\\\\g",NULL}'),
    "grid": ("int[]", [[1, 2], [3, 4]], "{{1,2},{3,4}}"),
    "at_time": ("time", "09:30", "09:30:00"),
    "at_zone": ("timetz", "09:30+02", "09:30:00+02"),
    "dur": ("interval", "PT1H30M", "01:30:00"),
    "ip": ("inet", "10.0.0.1", "10.0.0.1/32"),
    "img": ("bytea", "aGVsbG8=", "\\x68656c6c6f"),
    "price": ("money", 12.5, "$12.50"),
    "moods": ("mood[]", ["happy", "sad"], "{happy,sad}"),
    "map": ("hstore", {"a": "b"}, '"a"=>"b"'),
    "pt": ("point", [1, 2], "(1,2)"),
    "bits": ("bit(3)", "101", "101"),
    "tree": ("ltree", "a.b.c", "a.b.c"),
    "short": ("varchar(3)[]", ["abc"], "{abc}"),
    "js": ("jsonb[]", [{"a": 1}], '{"{\\"a\\": 1}"}'),
    "days": ("daterange", "[2024-01-01,2024-02-01)", "[2024-01-01,2024-02-01)"),
    "mail": ("email", "a@b.c", "a@b.c"),
    "doc": ("json", {"b": [1.50]}, '{"b": [1.5]}'),
    "made": ("timestamp", "2024-01-01T10:00:00+02:00", "2024-01-01 08:00:00"),
}
_FILLED = {"id": str(ONE), "n": 0} | {name: value for name, (_, value, _) in _COLUMNS.items()}
_UNREADABLE = {"dur": "soon", "ip": "10.0.0.300", "bits": "1010", "short": ["abcd"], "mail": "none"}
TYPES = Case(
    "any type",
    {
        "all": [
            _FILLED,
            *({"id": f"x{name}", "n": 1, name: value} for name, value in _UNREADABLE.items()),
            {"id": str(TWO), "n": 2, "tags": []},
        ]
    },
    "CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE TYPE mood AS ENUM ('happy', 'sad');"
    "CREATE DOMAIN email AS text CHECK (value ~ '@'); SET lc_monetary = 'C';"
    "CREATE TABLE everything (id uuid PRIMARY KEY, n int, "
    + ", ".join(f"{name} {kind}" for name, (kind, _, _) in _COLUMNS.items())
    + ")",
    """
    [entities.all]
    table = "everything"
    sources = [{ keys = ["all"] }]
    columns.n = { from = "n" }
    """
    + "\n".join(f'columns.{name} = {{ from = "{name}" }}' for name in _COLUMNS),
    {
        f"SELECT {', '.join(f'{name}::text' for name in _COLUMNS)} FROM everything WHERE n = 0": [
            tuple(text for _, _, text in _COLUMNS.values())
        ],
        "SELECT tags FROM everything WHERE n = 2": [([],)],
        "SELECT count(*) FROM everything": [(2,)],
    },
    rejected=[str(1 + place) for place in range(len(_UNREADABLE))],
)

_NOTES = [{"id": f"note {n}", "title": "t", "slug": f"s{n}", "project": str(ONE)} for n in range(8)]
DEFERRED = Case(
    "checked at the commit",  # as Django makes each foreign key
    {
        "notes": [
            *_NOTES,
            {"id": "no project", "slug": "s90", "project": str(TWO)},
            {"id": "twin", "title": "differs", "slug": "s3", "project": str(ONE)},
        ]
    },
    f"""
    CREATE TABLE projects (id uuid PRIMARY KEY); INSERT INTO projects VALUES ('{ONE}');
    CREATE TABLE notes (
      id text PRIMARY KEY, title text, slug text UNIQUE DEFERRABLE INITIALLY DEFERRED,
      project_id uuid REFERENCES projects DEFERRABLE INITIALLY DEFERRED)
    """,
    """
    [entities.notes]
    table = "notes"
    id.strategy = "keep"
    sources = [{ keys = ["notes"] }]
    columns = { title.from = "title", slug.from = "slug", project_id.from = "project" }
    """,
    {"SELECT id FROM notes ORDER BY 1": [(note["id"],) for note in _NOTES]},
    rejected=["8", "9"],  # no plan says that the slug identifies
)


_PAST, _FUTURE = "1700000000000", "9999999999999"
EXPIRED = Case(
    "what other records say",  # lscache, store.js with its expire plugin, by hand, Backbone
    {
        "lscache-a": {"n": 1},
        "lscache-a-cacheexpiration": "166666666",  # minutes
        "lscache-b": {"n": 2},
        "lscache-b-cacheexpiration": "28333333",
        "lscache-c": {"n": 3},
        "s1": {"n": 1},
        "__storejs_expire_mixin_s1": _FUTURE,
        "s2": {"n": 2},
        "__storejs_expire_mixin_s2": _PAST,
        "__storejs_ns_s3": {"n": 3},
        "__storejs___storejs_ns_expire_mixin_s3": _PAST,
        "draft1": {"n": 1},
        "draft1_expiry": _FUTURE,
        "draft2": {"n": 2},
        "draft2ExpiresAt": _PAST,
        "todos": "1",
        "todos-1": {"n": 1},
    },
    "".join(f"CREATE TABLE {name} (id text PRIMARY KEY, n int);" for name in "abcd"),
    """
    [entities.a]
    table = "a"
    id.from = "$name"
    sources = [{ keys = ["lscache-*"], decode = ["lscache"], shape = "single" }]
    columns.n = { from = "n" }
    [entities.b]
    table = "b"
    id.from = "$key"
    sources = [{ keys = ["s*", "__storejs_*"], decode = ["storejs"], shape = "single" }]
    columns.n = { from = "n" }
    [entities.c]
    table = "c"
    id.from = "$name"
    columns.n = { from = "n" }
    [[entities.c.sources]]
    keys = ["draft*"]
    decode = ["expiring-beside"]
    shape = "single"
    [[entities.c.sources]] # takes nothing that has expired either
    keys = ["draft*"]
    shape = "single"
    [entities.d]
    table = "d"
    id.from = "$key"
    sources = [{ keys = ["todos*"], decode = ["backbone"], shape = "single" }]
    columns.n = { from = "n" }
    """,
    {
        "SELECT n FROM a ORDER BY 1": [(1,), (3,)],
        "SELECT n FROM b": [(1,)],
        "SELECT n FROM c": [(1,)],
        "SELECT n FROM d": [(1,)],
    },
    aside={"expired": 4, "metadata": 7, "index": 1},
)


COMBINED = Case(
    "many records, one row",  # preferences with a key each
    {
        "pref.theme": "dark",
        "pref.size": 14,
        "pref.tips": json.dumps({"off": [1, 2]}),
        "pref.empty": "",
        "user:name": json.dumps({"v": "Ada"}),
        "user:mail": json.dumps({"v": "a@b.c", "seen": 1}),
    },
    "CREATE TABLE prefs (id uuid PRIMARY KEY, theme text, size int, more jsonb);"
    "CREATE TABLE people (id text PRIMARY KEY, name text, mail text)",
    """
    [entities.prefs]
    table = "prefs"
    id.from = "$key"
    sources = [{ keys = ["pref.*"], decode = ["any"], shape = "combined" }]
    columns = { theme.from = "theme", size.from = "size", more.rest = true }
    [entities.people]
    table = "people"
    id = { from = "$key", strategy = "keep" }
    sources = [{ keys = ["user:name", "user:mail"], items = "v", shape = "combined" }]
    columns = { name.from = '"user:name"', mail.from = '"user:mail"' }
    """,
    {
        "SELECT theme, size, more FROM prefs": [("dark", 14, {"tips": {"off": [1, 2]}})],
        "TABLE people": [("user:name", "Ada", "a@b.c")],
    },
    aside={"empty": 1},
    rest={("user:mail", "seen")},
)


@pytest.mark.parametrize(
    "case",
    [JSON_IN_JSON, DATES, SHAPES, TYPES, DEFERRED, EXPIRED, COMBINED],
    ids=lambda case: case.name,
)
def test_what_an_app_keeps_lies_in_its_tables(
    case: Case,
    desktop_migrator: CommandLine,
    database: str,
    sql: psycopg.Connection[Any],
    tmp_path: Path,
) -> None:
    profile = write_profile(tmp_path / "profile", {APP: case.records})
    plan = tmp_path / "plan.toml"
    plan.write_text(
        f'version = 1\nname = "case"\n[on_failure]\nrollback_threshold = 1\n{case.plan}'
    )
    sql.execute(case.schema.encode())

    def migrate() -> dict[str, Any]:
        ended = desktop_migrator(
            *("--plan", plan, "migrate", "--json", "--source", profile, "--origin", APP),
            *("--database", database, "--user-id", "u1", "--no-backup", "--continue-on-error"),
        )
        assert ended.exit_code == (3 if case.rejected or case.superseded else 0), ended.err
        assert ended.last["counts"]["superseded"] == case.superseded
        rejected = [each["position"] for each in ended.events if each["event"] == "rejected"]
        assert sorted(rejected) == case.rejected
        return ended.last

    first = migrate()
    assert first["left_aside"] == case.aside
    assert {(each["key"], each["path"]) for each in first["rest"]} == case.rest
    for query, rows in case.rows.items():
        assert sql.execute(query.encode()).fetchall() == rows
    again = migrate()
    assert again["counts"]["inserted"] == again["counts"]["updated"] == 0
    assert again["counts"]["unchanged"] == first["counts"]["inserted"]
