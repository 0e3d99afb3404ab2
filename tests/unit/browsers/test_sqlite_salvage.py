"""Damaged SQLite files: SQLite itself wrote them and says what was in them before the damage."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_migrator.browsers.sqlite.pages import DatabaseFile
from desktop_migrator.browsers.sqlite.reader import SqliteFile
from desktop_migrator.browsers.sqlite.salvage import salvage_rows
from desktop_migrator.errors import StoreUnreadable
from desktop_migrator.messages import Message
from tests.unit.browsers.damages import unexpected

CREATE = {
    "data": "CREATE TABLE data(key TEXT PRIMARY KEY, n INTEGER NOT NULL, value BLOB NOT NULL)",
    "maps": "CREATE TABLE maps(row_id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL)",
    "entries": "CREATE TABLE entries(m INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
    " PRIMARY KEY(m, key)) WITHOUT ROWID",
}
COLUMNS = {
    "data": ["key", "n", "value"],
    "maps": ["row_id", "name"],
    "entries": ["m", "key", "value"],
}
PAGE = 1024
Rows = Counter[tuple[Any, ...]]
Damages = list[tuple[str, int | None]]


def build(path: Path, *, auto_vacuum: int, encoding: str = "UTF-8") -> dict[str, Rows]:
    """A database with deleted rows, free pages and values over many pages; gives its rows."""
    chance = random.Random(7)
    with closing(sqlite3.connect(path)) as database:
        for pragma in (f"page_size={PAGE}", f"auto_vacuum={auto_vacuum}", f"encoding='{encoding}'"):
            database.execute(f"PRAGMA {pragma}")
        for statement in CREATE.values():
            database.execute(statement)
        for n in range(900):
            value = f"<{n}>".encode() * chance.choice([1, 5, 30, 60, 400, 1500])
            database.execute("INSERT INTO data VALUES (?, ?, ?)", (f"k{n * 7919 % 9973}", n, value))
            database.execute("INSERT INTO maps(name) VALUES (?)", (b"map %d" % n,))
            database.execute("INSERT INTO entries VALUES (?, ?, ?)", (n % 7, b"k%d" % n, value))
        for table, number in (("data", "n"), ("maps", "row_id"), ("entries", "length(value)")):
            database.execute(f"DELETE FROM {table} WHERE {number} % 5 = 0")
        database.commit()
        database.text_factory = bytes
        return {
            table: Counter(database.execute(f"SELECT {', '.join(columns)} FROM {table}"))
            for table, columns in COLUMNS.items()
        }


Base = tuple[bytes, dict[str, Rows]]


@pytest.fixture(scope="module", params=[0, 2], ids=["free list", "pointer map"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Base:
    path = tmp_path_factory.mktemp("base") / "base.db"
    rows = build(path, auto_vacuum=request.param)
    return path.read_bytes(), rows


def read(path: Path, table: str) -> tuple[Rows, Damages]:
    damages: Damages = []

    def damaged(what: Message, lost: int | None) -> None:
        damages.append((str(what), lost))

    with closing(SqliteFile(path, damaged)) as file:
        rows = Counter(file.rows(table, COLUMNS[table], damaged, CREATE[table]))
    return rows, damages


def check(path: Path, content: bytes, expected: dict[str, Rows]) -> dict[str, Rows]:
    """Read each table of a damaged file: nothing that was not there, each loss told. Gives rows."""
    path.write_bytes(content)
    found = {}
    for table, whole in expected.items():
        found[table], damages = read(path, table)
        assert not found[table] - whole, "a row that was not there"
        missing = (whole - found[table]).total()
        assert damages or not missing, "a silent loss"
        counts = [lost for _, lost in damages]
        assert None in counts or sum(lost or 0 for lost in counts) == missing
    return found


def wipe(content: bytes, page: int) -> bytes:
    return content[: (page - 1) * PAGE] + bytes(PAGE) + content[page * PAGE :]


def pages_of(content: bytes, path: Path, kind: int) -> list[int]:
    path.write_bytes(content)
    file = DatabaseFile(path)
    parsed = {number: file.btree_page(number) for number in range(2, file.page_count + 1)}
    free, _ = file.free_pages()
    return [n for n, page in parsed.items() if page and page.kind == kind and n not in free]


# ---- undamaged files ----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_an_undamaged_file_is_read_as_sqlite_reads_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.db"
    expected = build(path, auto_vacuum=0, encoding=encoding)
    for table, rows in expected.items():
        assert read(path, table) == (rows, [])
        assert Counter(salvage_rows(path, table, COLUMNS[table], unexpected)) == rows


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False),
            st.text(max_size=50) | st.binary(max_size=50) | st.binary(min_size=600, max_size=3000),
        ),
        max_size=20,
    ),
    st.sampled_from([512, 1024, 65536]),
)
def test_any_value_is_salvaged_as_sqlite_reads_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, Any]], page_size: int
) -> None:
    path = tmp_path_factory.mktemp("values") / "x.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA page_size={page_size}")
        database.execute("CREATE TABLE t(a, b)")
        database.executemany("INSERT INTO t VALUES (?, ?)", rows)
        database.commit()
        database.text_factory = bytes
        expected = list(database.execute("SELECT a, b FROM t"))
    assert list(salvage_rows(path, "t", ["a", "b"], unexpected)) == expected


# ---- damage -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "table"), [(0x0D, "data"), (0x0A, "entries")])
def test_a_zeroed_leaf_loses_its_own_rows_alone(
    base: Base, tmp_path: Path, kind: int, table: str
) -> None:
    content, expected = base
    path = tmp_path / "x.db"
    leaves = pages_of(content, path, kind)
    for page in random.Random(1).sample(leaves, 6):
        found = check(path, wipe(content, page), expected)
        missing = sum((expected[name] - found[name]).total() for name in expected)
        assert missing <= PAGE // 6


def test_rows_below_a_zeroed_interior_page_are_found_and_counted(
    base: Base, tmp_path: Path
) -> None:
    content, expected = base
    path = tmp_path / "x.db"
    for page in pages_of(content, path, 0x05):
        found = check(path, wipe(content, page), expected)
        assert found == expected


def test_a_row_whose_overflow_chain_is_broken_is_lost(base: Base, tmp_path: Path) -> None:
    content, expected = base
    path = tmp_path / "x.db"
    path.write_bytes(content)
    file = DatabaseFile(path)
    leaves = (file.btree_page(number) for number in pages_of(content, path, 0x0D))
    chains = [
        cell.overflow_page
        for leaf in leaves
        if leaf
        for cell in leaf.cells
        if cell and cell.overflow_page
    ]
    for page in chains[::40]:
        found = check(path, wipe(content, page), expected)
        assert (expected["data"] - found["data"]).total() == 1
        assert read(path, "data")[1][0][1] == 1


@pytest.mark.parametrize("damage", ["wipe", "header", "garbage", "cut", "several"])
def test_no_damage_makes_a_row_or_loses_one_silently(
    base: Base, tmp_path: Path, damage: str
) -> None:
    content, expected = base
    for seed in range(12):
        chance = random.Random(f"{damage}{seed}")
        damaged = bytearray(content)
        for _ in range(3 if damage == "several" else 1):
            page = chance.randrange(1, len(content) // PAGE)
            size = {"header": 12, "cut": 0}.get(damage, PAGE)
            filler = chance.randbytes(size) if damage in {"header", "garbage"} else bytes(size)
            damaged[page * PAGE : page * PAGE + size] = filler
        if damage == "cut":
            del damaged[chance.randrange(PAGE, len(damaged)) :]
        check(tmp_path / "x.db", bytes(damaged), expected)


def test_changed_bytes_in_page_structure_are_never_taken_for_rows(
    base: Base, tmp_path: Path
) -> None:
    content, expected = base
    path = tmp_path / "x.db"
    chance = random.Random(5)
    for page in chance.sample(pages_of(content, path, 0x0D) + pages_of(content, path, 0x05), 25):
        damaged = bytearray(content)
        damaged[(page - 1) * PAGE + chance.randrange(12)] ^= 1 << chance.randrange(8)
        check(path, bytes(damaged), expected)


def test_a_zeroed_first_page_is_made_up_for_by_the_pointer_map(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    expected = build(path, auto_vacuum=2)
    path.write_bytes(wipe(path.read_bytes(), 1))
    with closing(SqliteFile(path, unexpected)) as file, pytest.raises(StoreUnreadable):
        file.table_columns("data")
    rows, damages = read(path, "data")
    assert rows == expected["data"]
    assert damages


def test_without_first_page_and_pointer_map_the_one_root_whose_rows_fit_is_taken(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.db"
    expected = build(path, auto_vacuum=0)
    path.write_bytes(wipe(path.read_bytes(), 1))
    for table in CREATE:
        rows, damages = read(path, table)
        assert rows == expected[table]
        assert damages


def test_nothing_is_guessed_where_two_roots_fit(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    build(path, auto_vacuum=0)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(CREATE["data"].replace("data", "twin"))
        database.execute("INSERT INTO twin SELECT * FROM data")
    path.write_bytes(wipe(path.read_bytes(), 1))
    rows, damages = read(path, "data")
    assert not rows
    assert [lost for _, lost in damages] == [None]


@pytest.mark.parametrize("content", [b"", b"no database", bytes(4096), b"\x0d" * 5000])
def test_what_is_no_database_yields_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    assert not list(salvage_rows(path, "t", ["a"], lambda *_: None))


@settings(max_examples=80)
@given(st.data())
def test_hostile_bytes_end_in_rows_or_damage(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("hostile") / "x.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA page_size=512")
        database.execute(CREATE["data"])
        rows = [(str(n), n, b"v" * n * 9) for n in range(100)]
        database.executemany("INSERT INTO data VALUES (?, ?, ?)", rows)
        database.commit()
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    for _ in salvage_rows(path, "data", COLUMNS["data"], lambda *_: None, CREATE["data"]):
        pass


# ---- the write-ahead log ------------------------------------------------------------------------


@pytest.fixture
def logged(tmp_path: Path) -> Callable[[Callable[[bytes], bytes]], Path]:
    """Makes a copy of a database whose rows are all in its log, with the log changed."""

    def build_with(change: Callable[[bytes], bytes]) -> Path:
        source, copy = tmp_path / "source.db", tmp_path / "copy.db"
        with closing(sqlite3.connect(source)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(CREATE["data"])
            for n in range(40):
                database.execute("INSERT INTO data VALUES (?, ?, ?)", (str(n), n, b"v" * 500))
                database.commit()
            copy.write_bytes(source.read_bytes())
            log = (tmp_path / "source.db-wal").read_bytes()
        (tmp_path / "copy.db-wal").write_bytes(change(log))
        return copy

    return build_with


def test_rows_in_the_log_are_read(logged: Callable[..., Path]) -> None:
    copy = logged(lambda log: log)
    for _ in range(2):  # reading leaves the log as it is
        rows, damages = read(copy, "data")
        assert (rows.total(), damages) == (40, [])


def test_a_log_cut_off_gives_what_was_committed_and_tells(logged: Callable[..., Path]) -> None:
    rows, damages = read(logged(lambda log: log[: len(log) // 2]), "data")
    assert 10 < rows.total() < 30
    assert [lost for _, lost in damages] == [None]


def test_a_damaged_file_is_salvaged_with_its_log(logged: Callable[..., Path]) -> None:
    copy = logged(lambda log: log)
    with copy.open("r+b") as file:
        file.write(b"garbage garbage!")  # SQLite refuses the file, whose first page the log holds
    assert read(copy, "data")[0].total() == 40


def test_a_damaged_name_of_a_column_is_made_up_for(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    expected = build(path, auto_vacuum=0)
    path.write_bytes(path.read_bytes().replace(b"NULL, value BLOB", b"NULL, v\x8clue BLOB", 1))
    assert read(path, "data")[0] == expected["data"]
