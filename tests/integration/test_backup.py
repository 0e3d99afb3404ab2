"""Backups as their user meets them; the oracles are what pages read back, SQL and COPY."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop_migrator.migration.backups.manage import open_backup
from desktop_migrator.migration.sealed.backup_writer import build_manifest
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Profile, Record, StorageKey, Store, StoreFormat
from desktop_migrator.reporter import NullReporter
from desktop_migrator.vault.backup_folder import BACKUP_KIND
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.vault.payload import RowBlock, TableHeader
from desktop_migrator.vault.sealed_file import AtomicSealedFile
from tests.integration.command_line import CommandLine, Ended
from tests.recorded import APP, areas, unpack

PASSPHRASE = "correct horse ✓"
TABLES = ("tasks", "environments", "form_data", "user_preferences", "custom_data")


class Backups:
    """The program, with a passphrase on its standard input."""

    def __init__(self, folder: Path, database: str) -> None:
        self.data = folder / "data"
        self.run = CommandLine(self.data)
        self.database = database

    def __call__(self, *words: object, passphrase: str = PASSPHRASE) -> Ended:
        return self.run("--json", *words, "--passphrase-stdin", given=f"{passphrase}\n")

    def migrate(self, source: Path, *words: object) -> dict[str, Any]:
        ended = self(
            *("migrate", "--source", source, "--origin", APP, "--database", self.database),
            *("--user-id", "u1", "--create-tables", "--continue-on-error", *words),
        )
        assert ended.exit_code == 0, ended.err
        return ended.last

    def listed(self) -> list[dict[str, Any]]:
        *entries, end = self.run("--json", "backup", "list").events
        assert end == {"event": "finished", "count": len(entries)}
        return entries

    def path(self, backup: str) -> Path:
        return self.data / "backups" / f"{backup}.dmbackup"

    @property
    def workspace(self) -> Workspace:
        return Workspace.open(self.data)

    def records(self, backup: str) -> dict[str, dict[str, str]]:
        """By storage key, as Chromium spells it."""
        found: dict[str, dict[str, str]] = {}
        with open_backup(self.workspace, self.path(backup), PASSPHRASE, NullReporter()) as reader:
            for record in reader.records():
                found.setdefault(str(record.storage_key), {})[record.key] = record.value
        return found

    def rows(self, backup: str) -> dict[str, bytes]:
        """By table, in COPY's text format."""
        found: dict[str, bytes] = {}
        table = ""
        with open_backup(self.workspace, self.path(backup), PASSPHRASE, NullReporter()) as reader:
            for each in reader.contents():
                if isinstance(each, TableHeader):
                    table = each.table.removeprefix("public.")
                    found.setdefault(table, b"")
                elif isinstance(each, RowBlock):
                    found[table] += each.data
        return found


@pytest.fixture
def backups(tmp_path: Path, database: str) -> Backups:
    return Backups(tmp_path, database)


def copied(sql: psycopg.Connection[Any], table: str) -> list[bytes]:
    """The table's rows by COPY, sorted."""
    with sql.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return sorted(bytes(row) for row in copy)


def everything(sql: psycopg.Connection[Any]) -> dict[str, list[bytes]]:
    return {table: copied(sql, table) for table in TABLES}


def change_rows(sql: psycopg.Connection[Any]) -> None:
    """As if the app had been used since."""
    sql.execute(
        "UPDATE tasks SET title = 'changed ' || left(title, 200),"
        " description = E'tab\\tline\\nback\\\\slash \\u2028'"
    )
    sql.execute("""UPDATE user_preferences SET preferences = '{"theme": "other"}'""")


@pytest.mark.parametrize("family", ["chromium-leveldb", "chromium-sqlite", "firefox", "webkit"])
def test_a_backup_holds_exactly_what_the_pages_read(tmp_path: Path, family: str) -> None:
    backups = Backups(tmp_path, "builtin")
    ended = backups("backup", "create", "--source", unpack(family, tmp_path))
    assert ended.exit_code == 0, ended.err
    found = backups.records(ended.last["id"])
    expected = areas(family)
    for area, records in expected.items():
        if " in " not in area:
            assert found[area] == records
    plain = {area for area in expected if " in " not in area}
    framed = [records for area, records in expected.items() if area not in plain]
    others = [records for area, records in found.items() if area not in plain]
    for records in framed:
        assert records in others
    printed = backups.run("--json", "records", "--source", tmp_path / family)
    assert ended.last["summary"]["records"] == len(printed.events)
    assert not list((tmp_path / "data" / "snapshots").iterdir())


