"""The catalog of this computer, looked at for damage and made again.

What can still be read of the damaged file is kept: runs one by one, and the audit trail only as a
whole, since a trail with gaps proves nothing. What the database's bookkeeping has of this
computer's runs goes before that. The damaged file stays beside the new one.
"""

import json
import platform
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from desktop_migrator.browsers.sqlite.salvage import salvage_rows
from desktop_migrator.errors import StorageError
from desktop_migrator.messages import Message, plural
from desktop_migrator.migration.workspace.audit_trail import AuditTrail
from desktop_migrator.migration.workspace.catalog import UNDONE, Catalog, run_from_row
from desktop_migrator.model import Counts, Outcome
from desktop_migrator.postgres.bookkeeping.runs import Run, list_runs, undone_by

_RUNS = (
    "run", "started", "finished", "outcome", "user_id", "database", "plan", "origins", "counts",
    "verified",
)  # fmt: skip
_AUDIT = ("seq", "facts", "previous", "hash")
_BINARY = ("previous", "hash")
_ORIGINS = _RUNS.index("origins")
_TABLES = {"runs": _RUNS, "audit": _AUDIT}


def find_damage(catalog: Path) -> Message | None:
    """What is wrong with the file, in a few words; None if it is whole. Opens it for reading."""
    if not catalog.exists():
        return Message("missing")
    try:
        with closing(_open_read_only(catalog)) as connection:
            [first, *_] = connection.execute("PRAGMA integrity_check").fetchone()
            if first != "ok":
                return Message("damaged")
            for table, columns in _TABLES.items():
                connection.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608 - our own names
    except sqlite3.Error:
        return Message("damaged")
    return None


def describe_missing_runs(connection: Connection, catalog: Path, user_id: str) -> Message | None:
    """How many of this computer's migrations the catalog does not have; None if it has all."""
    missing = len(_missing_runs(connection, catalog, user_id))
    if not missing:
        return None
    return plural(
        "lacks {count:,} run that was made from this computer",
        "lacks {count:,} runs that were made from this computer",
        count=missing,
    )


def rebuild(connection: Connection, catalog: Path, user_id: str, database: str) -> int:
    """Makes the catalog again, or completes it; returns how many runs the database had to give.

    `database` is how the catalog names it.
    """
    undone = undone_by(list_runs(connection, user_id))
    missing = _missing_runs(connection, catalog, user_id)
    mine = [catalog_row(run, undone, database) for run in missing]
    if not find_damage(catalog):
        _insert(catalog, "runs", mine)
        return len(mine)
    runs, audit = _salvaged_rows(catalog, "runs"), _salvaged_rows(catalog, "audit")
    # A text in which bytes have changed looks whole; so the database has the first word, save
    # where it does not know the web sites.
    runs = [row for row in mine if row[_ORIGINS] != "[]"] + [
        row for row in runs if _is_readable_row(row)
    ]
    fresh = catalog.with_name(f"{catalog.name}.new")
    _create_catalog(fresh, runs + mine, audit)
    if AuditTrail(fresh).first_tampering():
        _create_catalog(fresh, runs + mine, [])
    _rename_damaged(catalog)
    fresh.rename(catalog)
    AuditTrail(catalog).recover_entries(connection)
    return len(mine)


def _open_read_only(catalog: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{catalog.absolute().as_uri()}?mode=ro", uri=True)


def _missing_runs(connection: Connection, catalog: Path, user_id: str) -> list[Run]:
    """This computer's migrations that the catalog lacks; all if it cannot be read."""
    has = set() if find_damage(catalog) else {run.run for run in Catalog(catalog).runs(user_id)}
    return [
        run
        for run in list_runs(connection, user_id)
        if run.host == platform.node()
        and run.undoes is None
        and run.mends is None
        and run.id not in has
    ]


def _create_catalog(
    path: Path, runs: Iterable[Sequence[Any]], audit: Iterable[Sequence[Any]]
) -> None:
    path.unlink(missing_ok=True)
    Catalog(path)
    AuditTrail(path)
    _insert(path, "runs", runs)
    _insert(path, "audit", audit)


def _insert(path: Path, table: str, rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(_TABLES[table])
    places = ", ".join("?" * len(_TABLES[table]))
    with closing(sqlite3.connect(path)) as local, local:
        local.executemany(
            f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})",  # noqa: S608 - our own names
            rows,
        )


def _salvaged_rows(catalog: Path, table: str) -> list[tuple[Any, ...]]:
    """The rows that are whole; none where even the tables are not to be found."""
    if not catalog.exists():
        return []
    try:
        rows = list(salvage_rows(catalog, table, _TABLES[table], lambda what, lost: None))
    except StorageError:
        return []
    binary = {_TABLES[table].index(name) for name in _BINARY if name in _TABLES[table]}
    return [
        tuple(
            value.decode("utf-8", "replace")
            if isinstance(value, bytes) and place not in binary
            else value
            for place, value in enumerate(row)
        )
        for row in rows
    ]


def _rename_damaged(catalog: Path) -> None:
    moment = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    for end in ("", "-wal", "-journal"):
        file = catalog.with_name(catalog.name + end)
        if file.exists():
            file.rename(file.with_name(f"{file.name}.damaged-{moment}"))


def _is_readable_row(row: tuple[Any, ...]) -> bool:
    """Whether the catalog could read the row."""
    try:
        run_from_row(row)
    except (TypeError, ValueError, AttributeError):
        return False
    return True


def catalog_row(run: Run, undone: Collection[str], database: str) -> tuple[Any, ...]:
    totals = Counts()
    for counts in run.counts.values():
        if isinstance(counts, Counts):
            totals += counts
    numbers = asdict(totals)
    del numbers["records"]  # which the database is not told
    return (
        run.id,
        run.started.isoformat(),
        run.finished and run.finished.isoformat(),
        UNDONE if run.id in undone else run.outcome,
        run.user_id,
        database,
        run.plan,
        json.dumps(list(run.origins)),
        json.dumps(numbers) if run.finished else None,
        run.outcome is Outcome.COMPLETED,
    )
