"""Every item of a run ends in exactly one way, and what gave way is named; the oracle is SQL."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import plyvel
import psycopg
import pytest

from desktop_migrator.errors import AccountingMismatch
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.filters import Period
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.run.parallel import load_parallel
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Item, MergeRule, Outcome, RunResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.bookkeeping.quarantine import count_open_rejections
from desktop_migrator.postgres.bookkeeping.runs import list_runs
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.load.deduplicate import Deduplicator
from desktop_migrator.postgres.verify.row_state import mismatched_counts
from desktop_migrator.reporter import Stage
from tests.integration.command_line import CommandLine
from tests.integration.conftest import on_every_server
from tests.recording_reporter import RecordingReporter

PLAN = """
version = 1
name = "accounts"
[entities.notes]
table = "notes"
id = { from = "id", type = "uuid" }
updated = "updated_at"
unique = UNIQUE
identity = UNIQUE
[[entities.notes.sources]]
keys = ["notes*"]
[entities.notes.columns]
title = { from = "title", type = "varchar(60)", required = true }
updated_at = { from = "updatedAt", type = "timestamptz" }
user_id = { from = "$user", type = "text" }
metadata = { rest = true, type = "jsonb" }
"""


def note(number: int, title: str | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}", "title": title or f"Note {number}",
    } | fields  # fmt: skip


def profile(folder: Path, **records: list[dict[str, Any]]) -> Path:
    store = folder / "Local Storage" / "leveldb"
    store.mkdir(parents=True, exist_ok=True)
    with plyvel.DB(str(store), create_if_missing=True) as database:
        database.put(b"VERSION", b"1")
        for key, items in records.items():
            text = b"\x01" + json.dumps(items).encode("latin-1")
            database.put(b"_http://app.test\x00\x01" + key.encode(), text)
    return folder


class Desk:
    def __init__(self, database: str, folder: Path, unique: str = "[]") -> None:
        self.folder = folder
        self.database = database
        self.workspace = Workspace.open(folder / "data dir")
        self.plan = folder / "plan.toml"
        self.plan.write_text(PLAN.replace("UNIQUE", unique))
        self.reporter = RecordingReporter()

    def run(self, *sources: Path, **changes: Any) -> RunResult:
        self.reporter = changes.pop("reporter", None) or RecordingReporter()
        job = Job(
            plan=load_plan(self.plan),
            database=self.database,
            person=Person("u1"),
            sources=sources,
            create_tables=True,
            continue_on_error=True,
            rollback_threshold=1.0,
            backup=False,
        )
        result = migrate(replace(job, **changes), self.workspace, self.reporter)
        if result.outcome is Outcome.COMPLETED:
            assert result.counts.items == result.counts.accounted
            assert self.recorded_counts_agree()
        return result

    def sql(self, query: str) -> list[Any]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    def aside(self, run: str | None) -> list[Any]:
        return self.sql(
            "SELECT key, position, code, convert_from(raw, 'UTF8')::json ->> 'title'"
            f" FROM desktop_migrator.quarantine WHERE run = '{run}' ORDER BY 1, 2, 4"
        )

    def titles(self) -> list[str]:
        return [title for (title,) in self.sql("SELECT title FROM notes ORDER BY 1")]

    def recorded_counts_agree(self) -> bool:
        """Of the last run."""
        with open_engine(self.database).connect() as connection:
            [last, *_] = list_runs(connection, "u1")
            return not mismatched_counts(connection, last)

    def open_rejections(self) -> int:
        with open_engine(self.database).connect() as connection:
            [last, *_] = list_runs(connection, "u1")
            return count_open_rejections(connection, last)


@pytest.fixture
def desk(database: str, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


def numbers(result: RunResult) -> dict[str, int]:
    names = ("inserted", "updated", "unchanged", "skipped", "superseded", "rejected")
    counts = {name: getattr(result.counts, name) for name in names}
    return {name: number for name, number in counts.items() if number}


@on_every_server
def test_a_version_that_gives_way_is_named_and_kept(desk: Desk) -> None:
    one = profile(desk.folder / "one", notes=[note(1), note(2, "Old", updatedAt=MONDAY)])
    two = profile(desk.folder / "two", notes=[note(1), note(2, "New", updatedAt=FRIDAY)])
    result = desk.run(one, two)
    assert result.verified
    assert numbers(result) == {"inserted": 2, "unchanged": 1, "superseded": 1}
    assert desk.titles() == ["New", "Note 1"]
    assert desk.aside(result.run) == [("notes", "1", "superseded", "Old")]
    [told] = result.superseded
    assert told.source.store.profile.path == one
    assert str(two.name) in str(told.reason)
    assert numbers(desk.run(one, two)) == {"unchanged": 3, "superseded": 1}


MONDAY, FRIDAY = "2026-06-01T10:00:00Z", "2026-06-05T10:00:00Z"


def test_of_three_versions_each_is_told_which_one_counts_in_the_end(desk: Desk) -> None:
    days = {"a": "2026-06-02", "b": "2026-06-01", "c": "2026-06-03"}
    sources = [
        profile(desk.folder / name, notes=[note(1, name, updatedAt=f"{day}T10:00:00Z")])
        for name, day in days.items()
    ]
    result = desk.run(*sources)
    assert desk.titles() == ["c"]
    assert sorted(told.source.store.profile.path.name for told in result.superseded) == ["a", "b"]
    assert all("profile c." in str(told.reason) for told in result.superseded)


def test_items_that_share_a_unique_key_are_never_merged_unseen(
    database: str, tmp_path: Path, desktop_migrator: CommandLine
) -> None:
    desk = Desk(database, tmp_path, '[["user_id", "title"]]')
    both = profile(tmp_path / "p", notes=[note(1, "Same", of="eu"), note(2, "Same", of="us")])
    words = ["--plan", desk.plan, "migrate", "--source", both, "--database", database]
    words += ["--user-id", "u1", "--create-tables", "--no-backup"]
    ended = desktop_migrator(*words)
    assert ended.exit_code == 3, ended.err
    assert "all that was sent" not in ended.out
    assert "1 item superseded by another version of the same item" in ended.out
    assert desk.sql("SELECT metadata FROM notes") == [({"of": "eu"},)]
    again = desktop_migrator(*words[:3], "--json", *words[3:])
    [event] = [event for event in again.events if event["event"] == "superseded"]
    assert (event["key"], event["position"], event["profile"]) == ("notes", "1", "p")
    assert again.last["counts"]["superseded"] == 1
    checked = desktop_migrator(
        *("--plan", desk.plan, "validate", "--database", database, "--user-id", "u1")
    )
    assert checked.exit_code == 0, checked.out


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"b": 2}, {"inserted": 1, "unchanged": 1}),
        ({"a": [2], "b": ""}, {"inserted": 1, "unchanged": 1}),
        ({"a": {"x": 1}}, {"inserted": 1, "superseded": 1}),
    ],
)
def test_what_a_merge_keeps_of_both_is_not_superseded(
    desk: Desk, fields: dict[str, Any], expected: dict[str, int]
) -> None:
    sources = [
        profile(desk.folder / "one", notes=[note(1, a=[1])]),
        profile(desk.folder / "two", notes=[note(1, **fields)]),
    ]
    result = desk.run(*sources, rules={"notes": MergeRule.FIELDS})
    assert numbers(result) == expected
    assert numbers(desk.run(*sources, rules={"notes": MergeRule.FIELDS}))["unchanged"] >= 1


def test_rows_that_stay_are_kept_aside_by_name(desk: Desk, desktop_migrator: CommandLine) -> None:
    source = profile(desk.folder / "p", notes=[note(number) for number in range(10)])
    desk.run(source)
    desk.sql("UPDATE notes SET title = 'Mine' WHERE title IN ('Note 3', 'Note 5')")
    result = desk.run(source)
    assert numbers(result) == {"unchanged": 8, "skipped": 2}
    assert desk.aside(result.run) == [
        ("notes", "3", "kept", "Note 3"), ("notes", "5", "kept", "Note 5"),
    ]  # fmt: skip
    assert desk.open_rejections() == 0
    words = ["--plan", desk.plan, "repair", "--auto-fix", "--json", "--database", desk.database]
    repaired = desktop_migrator(*words, "--user-id", "u1")
    assert repaired.exit_code == 0, repaired.out
    assert desk.titles().count("Mine") == 2
    overwritten = desk.run(source, policy=ConflictPolicy.OVERWRITE)
    assert numbers(overwritten) == {"unchanged": 8, "updated": 2}
    assert desk.aside(overwritten.run) == []


class AtHalf(RecordingReporter):
    """Cancels when so many items are loaded."""

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        super().advanced(stage, current, total)
        if stage is Stage.LOAD and current >= 20:
            self.cancel.set()


def many(folder: Path) -> list[Path]:
    """Of 50 notes: 30 alone; of 20 another version, equal for the first 10; 2 bad ones; 3 twice."""
    bad = [note(90, "x" * 61), note(91, "x" * 61)]
    own = [note(number) for number in range(50)]
    others = [note(number, None if number < 10 else "Other") for number in range(20)]
    return [
        profile(folder / "one", notes=own[:25], notes2=[*own[25:], *bad, *own[25:28]]),
        profile(folder / "two", notes=others),
    ]


EXPECTED = {"inserted": 50, "unchanged": 13, "superseded": 10, "rejected": 2}


@pytest.mark.parametrize("processes", [1, 3])
def test_a_resumed_run_counts_each_item_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(load_parallel, "MIN_CHARACTERS_FOR_PARALLEL", 0)
    sources = many(desk.folder)
    settings = {"batch_size": 5, "max_concurrent": processes}
    cut_off = desk.run(*sources, **settings, reporter=AtHalf())
    assert cut_off.outcome is Outcome.CANCELLED
    result = desk.run(*sources, **settings, resume=True)
    assert result.run == cut_off.run
    assert (result.outcome, numbers(result)) == (Outcome.COMPLETED, EXPECTED)
    assert len(desk.aside(result.run)) == 12


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize("dry_run", [False, True])
def test_the_sums_close(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, processes: int, dry_run: bool
) -> None:
    monkeypatch.setattr(load_parallel, "MIN_CHARACTERS_FOR_PARALLEL", 0)
    result = desk.run(*many(desk.folder), max_concurrent=processes, dry_run=dry_run)
    assert result.error is None
    assert numbers(result) == EXPECTED
    assert result.counts.items == sum(EXPECTED.values()) == 75


def test_a_run_of_which_an_item_is_lost_does_not_complete(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Deduplicator.deduplicate

    def losing(self: Deduplicator, outcomes: Any) -> Iterator[Any]:
        lost = False
        for each in whole(self, outcomes):
            if lost or not isinstance(each, Item):
                yield each
            lost = True

    monkeypatch.setattr(Deduplicator, "deduplicate", losing)
    result = desk.run(*many(desk.folder))
    assert isinstance(result.error, AccountingMismatch)
    assert (result.outcome, result.verified) == (Outcome.FAILED, False)
    assert result.error.facts["expected"] == 75


def test_a_run_that_was_changed_in_the_bookkeeping_is_told(desk: Desk) -> None:
    result = desk.run(*many(desk.folder))
    assert desk.recorded_counts_agree()
    desk.sql(
        "DELETE FROM desktop_migrator.quarantine"
        f" WHERE run = '{result.run}' AND code = 'superseded'"
    )
    assert not desk.recorded_counts_agree()


def test_what_the_person_leaves_out_is_none_of_the_items(desk: Desk) -> None:
    sources = [
        profile(desk.folder / "p", notes=[note(1, updatedAt=MONDAY), note(2, updatedAt=FRIDAY)])
    ]
    from_tuesday = Period(datetime(2026, 6, 2, tzinfo=UTC))
    result = desk.run(*sources, period=from_tuesday)
    assert result.error is None
    assert numbers(result) == {"inserted": 1}