def test_a_run_backs_up_its_site_and_the_rows_as_they_were(
    backups: Backups, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    first = backups.migrate(profile)
    sql.execute("INSERT INTO tasks (id, title, user_id) VALUES (gen_random_uuid(), 'x', 'u2')")
    change_rows(sql)
    before = {
        table: [row for row in rows if b"\tu2" not in row]
        for table, rows in everything(sql).items()
    }
    second = backups.migrate(profile, "--conflict", "overwrite")
    assert second["counts"]["updated"] > 60
    assert first["backup"] != second["backup"]
    assert set(backups.rows(first["backup"])) == set(TABLES)
    assert not any(backups.rows(first["backup"]).values())
    found = {
        table: sorted(data.splitlines(keepends=True))
        for table, data in backups.rows(second["backup"]).items()
    }
    assert found == before
    records = backups.records(second["backup"])
    assert records[APP] == areas("chromium-leveldb")[APP]
    assert all(key.startswith(APP) for key in records)
    plain = backups.path(second["backup"]).read_bytes()
    assert b"tasks" not in plain
    assert b"demo" not in plain


def test_restoring_undoes_what_the_run_changed(
    backups: Backups, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    profile = unpack("firefox", tmp_path)
    backups.migrate(profile)
    change_rows(sql)
    before = everything(sql)
    backup = backups.migrate(profile, "--conflict", "overwrite")["backup"]
    assert everything(sql) != before
    ended = backups("backup", "restore", backup, "--to", "database", "--database", backups.database)
    assert ended.exit_code == 0, ended.err
    assert everything(sql) == before
    [(deeds,)] = sql.execute(
        "SELECT array_agg(action || ' ' || outcome ORDER BY seq) FROM desktop_migrator.audit"
    ).fetchall()
    assert deeds[-2:] == ["undo begun", "undo completed"]


def test_without_the_journal_rows_come_back_from_the_backup(
    backups: Backups, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    profile = unpack("chromium-sqlite", tmp_path)
    backups.migrate(profile)
    change_rows(sql)
    before = everything(sql)
    backup = backups.migrate(profile, "--conflict", "overwrite")["backup"]
    sql.execute("DROP SCHEMA desktop_migrator CASCADE")
    sql.execute("DELETE FROM tasks WHERE title LIKE '%1%'")
    sql.execute("DELETE FROM environments")
    damaged = everything(sql)
    restore = ("backup", "restore", backup, "--to", "database", "--database", backups.database)
    careful = backups(*restore)
    assert careful.exit_code == 3, careful.err
    assert everything(sql)["environments"] == before["environments"]
    kept = careful.last["counts"]
    assert kept["inserted"] == sum(map(len, before.values())) - sum(map(len, damaged.values()))
    assert kept["updated"] == 0
    assert kept["skipped"] > 0
    forced = backups(*restore, "--force")
    assert forced.exit_code == 0, forced.err
    assert everything(sql) == before
    for run in (forced, careful):
        undone = backups("rollback", "--run", run.last["run"], "--database", backups.database)
        assert undone.exit_code == 0, undone.err
    assert everything(sql) == damaged


def test_all_runs_since_a_backup_are_undone(
    backups: Backups, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    backups.migrate(profile, "--include", "tasks")
    before = everything_there(sql)
    second = backups.migrate(profile, "--include", "formData")["backup"]
    sql.execute("DELETE FROM tasks WHERE title LIKE '%2%'")
    backups.migrate(profile)
    ended = backups("rollback", "--backup-id", second, "--database", backups.database)
    assert ended.exit_code == 0, ended.err
    assert len(ended.last["undone"]) == 2
    sql.execute("DELETE FROM tasks WHERE false")
    after = everything_there(sql)
    deleted = [row for row in before["tasks"] if row not in after["tasks"]]
    assert deleted
    assert all(b"2" in row for row in deleted)
    assert {name: rows for name, rows in after.items() if rows and name != "tasks"} == {}


def everything_there(sql: psycopg.Connection[Any]) -> dict[str, list[bytes]]:
    names = sql.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name: copied(sql, name) for (name,) in names}


def test_a_run_without_a_backup_leaves_none(backups: Backups, tmp_path: Path) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    finished = backups.migrate(profile, "--no-backup")
    assert finished["backup"] is None
    assert backups.listed() == []


def test_a_dry_run_and_a_refused_run_leave_none(backups: Backups, tmp_path: Path) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    assert backups.migrate(profile, "--dry-run")["backup"] is None
    ended = backups(
        *("migrate", "--source", profile, "--origin", APP, "--database", backups.database),
        *("--user-id", "u1"),  # the tables are missing
    )
    assert ended.exit_code == 1
    assert list((backups.data / "backups").iterdir()) == []


def test_nothing_is_written_where_the_backup_cannot_be(
    backups: Backups, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    backups.data.mkdir()
    (backups.data / "backups").write_text("in the way")
    ended = backups(
        *("migrate", "--source", profile, "--origin", APP, "--database", backups.database),
        *("--user-id", "u1", "--create-tables"),
    )
    assert ended.exit_code == 1
    assert ended.last["code"] == "DM-442"
    assert everything_there(sql) == {}


def test_a_script_without_a_passphrase_is_told_a_recovery_key_once(
    backups: Backups, tmp_path: Path
) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    made = backups.run("--json", "backup", "create", "--source", profile)
    assert made.exit_code == 0, made.err
    [warning] = [each["text"] for each in made.events if each.get("event") == "warning"]
    [key] = re.findall(r"[0-9A-Z]{5}(?:-[0-9A-Z]{5}){12}", warning)
    backup = made.last["id"]
    verified = backups("backup", "verify", backup, passphrase=key.lower().replace("-", " "))
    assert verified.exit_code == 0, verified.err
    for path in backups.data.rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes()
    again = backups.run("backup", "verify", backup)
    assert again.exit_code == 7
    assert "DM-445" in again.err


def test_tampered_cut_and_wrongly_opened_backups_are_refused(
    backups: Backups, tmp_path: Path
) -> None:
    profile = unpack("firefox", tmp_path)
    backup = backups("backup", "create", "--source", profile).last["id"]
    path = backups.path(backup)
    whole = path.read_bytes()
    assert backups("backup", "verify", backup).exit_code == 0
    wrong = backups("backup", "verify", backup, passphrase="wrong")
    assert (wrong.exit_code, wrong.last["code"]) == (7, "DM-401")
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    for content in (bytes(changed), whole[:-1], whole + b"x"):
        path.write_bytes(content)
        known = backups("backup", "verify", backup)
        assert (known.exit_code, known.last["code"]) == (7, "DM-447")
        elsewhere = tmp_path / "elsewhere.dmbackup"  # where no list knows its SHA-256
        elsewhere.write_bytes(content)
        unknown = backups("backup", "verify", elsewhere)
        assert (unknown.exit_code, unknown.last["code"]) == (7, "DM-402")


def test_a_catalog_that_is_lost_comes_back_with_its_backups(
    backups: Backups, tmp_path: Path
) -> None:
    profile = unpack("firefox", tmp_path)
    run = backups.migrate(profile)
    before = backups.listed()
    (backups.data / "catalog.sqlite").unlink()
    repair = ("repair", "--database", backups.database, "--user-id", "u1", "--auto-fix")
    shown = backups(*repair[:-1]).last["mends"]
    assert {"catalog", "backups"} <= {each["name"] for each in shown}
    assert "manifest" not in backups.listed()[-1]
    wrong = backups(*repair, passphrase="not this one")
    assert "is not listed" in wrong.out
    backups(*repair)
    assert backups.listed() == before
    undo = ("rollback", "--backup-id", run["backup"], "--database", backups.database)
    undone = backups.run("--json", *undo)  # without the passphrase: the list knows its run
    assert undone.exit_code == 0, undone.err
    with psycopg.connect(backups.database) as connection:
        assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (0,)


def test_backups_are_listed_verified_and_deleted(backups: Backups, tmp_path: Path) -> None:
    profile = unpack("webkit", tmp_path)
    ids = [backups("backup", "create", "--source", profile).last["id"] for _ in range(2)]
    (backups.data / "catalog.sqlite").unlink()  # the list is lost
    listed = backups.listed()
    assert [each["id"] for each in listed] == sorted(ids, reverse=True)
    assert all("manifest" not in each for each in listed)
    backups("backup", "verify", ids[1])
    listed = backups.listed()
    assert {each["id"]: "manifest" in each for each in listed} == {ids[0]: False, ids[1]: True}
    assert backups.run("backup", "delete", ids[0]).exit_code == 0
    last = backups.run("--json", "backup", "delete", ids[1])
    assert (last.exit_code, last.last["code"]) == (7, "DM-446")
    assert backups.run("backup", "delete", ids[1], "--force").exit_code == 0
    assert backups.listed() == []
    missing = backups.run("--json", "backup", "verify", ids[1])
    assert (missing.exit_code, missing.last["code"]) == (2, "DM-444")


@pytest.mark.parametrize(
    ("format_", "place"),
    [
        (StoreFormat.FIREFOX, "out/storage/default/https+++app.test/ls/data.sqlite"),
        (StoreFormat.WEBKIT, "out/https_app.test_0.localstorage"),
    ],
)
def test_a_backup_from_elsewhere_writes_nothing_beside_the_profile_that_it_names(
    backups: Backups, tmp_path: Path, format_: StoreFormat, place: str
) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (tmp_path / "out").mkdir()
    store = Store(Profile("x", "X", "x", profile), format_, tmp_path / place, 1)
    key, origin = Passphrase(PASSPHRASE), "https://app.test"
    file = tmp_path / "given.dmbackup"
    draft = AtomicSealedFile(
        file,
        build_manifest("given", "create", [origin]),
        kind=BACKUP_KIND,
        recipients=[key],
        identities=[key],
    )
    draft.payload.write_record(Record(store, StorageKey(origin), "key", "value"))
    draft.commit()
    ended = backups("--yes", "backup", "restore", file, "--to", "browser")
    assert ended.exit_code == 1
    assert "outside of the browser's profile" in " ".join(ended.err.split())
    assert not [*(tmp_path / "out").iterdir(), *profile.iterdir()]
