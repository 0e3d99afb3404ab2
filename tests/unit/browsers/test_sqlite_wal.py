"""Damage to write-ahead logs that SQLite itself wrote; it says what it had committed."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from desktop_migrator.browsers.sqlite.reader import SqliteFile
from desktop_migrator.browsers.sqlite.wal import read_wal, repair_wal
from desktop_migrator.messages import Message
from tests.unit.browsers.test_sqlite_reader import Damages

HEADER, FRAME = 32, 24 + 1024
Rows = list[tuple[object, ...]]


@pytest.fixture(params=["first round", "second round"])
def logged(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Rows]:
    """A copy whose rows are all in its log, behind which an earlier round may still lie."""
    source, copy = tmp_path / "source", tmp_path / "copy"
    with closing(sqlite3.connect(source)) as database:
        for pragma in ("page_size=1024", "journal_mode=WAL", "wal_autocheckpoint=0"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("CREATE TABLE t(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID")
        if request.param == "second round":
            for n in range(60):
                database.execute("INSERT INTO t VALUES (?, ?)", (b"%d" % n, b"old" * 90))
                database.commit()
            database.execute("PRAGMA wal_checkpoint")
            database.execute("DELETE FROM t")
        for n in range(40):
            value = b"value %d, " % n * 30
            database.execute("INSERT INTO t VALUES (?, ?)", (b"%d" % n, value))
            database.commit()
        copy.write_bytes(source.read_bytes())
        log = source.with_name("source-wal").read_bytes()
        copy.with_name("copy-wal").write_bytes(log)
        return copy, database.execute("SELECT k, v FROM t").fetchall()


def read(copy: Path) -> tuple[Rows, Damages]:
    damages: Damages = []

    def damaged(what: Message, lost: int | None) -> None:
        damages.append((str(what), lost))

    with closing(SqliteFile(copy, damaged)) as file:
        columns = file.table_columns("t")
        return list(file.rows("t", columns, damaged)) if columns else [], damages


def change(copy: Path, damage: Callable[[bytearray], None]) -> None:
    log = copy.with_name(copy.name + "-wal")
    content = bytearray(log.read_bytes())
    damage(content)
    log.write_bytes(content)


def frames_of_this_round(copy: Path) -> int:
    """By SQLite's own count."""
    other = copy.with_name("other")  # since counting moves the frames into the file
    other.write_bytes(copy.read_bytes())
    other.with_name("other-wal").write_bytes(copy.with_name("copy-wal").read_bytes())
    with closing(sqlite3.connect(other)) as database:
        return int(database.execute("PRAGMA wal_checkpoint").fetchone()[1])


def flip(at: int, bits: int = 0xFF) -> Callable[[bytearray], None]:
    def damage(log: bytearray) -> None:
        log[at] ^= bits

    return damage


def test_a_log_reads_to_its_end_and_no_further(logged: tuple[Path, Rows]) -> None:
    copy, rows = logged
    log = copy.with_name("copy-wal").read_bytes()
    assert read(copy) == (rows, [])
    assert read_wal(log) == read_wal(log, frames_of_this_round(copy))
    repaired = BytesIO()
    repair = repair_wal(log, repaired)
    assert (repair.damaged_headers, repair.blanked_frames, repair.truncated) == (0, 0, False)
    assert repaired.getvalue() == log[: len(repaired.getvalue())]


FIRST_FRAME = HEADER + FRAME
PLACES = {
    "the log's salts and checksum": range(16, HEADER),
    "a frame's commit size, salts and checksum": range(FIRST_FRAME + 4, FIRST_FRAME + 24),
    "a page that is written once more later on": range(FIRST_FRAME + 24, FIRST_FRAME + FRAME, 97),
}


@pytest.mark.parametrize("bits", [0xFF, 1])
@pytest.mark.parametrize("place", PLACES)
def test_one_wrong_byte_costs_nothing(logged: tuple[Path, Rows], place: str, bits: int) -> None:
    copy, rows = logged
    log = copy.with_name("copy-wal").read_bytes()
    for at in PLACES[place]:
        copy.with_name("copy-wal").write_bytes(log)
        change(copy, flip(at, bits))
        for _ in range(2):  # the copy can be read again, and tells the same
            found, damages = read(copy)
            assert found == rows, at
            assert [lost for _, lost in damages] == [0], at


