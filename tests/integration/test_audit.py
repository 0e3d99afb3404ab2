"""The audit trails in a real database and in the catalog: what they hold, and that tampering shows.

Who tampers here is the databases' owner, who can switch the triggers off.
"""

import getpass
import hashlib
import json
import platform
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy

from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.postgres import bookkeeping
from tests.integration.command_line import CommandLine
from tests.integration.conftest import fetch, on_every_server
from tests.integration.test_migrate import TASKS
from tests.integration.webkit_store import store_of


@pytest.fixture
def trail(connection: sqlalchemy.Connection, tmp_path: Path) -> AuditTrail:
    """With five entries in both places."""
    with connection.begin():
        bookkeeping.upgrade(connection)
    trail = AuditTrail(tmp_path / "catalog.sqlite")
    for number in range(5):
        enter(trail, connection, AuditEvent(action="migrate", counts={"inserted": number}))
    return trail


def enter(trail: AuditTrail, connection: sqlalchemy.Connection, deed: AuditEvent) -> None:
    with connection.begin():
        kept = trail.record_in_database(connection, deed)
    trail.append_local(kept)


def breaks(trail: AuditTrail, connection: sqlalchemy.Connection) -> tuple[str | None, str | None]:
    """Of this computer's trail, and of the database's."""
    with connection.begin():
        found = trail.first_tampering(connection), trail.first_tampering_in_database(connection)
    local, remote = (str(each) if each else None for each in found)
    return local, remote


def tamper(sql: psycopg.Connection[Any], statement: str) -> None:
    sql.execute("ALTER TABLE desktop_migrator.audit DISABLE TRIGGER refuse_change")
    sql.execute(statement.encode())
    sql.execute("ALTER TABLE desktop_migrator.audit ENABLE ALWAYS TRIGGER refuse_change")


def tamper_here(tmp_path: Path, statement: str) -> None:
    with closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as local, local:
        local.execute("DROP TRIGGER audit_update")
        local.execute("DROP TRIGGER audit_delete")
        local.execute(statement)


@on_every_server
def test_a_migration_is_entered_where_it_begins_and_ends_with_who_and_what(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    words = ["migrate", "--json", "--source", store_of(tmp_path, {"tasks": TASKS[:1]})]
    words += ["--database", database, "--user-id", "u1", "--create-tables"]
    run = desktop_migrator(*words).last["run"]
    begun, done = fetch(
        sql, "SELECT to_jsonb(a) FROM desktop_migrator.audit a WHERE now() - at < '1h' ORDER BY seq"
    )
    digest = fetch(sql, "SELECT encode(plan_digest, 'hex') FROM desktop_migrator.runs")
    for (entry,), outcome in ((begun, "begun"), (done, "completed")):
        assert (entry["action"], entry["outcome"], entry["run"]) == ("migrate", outcome, run)
        assert (entry["user_id"], entry["role"]) == ("u1", "postgres")
        assert (entry["actor"], entry["host"]) == (getpass.getuser(), platform.node())
        assert entry["plan_digest"] == f"\\x{digest[0][0]}"
    assert done[0]["counts"]["inserted"] == 1
    with closing(sqlite3.connect(desktop_migrator.data_dir / "catalog.sqlite")) as local:
        rows = local.execute("SELECT facts FROM audit ORDER BY seq").fetchall()
    assert [json.loads(facts)["database_hash"] for (facts,) in rows] == [
        entry["hash"].removeprefix("\\x") for (entry,) in (begun, done)
    ]


def test_a_dry_run_is_entered_nowhere(
    desktop_migrator: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    words = ["migrate", "--json", "--source", store_of(tmp_path, {"tasks": TASKS[:1]})]
    words += ["--database", database, "--user-id", "u1", "--create-tables"]
    assert desktop_migrator(*words).exit_code == 0
    before = fetch(sql, "SELECT to_jsonb(a) FROM desktop_migrator.audit a")
    assert desktop_migrator(*words, "--dry-run").exit_code == 0
    assert fetch(sql, "SELECT to_jsonb(a) FROM desktop_migrator.audit a") == before


def test_an_entrys_hash_can_be_computed_by_anybody_as_documented(
    trail: AuditTrail, sql: psycopg.Connection[Any]
) -> None:
    [(columns, at, previous, digest, stored)] = fetch(
        sql,
        "SELECT to_jsonb(a) - '{seq,previous,hash}'::text[],"
        " to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'),"
        " encode(previous, 'hex'), encode(plan_digest, 'hex'), encode(hash, 'hex')"
        " FROM desktop_migrator.audit a WHERE seq = 2",
    )
    entry = {"seq": 2, "previous": previous, "facts": columns | {"at": at, "plan_digest": digest}}
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == stored


@on_every_server
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE desktop_migrator.audit SET actor = 'nobody'",
        "DELETE FROM desktop_migrator.audit",
        "TRUNCATE desktop_migrator.audit",
        "SET session_replication_role = replica; DELETE FROM desktop_migrator.audit",
    ],
)
def test_the_database_refuses_to_change_an_entry(
    trail: AuditTrail, sql: psycopg.Connection[Any], statement: str
) -> None:
    before = fetch(sql, "SELECT to_jsonb(a) FROM desktop_migrator.audit a")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="audit trail"):
        sql.execute(statement.encode())
    assert fetch(sql, "SELECT to_jsonb(a) FROM desktop_migrator.audit a") == before


@pytest.mark.parametrize("statement", ["UPDATE audit SET facts = '{}'", "DELETE FROM audit"])
def test_the_catalog_refuses_to_change_an_entry(
    trail: AuditTrail, tmp_path: Path, statement: str
) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "catalog.sqlite")) as local,
        pytest.raises(sqlite3.IntegrityError),
    ):
        local.execute(statement)


