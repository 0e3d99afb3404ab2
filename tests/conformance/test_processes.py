"""What one process makes of a plan's features, several do: the oracle is the run of one.

Each case is a plan whose items show one feature, in many records of two profiles. What is compared
are the rows, what is kept aside, the identities, the counts and what the person is told.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import plyvel
import psycopg
import pytest

from desktop_migrator.browsers.read import partitions
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.filters import Period
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.run.parallel import load_parallel
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, RunResult
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.plan.schema import load_plan
from tests.recording_reporter import RecordingReporter

KEY = FieldKey(bytes(range(32)))
RECORDS = 12
PLAN = """
version = 1
name = "many"
{top}
[entities.tasks]
table = "tasks"
id = {{ {id} }}
updated = "updated_at"
{entity}
[[entities.tasks.sources]]
keys = ["tasks-*"]
{source}
[entities.tasks.columns]
title = {{ from = "title", type = "varchar(60)" }}
updated_at = {{ from = "updatedAt", type = "timestamptz" }}
user_id = {{ from = "$user", type = "text" }}
metadata = {{ rest = true, type = "jsonb" }}
{columns}
{more}
"""
REMARKS = """
[entities.remarks]
table = "remarks"
id = { from = "$index", unique_in = "parent", type = "uuid" }
sources = [{ parent = "tasks", items = "remarks" }]
[entities.remarks.columns]
body = { from = "body", type = "text" }
task = { from = "$parent", type = "uuid", references = "tasks" }
"""


def task(number: int, **fields: Any) -> dict[str, Any]:
    made = {"id": f"00000000-0000-4000-8000-{number:012}", "title": f"Task {number}"}
    return made | {"updatedAt": f"2026-02-{1 + number % 28:02}T10:00:00.000Z"} | fields


@dataclass(frozen=True)
class Case:
    """A plan's parts, and what lies in the browsers."""

    top: str = ""
    id: str = 'from = "id", type = "uuid"'
    entity: str = ""
    source: str = ""
    columns: str = ""
    more: str = ""
    item: Callable[[int], Any] = task
    record: Callable[[list[Any]], Any] = list
    job: dict[str, Any] = field(default_factory=dict)
    alone: bool = False
    """Whether such a plan is one process's alone."""


