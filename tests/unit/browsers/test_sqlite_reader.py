"""Reading SQLite files that come from elsewhere: awkward names, journals, hostile schemas."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desktop_migrator.browsers.large_value import LargeValue
from desktop_migrator.browsers.sqlite import reader
from desktop_migrator.browsers.sqlite.reader import SqliteFile
from desktop_migrator.messages import Message
from tests.unit.browsers.damages import unexpected
from tests.unit.browsers.trees import make_sqlite

Damages = list[tuple[str, int | None]]


def read(path: Path, *columns: str) -> tuple[list[tuple[Any, ...]], Damages]:
    damages: Damages = []

    def damaged(what: Message, lost: int | None) -> None:
        damages.append((str(what), lost))

    with closing(SqliteFile(path, damaged)) as file:
        return list(file.rows("t", columns, damaged)), damages


def test_names_of_firefox_folders_can_be_opened(tmp_path: Path) -> None:
    folder = tmp_path / "http+++a^partitionKey=%28http%2Cb%29?#"
    folder.mkdir()
    path = make_sqlite(
        folder / "data.sqlite", "CREATE TABLE t(a, b)", "INSERT INTO t VALUES ('x', x'79')"
    )
    assert read(path, "b", "a") == ([(b"y", b"x")], [])


def test_tables_and_columns_are_told(tmp_path: Path) -> None:
    path = make_sqlite(
        tmp_path / "x",
        "CREATE TABLE t(a, [b c])",
        "CREATE VIEW v AS SELECT 1",
        "PRAGMA user_version=7",
    )
    with closing(SqliteFile(path, unexpected)) as file:
        assert file.table_columns("t") == ["a", "b c"]
        assert (file.has_table("v"), file.has_table("none")) == (False, False)
        assert file.user_version == 7


def test_reading_leaves_the_copy_as_it_is(tmp_path: Path) -> None:
    source = tmp_path / "source"
    with closing(sqlite3.connect(source)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t(a)")
        database.execute("INSERT INTO t VALUES (1)")
        database.commit()
        for name in ("source", "source-wal"):
            shutil.copy(tmp_path / name, tmp_path / f"copy{name[6:]}")
    copy, log = tmp_path / "copy", tmp_path / "copy-wal"
    before = copy.read_bytes(), log.read_bytes()
    assert read(copy, "a") == ([(1,)], [])
    assert (copy.read_bytes(), log.read_bytes()) == before


def unfinished(folder: Path) -> tuple[Path, Path]:
    """A copy taken in the middle of a transaction, and its journal."""
    source = make_sqlite(
        folder / "source", "CREATE TABLE t(a)", "INSERT INTO t VALUES ('committed')"
    )
    with closing(sqlite3.connect(source)) as database:
        database.execute("PRAGMA cache_size=1")
        database.execute("PRAGMA cache_spill=1")
        database.execute("UPDATE t SET a = 'not committed'")
        for n in range(200):
            database.execute("INSERT INTO t VALUES (?)", (f"{n}" * 500,))
        shutil.copy(source, folder / "copy")
        shutil.copy(folder / "source-journal", folder / "copy-journal")
        database.rollback()
    return folder / "copy", folder / "copy-journal"


def test_an_unfinished_transaction_is_rolled_back(tmp_path: Path) -> None:
    copy, _ = unfinished(tmp_path)
    assert read(copy, "a") == ([(b"committed",)], [])


def test_a_journal_cannot_have_another_file_deleted(tmp_path: Path) -> None:
    copy, journal = unfinished(tmp_path)
    victim = tmp_path / "victim"
    victim.write_bytes(b"")
    name = str(victim).encode()
    checksum = sum(name).to_bytes(4, "big")
    magic = bytes.fromhex("d9d505f920a163d7")
    lock_page = (2**30 // 4096 + 1).to_bytes(4, "big")
    with journal.open("ab") as file:
        file.write(lock_page + name + len(name).to_bytes(4, "big") + checksum + magic)
    assert read(copy, "a") == ([(b"committed",)], [])
    assert victim.exists()


def test_what_a_schema_smuggles_in_is_not_run(tmp_path: Path) -> None:
    path = make_sqlite(
        tmp_path / "x",
        "CREATE TABLE t(a CHECK (length(hex(zeroblob(900000000))) > 0))",
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n)"
        " SELECT max(i) AS a FROM n",
        "PRAGMA ignore_check_constraints=ON",
        "INSERT INTO t VALUES (1)",
    )
    assert read(path, "a") == ([(1,)], [])
    with closing(SqliteFile(path, unexpected)) as file:
        assert not file.has_table("v")


def test_a_schema_that_would_never_end_is_not_run_in_salvage(tmp_path: Path) -> None:
    path = make_sqlite(tmp_path / "x", "CREATE TABLE t(a)", "INSERT INTO t VALUES (1)")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n"
    endless = f"CREATE TABLE t AS {numbers}"
    make_sqlite(path, "PRAGMA writable_schema=ON", f"UPDATE sqlite_master SET sql = '{endless}'")
    rows, damages = read(path, "a")
    assert rows == []
    assert damages


def test_a_value_too_large_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("reader", "salvage"):
        monkeypatch.setattr(f"desktop_migrator.browsers.sqlite.{module}.MAX_VALUE", 10_000)
    sizes = "INSERT INTO t VALUES (zeroblob(9000)), (zeroblob(30000)), ('ok')"
    rows, damages = read(make_sqlite(tmp_path / "x", "CREATE TABLE t(a)", sizes), "a")
    assert rows == [(bytes(9000),), (LargeValue(30000),), (b"ok",)]
    assert not damages


def test_a_zeroed_end_of_a_value_is_not_taken_for_the_value(tmp_path: Path) -> None:
    path = make_sqlite(tmp_path / "x", "PRAGMA page_size=512", "CREATE TABLE t(a)")
    make_sqlite(path, f"INSERT INTO t VALUES ('{'a' * 2000}'), ('ok')")
    content = path.read_bytes()
    last = max(at for at in range(0, len(content), 512) if content[at : at + 4] == bytes(4))
    path.write_bytes(content[:last] + bytes(512) + content[last + 512 :])
    rows, damages = read(path, "a")
    assert rows == [(b"ok",)]
    assert [lost for _, lost in damages] == [1]


def test_a_value_of_zeros_alone_is_the_value(tmp_path: Path) -> None:
    path = make_sqlite(tmp_path / "x", "PRAGMA page_size=512", "CREATE TABLE t(a)")
    make_sqlite(path, "INSERT INTO t VALUES (zeroblob(5000))")
    assert read(path, "a") == ([(bytes(5000),)], [])


def test_text_keeps_lone_surrogates() -> None:
    assert reader.decode_text(b"a\xed\xa0\x80") == "a\ud800"
    assert reader.decode_text(b"\xed\xa0\xbd\xed\xb8\x80") == "😀"
    with pytest.raises(ValueError, match="decode"):
        reader.decode_text(b"\xff")