_INSERTED = (
    "INSERT INTO desktop_migrator.audit (seq, at, actor, host, role, action, previous, hash)"
    " SELECT 6, now(), 'a', 'h', 'r', 'undo', hash, sha256('x') FROM desktop_migrator.audit"
    " WHERE seq = 5"
)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE desktop_migrator.audit SET actor = 'x' WHERE seq = 3", "Entry 3 was changed."),
        ("UPDATE desktop_migrator.audit SET at = at + '1us' WHERE seq = 1", "Entry 1 was changed."),
        (
            "UPDATE desktop_migrator.audit SET counts = '{\"inserted\": 9}' WHERE seq = 5",
            "Entry 5 was changed.",
        ),
        ("DELETE FROM desktop_migrator.audit WHERE seq = 3", "Entry 3 was removed."),
        (_INSERTED, "Entry 6 was changed."),
        (
            "DELETE FROM desktop_migrator.audit WHERE seq > 3",
            "The entries after 3 were removed, at least up to 5.",
        ),
        (
            "DELETE FROM desktop_migrator.audit",
            "The entries after 0 were removed, at least up to 5.",
        ),
    ],
)
def test_tampering_with_the_databases_trail_is_told(
    trail: AuditTrail,
    connection: sqlalchemy.Connection,
    sql: psycopg.Connection[Any],
    statement: str,
    told: str,
) -> None:
    assert breaks(trail, connection) == (None, None)
    tamper(sql, statement)
    assert breaks(trail, connection) == (None, told)


def test_a_trail_written_anew_with_right_hashes_is_found_out_by_this_computers_memory(
    trail: AuditTrail,
    connection: sqlalchemy.Connection,
    sql: psycopg.Connection[Any],
    tmp_path: Path,
) -> None:
    tamper(sql, "DELETE FROM desktop_migrator.audit WHERE seq > 2")
    stranger = AuditTrail(tmp_path / "another.sqlite")
    for _ in range(4):
        enter(stranger, connection, AuditEvent(action="migrate"))
    assert breaks(stranger, connection) == (None, None)
    here, there = breaks(trail, connection)
    assert here is None
    assert there == "Entry 3 is not the one remembered: the chain was rewritten."


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET facts = '{}' WHERE seq = 2", "Entry 2 was changed."),
        ("UPDATE audit SET facts = 'not JSON', hash = 1 WHERE seq = 2", "Entry 2 was changed."),
        ("DELETE FROM audit WHERE seq = 2", "Entry 2 was removed."),
        ("DELETE FROM audit WHERE seq > 2", "The entries after 2 were removed, at least up to 4."),
    ],
)
def test_tampering_with_this_computers_trail_is_told(
    trail: AuditTrail,
    connection: sqlalchemy.Connection,
    tmp_path: Path,
    statement: str,
    told: str,
) -> None:
    tamper_here(tmp_path, statement)
    assert breaks(trail, connection) == (told, None)


def test_an_entry_that_was_rolled_back_is_missed_by_nobody(
    trail: AuditTrail, connection: sqlalchemy.Connection
) -> None:
    with connection.begin() as transaction:
        trail.record_in_database(connection, AuditEvent(action="undo"))
        transaction.rollback()
    trail.record_local(AuditEvent(action="clear"))
    enter(trail, connection, AuditEvent(action="restore"))
    assert breaks(trail, connection) == (None, None)


def test_computers_that_write_at_once_make_one_chain(
    trail: AuditTrail, database: str, connection: sqlalchemy.Connection, tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail\n"
        "from desktop_migrator.postgres.connection.engine import open_engine\n"
        "trail = AuditTrail(Path(sys.argv[2]))\n"
        "with open_engine(sys.argv[1]).connect() as connection:\n"
        "    for _ in range(10):\n"
        "        with connection.begin():\n"
        "            kept = trail.record_in_database(connection, AuditEvent(action='undo'))\n"
        "        trail.append_local(kept)\n"
    )
    names = ("one.sqlite", "two.sqlite", "catalog.sqlite")
    writers = [
        subprocess.Popen([sys.executable, "-c", code, database, tmp_path / name]) for name in names
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    for name in names:
        assert breaks(AuditTrail(tmp_path / name), connection) == (None, None)
    number = connection.scalar(sqlalchemy.text("SELECT max(seq) FROM desktop_migrator.audit"))
    assert number == 35


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit", "DELETE FROM audit WHERE seq = 5", "DROP TABLE audit"]
)
def test_a_trail_that_was_emptied_or_shortened_here_is_told(
    trail: AuditTrail, connection: sqlalchemy.Connection, tmp_path: Path, statement: str
) -> None:
    assert breaks(trail, connection) == (None, None)
    tamper_here(tmp_path, statement)
    again = AuditTrail(tmp_path / "catalog.sqlite")
    here, there = breaks(again, connection)
    assert there is None
    assert here is not None
    assert "is missing here" in here
    again.record_local(AuditEvent(action="clear"))  # a new beginning hides nothing
    assert breaks(again, connection)[0] is not None


def test_a_trail_that_is_gone_with_its_file_is_told(
    trail: AuditTrail, connection: sqlalchemy.Connection, tmp_path: Path
) -> None:
    (tmp_path / "catalog.sqlite").unlink()
    here, _ = breaks(AuditTrail(tmp_path / "catalog.sqlite"), connection)
    assert here is not None
    assert "Entry 1 of the database" in here
    assert breaks(AuditTrail(tmp_path / "elsewhere.sqlite"), connection) == (None, None)