CASES = {
    "plain": Case(),
    "encrypted, hashed, redacted, dropped": Case(
        entity='sensitive = { token = "encrypt", mail = "hash", pin = "redact", old = "drop" }',
        item=lambda n: task(n, token=f"t{n}", mail=f"m{n}@x", pin=n, old=n),
        job={"field_key": KEY},
    ),
    "sensitive column": Case(
        columns='secret = { from = "secret", type = "text", sensitive = "encrypt" }',
        item=lambda n: task(n, secret=f"s{n}"),
        job={"field_key": KEY},
    ),
    "no key, left out": Case(
        top='[sensitive]\nwithout_key = "leave-out"',
        entity='sensitive = { token = "encrypt" }',
        item=lambda n: task(n, token=f"t{n}"),
    ),
    "no key, rejected": Case(
        entity='sensitive = { token = "encrypt" }',
        item=lambda n: task(n, **({"token": "t"} if n % 3 else {})),
    ),
    "derived ids": Case(item=lambda n: task(n, id=f"task-{n}")),
    "ids of profiles": Case(
        id='from = "id", type = "uuid", unique_in = "profile"', item=lambda n: task(n, id=n)
    ),
    "kept ids": Case(
        id='from = "n", type = "bigint", strategy = "keep"', item=lambda n: task(n, n=n)
    ),
    "ids by content": Case(id='from = "@", type = "uuid"', item=lambda n: {"title": f"T{n}"}),
    "several id fields": Case(
        id='from = ["title", "part"], type = "text"', item=lambda n: task(n, part=n % 3)
    ),
    "a map": Case(
        id='from = "$name", type = "uuid"',
        source='shape = "map"',
        record=lambda items: {f"name {each['id']}": each for each in items},
    ),
    "pairs": Case(
        id='from = "$name", type = "uuid"',
        source='shape = "pairs"',
        record=lambda items: [[f"name {each['id']}", each] for each in items],
    ),
    "wrapped": Case(
        source='decode = ["zustand"]\nitems = "tasks"',
        record=lambda items: {"state": {"tasks": items}, "version": 0},
    ),
    "converted": Case(
        columns=(
            'state = { from = "state", type = "text", default = "new", values = { A = "a" } }\n'
            'at = { from = "at", type = "timestamp", numbers = "seconds", zone = "Europe/Berlin",'
            " round = true }\n"
            'rank = { from = "rank", type = "smallint", empty = "null" }'
        ),
        item=lambda n: task(
            n, state="A" if n % 5 else "B", at=[n, "2026-07-01T10:00:00", None][n % 3], rank=n * 200
        ),
    ),
    "unstorable text": Case(
        top='[text]\nunstorable = "escape"', item=lambda n: task(n, title=f"\0{n}\ud800")
    ),
    "unstorable text, rejected": Case(
        top='[text]\nunstorable = "reject"', item=lambda n: task(n, title="\0" if n % 2 else "x")
    ),
    "omitted, dropped": Case(entity='omit = ["old"]', item=lambda n: task(n, old=n, kept=n)),
    "too long": Case(item=lambda n: task(n, title="x" * (55 + n % 10))),
    "big integers": Case(item=lambda n: task(n, big=2**60 + n)),
    "a period": Case(
        job={"period": Period(datetime(2026, 2, 5, tzinfo=UTC), datetime(2026, 2, 20, tzinfo=UTC))}
    ),
    "the same item in both profiles": Case(item=lambda n: task(n % 150, title=f"Task {n}")),
    "the same and equal": Case(item=lambda n: task(n % 150)),
    "a unique key that identifies": Case(
        entity='unique = [["user_id", "title"]]\nidentity = [["user_id", "title"]]',
        item=lambda n: task(n, title=f"Title {n % 150}"),
        alone=True,
    ),
    "a unique key that does not": Case(entity='unique = [["user_id", "title"]]', alone=True),
    "references": Case(
        columns='parent = { from = "parent", type = "uuid", references = "tasks" }',
        item=lambda n: task(n, parent=task(n // 2)["id"] if n else None),
        alone=True,
    ),
    "items within items": Case(
        more=REMARKS, item=lambda n: task(n, remarks=[{"body": f"{n}"}]), alone=True
    ),
    "merged": Case(
        entity='conflict = "fields"',
        item=lambda n: task(n, **{f"f{n % 4}": n}),
        job={"policy": ConflictPolicy.MERGE},
    ),
}


def make_store(folder: Path, case: Case, first: int) -> Path:
    with plyvel.DB(str(folder), create_if_missing=True) as database:
        database.put(b"VERSION", b"1")
        for number in range(RECORDS):
            items = [case.item(first + number * 10 + each) for each in range(10)]
            text = json.dumps(case.record(items)).encode("latin-1")
            key = f"tasks-{first:03}-{number:03}".encode()
            database.put(b"_http://app.test\x00\x01" + key, b"\x01" + text)
    return folder


def content(database: str, run: str | None) -> dict[str, Any]:
    """What a run left behind."""
    with psycopg.connect(database, autocommit=True) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
        ]
        queries = {name: f"SELECT t::text FROM {name} t ORDER BY 1" for name in tables} | {
            "aside": "SELECT entity, code, key, position, reason, source_id, raw FROM"
            f" desktop_migrator.quarantine WHERE run = '{run}' ORDER BY 1, 2, 3, position, raw",
            "identities": "SELECT entity, origin, source_id, target_id, reason FROM"
            " desktop_migrator.identities ORDER BY 1, 2, 3",
            "escaped": "SELECT * FROM desktop_migrator.escaped_texts ORDER BY 1, 2",
        }
        return {
            name: connection.execute(query.encode()).fetchall() for name, query in queries.items()
        }


@pytest.mark.parametrize("name", CASES)
def test_three_processes_do_what_one_does(
    name: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    monkeypatch.setattr(load_parallel, "MIN_CHARACTERS_FOR_PARALLEL", 0)
    monkeypatch.setattr(partitions, "_STEP", 1000)
    plan = tmp_path / "plan.toml"
    parts = {part: getattr(case, part) for part in ("top", "id", "entity", "source", "columns")}
    plan.write_text(PLAN.format(**parts, more=case.more))
    stores = tuple(make_store(tmp_path / f"s{first}", case, first) for first in (0, 100))

    def run(processes: int) -> tuple[RunResult, dict[str, Any], list[str]]:
        job = Job(
            plan=load_plan(plan),
            database=database,
            person=Person("u1"),
            sources=stores,
            batch_size=10,
            create_tables=True,
            continue_on_error=True,
            preserve_partial=True,
            backup=False,
            max_concurrent=processes,
            **case.job,
        )
        reporter = RecordingReporter()
        result = migrate(job, Workspace.open(tmp_path / "data"), reporter)
        return result, content(database, result.run), sorted(map(str, reporter.warnings))

    one, left_by_one, told_by_one = run(1)
    assert one.verified, one.error
    with psycopg.connect(database, autocommit=True) as connection:
        for table in left_by_one.keys() - {"aside", "identities", "escaped"}:
            connection.execute(f"DROP TABLE {table} CASCADE".encode())
        connection.execute("DROP SCHEMA desktop_migrator CASCADE")
    three, left_by_three, told_by_three = run(3)
    assert three.verified, three.error
    assert (three.counts, three.skipped_records) == (one.counts, one.skipped_records)
    assert three.not_taken == one.not_taken
    assert sorted(three.suspicions, key=str) == sorted(one.suspicions, key=str)
    assert left_by_three == left_by_one
    assert told_by_three == told_by_one
    with psycopg.connect(database) as connection:
        writers = connection.execute(
            "SELECT count(DISTINCT seq % 4) FROM desktop_migrator.chunks"
        ).fetchone()
    assert case.alone or not three.counts.inserted or (writers and writers[0] > 1)
