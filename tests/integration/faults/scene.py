"""A small migration, what an undisturbed run makes of it, and how a disturbed one differs."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Counts, Outcome, Resolution, RunResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.connection.retry import RetryPolicy
from desktop_migrator.reporter import ConflictQuestion, ConflictReply, NullReporter
from desktop_migrator.system.resources import resource
from tests.integration.webkit_store import store_of
from tests.waiting import wait_until

USER = "u1"
TABLES = ("tasks", "environments")
QUICKLY = RetryPolicy(attempts=3, pause=0.02)
POLICIES = tuple(ConflictPolicy)
_MOST_PARTS = 5


def browser_data() -> dict[str, list[dict[str, Any]]]:
    """240 tasks, of which every fortieth has a date that is none, and 60 environments."""
    times = {"createdAt": "2024-01-15T10:00:00.000Z", "updatedAt": "2024-02-15T10:00:00.000Z"}
    tasks = [
        {"id": f"t{number}", "title": f"Task {number} {'x' * (number % 50)}", "status": "todo"}
        | times
        | ({"createdAt": "the other day"} if number % 40 == 7 else {})
        for number in range(240)
    ]
    environments = [
        {"id": f"e{number}", "name": f"Env {number} x", "config": {"n": number}, "isActive": True}
        | times
        for number in range(60)
    ]
    return {"tasks": tasks, "environments": environments}


@dataclass(frozen=True)
class Ending:
    """What a run came to in the database."""

    rows: dict[str, dict[Any, list[str]]]
    """By table and id, the whole rows; two where an id is there twice."""
    titles: Counter[str]
    """How many rows each source item has, whatever their ids."""
    quarantined: list[Any]
    counts: Counts


@dataclass
class Toll:
    """What faults of one kind have cost."""

    injected: int = 0
    lost: int = 0
    doubled: int = 0
    different: int = 0


class _Answering(NullReporter):
    """Answers each conflict another way; the answers are kept for the runs that follow."""

    def resolve(self, question: ConflictQuestion) -> ConflictReply:
        return ConflictReply(tuple(Resolution)[question.number % len(Resolution)])


class Scene:
    """`url` is the way without faults; `job` can be given another."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        plan = folder / "plan.toml"
        text = resource("plans", "default.toml").read_text("utf-8")
        assert 'conflict = "prompt"' in text
        plan.write_text(text.replace('conflict = "prompt"', 'conflict = "fields"'), "utf-8")
        self._plan = load_plan(plan)
        self._decisions = folder / "decisions.json"
        self.source = store_of(folder, browser_data())
        self.workspace = Workspace.open(folder / "data")
        self._undisturbed: dict[ConflictPolicy, Ending] = {}
        self._repeated = False
        """Whether the run had ended before it was to be resumed, so that there was a second."""
        assert self.run(self.job(ConflictPolicy.SKIP)).outcome is Outcome.COMPLETED
        with self.sql() as sql:
            sql.execute("CREATE SCHEMA seed")
            for table in TABLES:
                sql.execute(f"CREATE TABLE seed.{table} AS TABLE {table}".encode())

    @property
    def socket(self) -> Path:
        host = parse_qs(urlsplit(self.url).query)["host"][0]
        return Path(host) / ".s.PGSQL.5432"

    def through(self, port: int) -> str:
        """The URL of the database behind a proxy."""
        parts = urlsplit(self.url)
        return f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}?sslmode=disable"

    @contextmanager
    def sql(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET TIME ZONE 'UTC'")
            connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            yield connection

    def job(self, policy: ConflictPolicy, **changes: Any) -> Job:
        job = Job(
            plan=self._plan,
            database=self.url,
            person=Person(USER),
            sources=(self.source,),
            policy=policy,
            decisions=self._decisions if policy is ConflictPolicy.INTERACTIVE else None,
            batch_size=10,
            create_tables=True,
            continue_on_error=True,
            preserve_partial=True,
            retries=QUICKLY,
        )
        return replace(job, **changes)

    def run(self, job: Job) -> RunResult:
        return migrate(job, self.workspace, NullReporter())

    def reset(self) -> None:
        """As before the first run, but that some of the rows are there, and some of them differ."""
        self._repeated = False
        with self.sql() as sql:
            sql.execute("TRUNCATE desktop_migrator.runs CASCADE")
            for table in ("identities", "escaped_texts", "leases"):
                sql.execute(f"TRUNCATE desktop_migrator.{table}".encode())
            for table, name in zip(TABLES, ("title", "name"), strict=True):
                sql.execute(
                    f"TRUNCATE {table};"
                    f"INSERT INTO {table} SELECT * FROM seed.{table} WHERE {name} LIKE '%3 %'"
                    f" OR {name} LIKE '%5 %';"
                    f"UPDATE {table} SET {name} = 'Mine, ' || {name},"
                    " updated_at = CASE WHEN"
                    f" {name} LIKE '%13 %' THEN timestamp '2023-01-01' ELSE timestamp '2025-01-01'"
                    f" END WHERE {name} LIKE '%3 %'".encode()
                )

    def undisturbed(self, policy: ConflictPolicy) -> Ending:
        if policy not in self._undisturbed:
            self.reset()
            result = migrate(self.job(policy), self.workspace, _Answering())
            assert result.outcome is Outcome.COMPLETED, result.error
            self._undisturbed[policy] = self.ending(result)
        return self._undisturbed[policy]

    def ending(self, result: RunResult) -> Ending:
        rows: dict[str, dict[Any, list[str]]] = {table: {} for table in TABLES}
        names: Counter[str] = Counter()
        with self.sql() as sql:
            for table, name in zip(TABLES, ("title", "name"), strict=True):
                found = sql.execute(f"SELECT id, {name}, t::text FROM {table} t".encode())
                for row_id, title, text in found:
                    rows[table].setdefault(row_id, []).append(text)
                    names[f"{table} {title.removeprefix('Mine, ')}"] += 1
            quarantined = sql.execute(
                "SELECT entity, key, position, raw FROM desktop_migrator.quarantine"
                " WHERE run = %s ORDER BY entity, key, position::int",
                [result.run],
            ).fetchall()
        return Ending(rows, names, quarantined, result.counts)

    def resume(self, job: Job) -> RunResult:
        """Go on, undisturbed, until the run is done."""
        self.wait_until_alone()
        with self.sql() as sql:
            ended = "SELECT 1 FROM desktop_migrator.runs WHERE outcome = 'completed'"
            self._repeated = bool(sql.execute(ended).fetchone())
        job = replace(job, database=self.url, resume=True)
        for _ in range(_MOST_PARTS):
            result = self.run(job)
            if result.outcome is Outcome.COMPLETED:
                return result
        raise AssertionError(result.error)

    def try_once(self, job: Job) -> RunResult | None:
        """The result of a part that may be broken off; None if it did not even begin."""
        try:
            return self.run(job)
        except MigratorError:
            return None

    def wait_until_alone(self) -> None:
        """A session whose client is gone ends when the server notices."""
        others = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        with self.sql() as sql:
            wait_until(lambda: not sql.execute(others).fetchone(), "a session stays", 0.005)

    def assess(self, policy: ConflictPolicy, result: RunResult, toll: Toll) -> None:
        """Compare with the undisturbed run, every row of every table in all its columns."""
        expected, found = self.undisturbed(policy), self.ending(result)
        toll.injected += 1
        for table in TABLES:
            was, now = expected.rows[table], found.rows[table]
            toll.lost += len(was.keys() - now.keys())
            toll.doubled += sum(len(rows) - 1 for rows in now.values())
            toll.different += sum(was[row_id] != now[row_id] for row_id in was.keys() & now.keys())
        toll.doubled += (found.titles - expected.titles).total()
        if self._repeated:
            found = replace(found, counts=expected.counts)
        assert found == expected
        assert result.verified
