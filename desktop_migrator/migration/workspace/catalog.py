"""What this computer remembers of the runs it made: a small SQLite file in the workspace.

The database's own bookkeeping is the truth; the catalog tells what was done even when the
database cannot be reached.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop_migrator.migration.workspace.private_database import transaction
from desktop_migrator.model import ClearedData, Outcome, RunResult

UNDONE = "undone"
"""The outcome of a run that was taken back after it had ended."""
UNDOING = "undoing"
"""The same while that is under way, or was cut off."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
  run TEXT PRIMARY KEY,
  started TEXT NOT NULL,
  finished TEXT,
  outcome TEXT,
  user_id TEXT NOT NULL,
  database TEXT NOT NULL,
  plan TEXT NOT NULL,
  origins TEXT NOT NULL,
  counts TEXT,
  verified INTEGER
);
CREATE TABLE IF NOT EXISTS addresses (
  run TEXT PRIMARY KEY,
  url TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS clearings (
  backup TEXT PRIMARY KEY,
  cleared TEXT NOT NULL,
  origins TEXT NOT NULL,
  records INTEGER NOT NULL,
  runs TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class CatalogedRun:
    run: str
    started: datetime
    finished: datetime | None
    """None: the run was cut off."""
    outcome: str | None
    user_id: str
    database: str
    """Without a password."""
    plan: str
    origins: tuple[str, ...]
    counts: dict[str, int] | None
    verified: bool


class Catalog:
    def __init__(self, path: Path) -> None:
        self._path = path
        with self._connection() as connection:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)

    def record_start(
        self,
        run: str,
        *,
        user_id: str,
        database: str,
        plan: str,
        origins: Sequence[str],
        address: str | None = None,
    ) -> None:
        """Enter a run, or that it goes on. `address` is the database's whole one, no secrets."""
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO runs (run, started, user_id, database, plan, origins)"
                " VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (run) DO UPDATE SET finished = NULL, outcome = NULL",
                (run, _now(), user_id, database, plan, json.dumps(list(origins))),
            )
            connection.execute(
                "INSERT OR REPLACE INTO addresses (run, url) VALUES (?, ?)",
                (run, address or database),
            )

    def address(self, run: CatalogedRun) -> str:
        """What to connect to for the run's database: as it was asked for, without secrets."""
        with self._connection() as connection:
            row = connection.execute("SELECT url FROM addresses WHERE run = ?", (run.run,))
            return next((url for (url,) in row), run.database)

    def record_end(self, result: RunResult) -> None:
        with self._connection() as connection:
            connection.execute(
                "UPDATE runs SET finished = ?, outcome = ?, counts = ?, verified = ? WHERE run = ?",
                (
                    _now(),
                    result.outcome,
                    json.dumps(asdict(result.counts)),
                    result.verified,
                    result.run,
                ),
            )

    def set_outcomes(self, outcomes: Mapping[str, str]) -> None:
        """What became of runs later: `UNDONE`, or their own outcome again."""
        with self._connection() as connection:
            connection.executemany(
                "UPDATE runs SET outcome = ? WHERE run = ?",
                [(outcome, run) for run, outcome in outcomes.items()],
            )

    def record_clear(
        self, backup: str, *, origins: Sequence[str], records: int, runs: Sequence[str]
    ) -> None:
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO clearings (backup, cleared, origins, records, runs)"
                " VALUES (?, ?, ?, ?, ?)",
                (backup, _now(), json.dumps(list(origins)), records, json.dumps(list(runs))),
            )

    def clearings(self, runs: Collection[str]) -> list[ClearedData]:
        """What was cleared after these runs had brought it in, the newest first."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT backup, cleared, origins, records, runs FROM clearings"
                " ORDER BY cleared DESC"
            ).fetchall()
        found = [
            ClearedData(
                backup,
                datetime.fromisoformat(cleared),
                tuple(json.loads(origins)),
                records,
                tuple(json.loads(of_runs)),
            )
            for backup, cleared, origins, records, of_runs in rows
        ]
        return [each for each in found if not {*each.runs}.isdisjoint(runs)]

    def forget_clearing(self, backup: str) -> None:
        """The browser has its data again."""
        with self._connection() as connection:
            connection.execute("DELETE FROM clearings WHERE backup = ?", (backup,))

    def runs(self, user_id: str | None = None) -> list[CatalogedRun]:
        """The runs, the newest first; those of one user where one is named."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT run, started, finished, outcome, user_id, database, plan, origins, counts,"
                " verified FROM runs WHERE ?1 IS NULL OR user_id = ?1 ORDER BY started DESC",
                (user_id,),
            ).fetchall()
        return [run_from_row(row) for row in rows]

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._path) as connection:
            yield connection


def unfinished_runs(runs: Sequence[CatalogedRun]) -> tuple[CatalogedRun, ...]:
    """Of runs, the newest first: those that did not complete, with no completed run after them."""
    done = (index for index, run in enumerate(runs) if run.outcome == Outcome.COMPLETED)
    return tuple(run for run in runs[: next(done, len(runs))] if run.outcome != UNDONE)


def run_from_row(row: tuple[Any, ...]) -> CatalogedRun:
    """A row of the catalog, with the columns in the order of `runs`."""
    run, started, finished, outcome, user_id, database, plan, origins, counts, verified = row
    return CatalogedRun(
        run=run,
        started=datetime.fromisoformat(started),
        finished=finished and datetime.fromisoformat(finished),
        outcome=outcome,
        user_id=user_id,
        database=database,
        plan=plan,
        origins=tuple(json.loads(origins)),
        counts=counts and json.loads(counts),
        verified=bool(verified),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat()
