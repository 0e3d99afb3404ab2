"""One database, and the plan and profiles that go into it, run in this process."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import plyvel
import psycopg

from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.undo import UndoJob, rollback
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import RunResult, UndoResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import Stage
from tests.recording_reporter import RecordingReporter

PLAN = """
version = 1
name = "app"
[entities.tasks]
table = "tasks"
conflict = "RULE"
id = { from = "id", type = "KIND" }
created = "created_at"
updated = "updated_at"
sources = [{ keys = ["tasks*"] }]
[entities.tasks.columns]
title = { from = "title", type = "text", required = true }
note = { from = "note", type = "text" }
created_at = { from = "createdAt", type = "timestamptz" }
updated_at = { from = "updatedAt", type = "timestamptz" }
user_id = { from = "$user", type = "text" }
metadata = { rest = true, type = "jsonb" }
"""
TASKS = """
CREATE TABLE tasks (id text PRIMARY KEY, title text NOT NULL, note text, created_at timestamptz,
                    updated_at timestamptz, user_id text, metadata jsonb)
"""


def row_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def task(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": row_id(number), "title": f"Task {number}"} | fields


class Desk:
    """One database, the plans and profiles that go into it."""

    def __init__(self, database: str, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.workspace = Workspace.open(folder / "data")
        self.write_plan(PLAN.replace("RULE", "newest").replace("KIND", "text"))

    def write_plan(self, text: str) -> None:
        path = self.folder / "plan.toml"
        path.write_text(text)
        self.plan = load_plan(path)

    def profile(self, name: str, **records: Any) -> Path:
        folder = self.folder / name
        with plyvel.DB(str(folder), create_if_missing=True) as database:
            database.put(b"VERSION", b"1")
            for key, value in records.items():
                text = json.dumps(value).encode("latin-1")
                database.put(b"_https://app.test\x00\x01" + key.encode(), b"\x01" + text)
        return folder

    def run(
        self,
        *sources: Path,
        user: str = "u1",
        reporter: RecordingReporter | None = None,
        **changes: Any,
    ) -> RunResult:
        job = Job(
            plan=self.plan,
            database=self.database,
            person=Person(user),
            sources=sources,
            continue_on_error=True,
            rollback_threshold=1.0,
            backup=False,
        )
        self.reporter = reporter or RecordingReporter()
        return migrate(replace(job, **changes), self.workspace, self.reporter)

    def undo(self, run: str | None, **other: Any) -> UndoResult:
        job = UndoJob(**{"database": self.database, "run": run} | other)
        return rollback(job, self.workspace, RecordingReporter())

    def sql(self, statement: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(self.database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def trigger(self, when: str, body: str, table: str = "tasks") -> None:
        self.sql(
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {body} END $$;"
            f"CREATE TRIGGER meddle {when} ON {table} FOR EACH ROW EXECUTE FUNCTION meddle()"
        )


class AtStage(RecordingReporter):
    """Does something once when a stage begins, or has come so far."""

    def __init__(self, stage: Stage, do: Callable[[], Any] | None, at: int = 0) -> None:
        super().__init__()
        self._stage, self._at = stage, at
        self._do = do or self.cancel.set

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        super().advanced(stage, current, total)
        if stage is self._stage and current >= self._at:
            self._do()
