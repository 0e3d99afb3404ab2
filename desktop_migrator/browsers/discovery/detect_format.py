"""What a file or a folder is, told from its content; a name counts only where content is damaged.

SQLite keeps the text of every CREATE TABLE in clear on the first page of a file, or in the
write-ahead log while that page waits there (https://sqlite.org/fileformat2.html); so no foreign
database needs to be opened to know it. A LevelDB is known by its files, and its comparator by the
first record of its MANIFEST (leveldb's doc/impl.md).
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from desktop_migrator.browsers.store_files import read_start, store_files
from desktop_migrator.model import StoreFormat

_MAGIC = b"SQLite format 3\0"
_WAL_MAGIC = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_MAX_PAGE_SIZE = 64 * 1024
"""Bytes of the largest page that SQLite knows."""
_PROBE_SIZE = 4 * 2**20
"""Bytes of a log or a table that are looked at."""
_CREATE = re.compile(rb"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"'`\[]?(\w+)", re.IGNORECASE)
_REQUIRED_TABLES = {
    StoreFormat.CHROMIUM_SQLITE: {b"maps", b"map_entries"},
    StoreFormat.FIREFOX: {b"data", b"database"},
    StoreFormat.FIREFOX_LEGACY: {b"webappsstore2"},
    StoreFormat.WEBKIT: {b"ItemTable"},
    StoreFormat.NODE: {b"nodejs_webstorage"},
}
_FORMAT_BY_FILE_NAME = {
    "LocalStorage": StoreFormat.CHROMIUM_SQLITE,
    "data.sqlite": StoreFormat.FIREFOX,
    "webappsstore.sqlite": StoreFormat.FIREFOX_LEGACY,
    "ls-archive.sqlite": StoreFormat.FIREFOX_LEGACY,
    "localstorage.sqlite3": StoreFormat.WEBKIT,
}
_DENO_NAME = "local_storage"
_DENO_TABLE = b"CREATE TABLE data (key VARCHAR UNIQUE, value VARCHAR)"
"""Any program may have a table `data`: this is Deno's own statement."""
_IDB_COMPARATOR = b"idb_cmp1"
_SESSION_PREFIX = b"namespace-"
"""Begins the keys of Chromium's session storage."""
_META_PREFIX = b"META:"
"""Begins the key by which Chromium's localStorage describes an area."""


def detect_sqlite_format(path: Path) -> StoreFormat | None:
    """Which store the file is; None if it is another file. Raises OSError.

    The write-ahead log is looked into as well: all of a young database may still lie there. Where
    no table's name can be read, the first page is damaged, and the file's own name decides.
    """
    files = store_files(path, StoreFormat.CHROMIUM_SQLITE)
    wal = path.with_name(path.name + "-wal")
    head = _read_prefix(path, _MAX_PAGE_SIZE) if path.name in files else b""
    log = _read_prefix(wal, _PROBE_SIZE) if wal.name in files else b""
    text = (head if head.startswith(_MAGIC) else b"") + (log if log.startswith(_WAL_MAGIC) else b"")
    if path.name == _DENO_NAME and _DENO_TABLE in text:
        return StoreFormat.DENO
    # In UTF-16, as Node.js has it, every other byte of a statement is a zero.
    tables = set(_CREATE.findall(text) or _CREATE.findall(text.replace(b"\0", b"")))
    if not tables:
        return _format_by_name(path) if head or log else None
    return next((known for known, needed in _REQUIRED_TABLES.items() if needed <= tables), None)


def has_rows(path: Path, table: str) -> bool:
    """Whether the SQLite file's table has a row; True where that cannot be known untouched."""
    try:
        files = store_files(path, StoreFormat.FIREFOX_LEGACY)
    except OSError:
        return True
    if any(facts.st_size for name, facts in files.items() if name != path.name):
        return True
    # immutable: no lock, no side file, no write, whatever the browser does meanwhile.
    uri = f"{path.absolute().as_uri()}?immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            if not connection.execute(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND rootpage > 0",
                (table,),
            ).fetchone():
                return False
            query = f'SELECT 1 FROM "{table}" LIMIT 1'  # noqa: S608 - a name of our own
            return connection.execute(query).fetchone() is not None
    except sqlite3.Error:
        return True


def is_leveldb(folder: Path) -> bool:
    """Whether the folder holds a LevelDB that can be localStorage. Raises OSError.

    One without CURRENT or MANIFEST counts too, since that is how a damaged one looks.
    """
    names = store_files(folder, StoreFormat.CHROMIUM_LEVELDB)
    manifests = [folder / name for name in names if name.startswith("MANIFEST-")]
    others = any(name[0].isdigit() for name in names)
    return bool(manifests or others) and not any(
        _IDB_COMPARATOR in _read_prefix(manifest, 256) for manifest in manifests
    )


def has_localstorage_areas(folder: Path) -> bool:
    """Whether the LevelDB shows areas of localStorage, unlike Chromium's many other ones."""
    names = store_files(folder, StoreFormat.CHROMIUM_LEVELDB)
    return any(
        _META_PREFIX in _read_prefix(folder / name, _PROBE_SIZE)
        for name in names
        if name[0].isdigit()
    )


def is_session_storage(path: Path) -> bool:
    """Whether Chromium (a LevelDB) or Firefox (a file) keeps there what ends with a tab."""
    if path.name.startswith("sessionstore") and path.suffix.startswith(".js"):
        return True
    try:
        names = store_files(path, StoreFormat.CHROMIUM_LEVELDB) if path.is_dir() else {}
        return any(
            _SESSION_PREFIX in _read_prefix(path / name, _PROBE_SIZE)
            for name in names
            if name[0].isdigit()
        ) and not has_localstorage_areas(path)
    except OSError:
        return False


def leveldb_has_data(folder: Path) -> bool:
    """Whether the LevelDB has any table or log with content; True where that cannot be known."""
    try:
        files = store_files(folder, StoreFormat.CHROMIUM_LEVELDB)
    except OSError:
        return True
    return any(facts.st_size for name, facts in files.items() if name[0].isdigit())


def _format_by_name(path: Path) -> StoreFormat | None:
    return (
        StoreFormat.WEBKIT
        if path.suffix == ".localstorage"
        else _FORMAT_BY_FILE_NAME.get(path.name)
    )


def _read_prefix(path: Path, length: int) -> bytes:
    try:
        return read_start(path, length)
    except FileNotFoundError:
        return b""