@pytest.mark.parametrize("bits", [0xFF, 1])
def test_behind_a_wrong_page_number_nothing_is_read(logged: tuple[Path, Rows], bits: int) -> None:
    """With one image of who knows which page missing, the others would not fit together."""
    copy, rows = logged
    log = copy.with_name("copy-wal").read_bytes()
    commits = [at for at in range(HEADER, len(log), FRAME) if any(log[at + 4 : at + 8])]
    for at in range(commits[4] + FRAME, commits[4] + FRAME + 4):
        copy.with_name("copy-wal").write_bytes(log)
        change(copy, flip(at, bits))
        broken, damages = read(copy)
        assert [lost for _, lost in damages] == [None]
        copy.with_name("copy-wal").write_bytes(log[: commits[4] + FRAME])
        assert (broken, []) == read(copy)
        assert broken != rows


@pytest.mark.parametrize("at", range(16))
def test_without_the_logs_header_the_file_is_read_without_its_log(
    logged: tuple[Path, Rows], at: int
) -> None:
    copy, rows = logged
    change(copy, flip(at))
    found, damages = read(copy)
    assert [lost for _, lost in damages] == [None]
    copy.with_name("copy-wal").unlink()
    assert (found, []) == read(copy)
    assert found != rows


def test_a_damaged_page_that_was_not_written_again_is_missing_and_told(
    logged: tuple[Path, Rows],
) -> None:
    """Each page's newest image in turn, the last frame aside: nothing behind it vouches for it."""
    copy, rows = logged
    log = copy.with_name("copy-wal").read_bytes()
    newest = {
        log[at : at + 4]: at
        for at in range(HEADER, HEADER + frames_of_this_round(copy) * FRAME, FRAME)
    }
    leaves = [
        at
        for at in list(newest.values())[:-1]
        if log[at + 24] == 10  # a leaf of an index, which such a table is: SQLite's file format
    ]
    assert leaves
    for at in leaves:
        copy.with_name("copy-wal").write_bytes(log)
        change(copy, flip(at + FRAME - 30, 1))
        found, damages = read(copy)
        assert set(found) < set(rows)
        assert [lost for _, lost in damages] == [0, None]  # the log's own, and the table's


def test_frames_behind_a_larger_damage_are_read(logged: tuple[Path, Rows]) -> None:
    copy, rows = logged

    def overwrite(log: bytearray) -> None:
        at = HEADER + 5 * FRAME + 500
        log[at : at + 300] = b"?" * 300

    change(copy, overwrite)
    found, damages = read(copy)
    assert found == rows  # what the frame held was written once more, later on
    assert [lost for _, lost in damages] == [0]


def test_nothing_wrong_is_read_and_nothing_is_lost_in_silence(logged: tuple[Path, Rows]) -> None:
    copy, rows = logged
    log = copy.with_name("copy-wal").read_bytes()
    random = Random(3)
    frames = frames_of_this_round(copy)
    for _ in range(60):
        copy.with_name("copy-wal").write_bytes(log)
        at, length = random.randrange(frames * FRAME), random.choice([1, 2, 9, 60, 2000])

        def damage(content: bytearray, at: int = at, length: int = length) -> None:
            content[at : at + length] = random.randbytes(len(content[at : at + length]))

        change(copy, damage)
        found, damages = read(copy)
        assert set(found) <= set(rows) | {(b"%d" % n, b"old" * 90) for n in range(60)}, at
        assert found == rows or damages, at


def test_a_log_is_read_though_its_file_is_cut_to_nothing(logged: tuple[Path, Rows]) -> None:
    """SQLite takes such a file for a new one, and deletes the log."""
    copy, rows = logged
    copy.write_bytes(b"")
    found, damages = read(copy)
    assert found == rows or damages


def test_a_log_that_ends_within_a_frame_is_told(logged: tuple[Path, Rows]) -> None:
    copy, rows = logged
    log = copy.with_name("copy-wal").read_bytes()
    change(copy, bytearray.clear)
    change(copy, lambda content: content.extend(log[: HEADER + 8 * FRAME + 100]))
    found, damages = read(copy)
    assert found != rows
    assert [lost for _, lost in damages] == [None]
