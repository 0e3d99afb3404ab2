"""`MigrationManager` and `desktop_migrator.testing`, as other programs use them."""

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from desktop_migrator import MigrationManager
from desktop_migrator.errors import UsageError
from desktop_migrator.migration.progress import Progress
from desktop_migrator.migration.sources.open_sources import open_sources
from desktop_migrator.model import Outcome, Record, RunResult
from desktop_migrator.reporter import NullReporter
from desktop_migrator.testing import FORMATS, write_profile

SITE = "https://app.example.com"
HARD = {
    "text": "plain",
    "wide": "Žluťoučký 漢字",
    "half": "cut \ud83d in two",
    "zero": "a\0b",
    "": "",
}
DOCS = Path(__file__).parents[2] / "docs" / "library.md"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    tasks = [{"id": "1", "title": "first"}, {"id": "2", "title": "second"}]
    return write_profile(tmp_path / "profile", {SITE: {"tasks": tasks, "draft:1": "x"}})


@pytest.fixture
def make(profile: Path, database: str, tmp_path: Path) -> Callable[..., MigrationManager]:
    def make(**options: Any) -> MigrationManager:
        usual: dict[str, Any] = {
            "database": database,
            "user_id": "ada",
            "sources": [profile],
            "origins": [SITE],
            "create_tables": True,
            "data_dir": tmp_path / "data",
        }
        return MigrationManager(**usual | options)

    return make


@pytest.mark.parametrize("store_format", FORMATS)
def test_a_written_profile_holds_what_was_given(store_format: str, tmp_path: Path) -> None:
    other = "http://localhost:8080"
    folder = write_profile(
        tmp_path / "p", {SITE: HARD, other: {"k": [1]}}, store_format=store_format
    )
    with open_sources([folder], tmp_path / "copies", NullReporter()) as sources:
        found = {(each.storage_key.origin, each.key): each.value for each in sources.records()}
    assert found == {(SITE, key): text for key, text in HARD.items()} | {(other, "k"): "[1]"}


def test_hooks_see_and_change_what_is_migrated(
    make: Callable[..., MigrationManager], sql: psycopg.Connection[Any]
) -> None:
    ended: list[RunResult] = []
    stages: list[Progress] = []

    async def shout(records: list[Record]) -> Sequence[Record]:
        await asyncio.sleep(0)
        return [
            replace(each, value=each.value.replace("first", "FIRST"))
            for each in records
            if not each.key.startswith("draft:")
        ]

    manager = make(before_migration=shout, after_migration=ended.append, on_progress=stages.append)
    result = manager.migrate(backup=False)
    assert ended == [result]
    assert result.counts.items == 2
    assert {each.stage for each in stages} >= {"load", "verify"}
    titles = sql.execute("SELECT title FROM tasks ORDER BY title").fetchall()
    assert titles == [("FIRST",), ("second",)]
    assert manager.validate().ok
    assert manager.rollback(str(result.run)).counts.deleted == 2
    assert sql.execute("SELECT count(*) FROM tasks").fetchone() == (0,)


def test_hooks_are_waited_for_inside_a_running_loop_too(
    make: Callable[..., MigrationManager],
) -> None:
    ended: list[Outcome] = []

    async def after(result: RunResult) -> None:
        ended.append(result.outcome)

    async def program() -> None:
        make(after_migration=after).migrate(dry_run=True, backup=False)

    asyncio.run(program())
    assert ended == [Outcome.DRY_RUN]


def test_a_listener_can_stop_it(make: Callable[..., MigrationManager]) -> None:
    manager = make()
    manager.on("progress", lambda _: manager.cancel())
    result = manager.migrate(backup=False)
    assert result.outcome is Outcome.CANCELLED
    assert result.counts.inserted == 0


def test_what_is_not_said_comes_from_the_environment_and_the_last_run(
    make: Callable[..., MigrationManager],
    profile: Path,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make().migrate(backup=False)
    again: dict[str, Any] = {"sources": [profile], "origins": [SITE], "data_dir": tmp_path / "data"}
    assert MigrationManager(**again).migrate(backup=False).counts.unchanged == 3
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("DESKTOP_MIGRATOR_USER_ID", "bea")
    assert MigrationManager(**again).migrate(backup=False, dry_run=True).counts.inserted == 3


def test_what_is_missing_is_told(profile: Path, tmp_path: Path) -> None:
    manager = MigrationManager(sources=[profile], origins=[SITE], data_dir=tmp_path / "data")
    with pytest.raises(UsageError, match="database"):
        manager.migrate()
    with pytest.raises(ValueError, match="whatever"):
        manager.on("whatever", print)


def test_the_documented_tests_pass(pytester: pytest.Pytester) -> None:
    examples = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    pytester.makeconftest(examples[2])
    pytester.makepyfile(test_documented=examples[3])
    for example in examples[:2]:
        compile(example, "docs/library.md", "exec")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
