"""Firefox's localStorage: `storage/default/<origin folder>/ls/data.sqlite`, one file for each area.

Sources: Firefox's dom/localstorage/ActorsParent.cpp (schemas 1.0 to 5.0 and how one becomes the
next), LSValue.cpp (the text of a value), dom/quota (`.metadata-v2`).

Values are exact. Keys pass through SQLite's own conversion to UTF-8 when Firefox writes them,
which merges a lone surrogate with the code unit behind it and drops a leading byte-order mark:
what it changes is gone before it reaches the disk. A lone surrogate at a key's end lies there
exactly and is read exactly, although Firefox itself shows it as U+FFFD after a restart.

No record has a time of its own (`last_access_time` is never written). `Record.modified` is the
database file's time: Firefox flushes 5 s after a write and touches the file at no other time; the
time in `.metadata-v2` is that of the last access, reading included.
"""

import ipaddress
import re
import sqlite3
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.budget import MAX_VALUE, Budget
from desktop_migrator.browsers.encoding import (
    TooLargeError,
    UndecodableError,
    decode_utf16,
    decompress_snappy,
    encode_utf16,
)
from desktop_migrator.browsers.formats.storage_key import parse_firefox
from desktop_migrator.browsers.large_value import LargeValue, large_value
from desktop_migrator.browsers.sqlite.reader import (
    SqliteFile,
    decode_rows,
    decode_text,
    encode_text,
    expect_bytes,
)
from desktop_migrator.browsers.sqlite.writer import write_transaction
from desktop_migrator.browsers.store_files import read_start
from desktop_migrator.errors import StoreUnreadable, StoreUnwritable, UnknownStorageFormat
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Record, StorageKey, Store

_CURRENT_SCHEMA = 5
_CREATE_DATA = (
    "CREATE TABLE data(key TEXT PRIMARY KEY, utf16_length INTEGER NOT NULL,"
    " conversion_type INTEGER NOT NULL, compression_type INTEGER NOT NULL,"
    " last_access_time INTEGER NOT NULL DEFAULT 0, value BLOB NOT NULL)"
)
# What is read in each major version; the first four always hold UTF-8.
_COLUMNS = {
    1: ("key", "value", "compressed"),
    2: ("key", "value", "compressed"),
    3: ("key", "value", "compressed", "utf16Length"),
    4: ("key", "value", "compressed", "utf16Length"),
    _CURRENT_SCHEMA: ("key", "value", "compression_type", "utf16_length", "conversion_type"),
}
_CREATE_DATABASE = (
    "CREATE TABLE database(origin TEXT NOT NULL, usage INTEGER NOT NULL DEFAULT 0,"
    " last_vacuum_time INTEGER NOT NULL DEFAULT 0, last_analyze_time INTEGER NOT NULL DEFAULT 0,"
    " last_vacuum_size INTEGER NOT NULL DEFAULT 0)"
)
_MAX_METADATA = 2**16
_REPLACED_CHARS = re.compile(r'[\x00-\x1f/:*?"<>|\\]')
"""What becomes `+` in a folder's name (QuotaManager's kReplaceChars)."""
_FOLDER_NAME = re.compile(
    r"(?P<scheme>[a-z][a-z0-9-]*)\+\+\+(?P<host>\[[0-9a-f+.]+\]|[^+\[\]^]+)"
    r"(?:\+(?P<port>[0-9]+))?(?P<suffix>\^.*)?"
)


def read(
    store: Store, copy: Path, report: Callable[[Damage], None], *, budget: Budget | None = None
) -> Iterator[Record]:
    """Yield the area's records. Raises StoreUnreadable and UnknownStorageFormat."""

    def damaged(what: Message, lost: int | None) -> None:
        report(Damage(store, what, lost))

    with closing(SqliteFile(copy, damaged, budget)) as file:
        version = _schema_version(store, file)
        if version is None:
            damaged(Message("the file is empty"), None)
            return
        storage_key = read_storage_key(store.path, copy)
        rows = file.rows("data", _COLUMNS[version], damaged, _CREATE_DATA)
        for key, value in decode_rows(rows, _decode, damaged):
            if isinstance(value, LargeValue):
                report(large_value(store, value.size, storage_key, key))
                continue
            yield Record(store, storage_key, key, value, store.modified)


def write(copy: Path, changes: Sequence[AreaChange], now: datetime) -> None:
    """Change the area of the private copy `copy`, and the usage by which Firefox counts its quota.

    The file `usage` beside the store, in which Firefox repeats it, has to go; Firefox then makes
    it anew. `now` is not needed: nothing in the file is purged by age. Raises StoreUnwritable for
    an older schema, which Firefox brings up to date when the web site is next opened.
    """
    with write_transaction(copy) as connection:
        if connection.execute("PRAGMA user_version").fetchone() != (_CURRENT_SCHEMA << 4,):
            raise StoreUnwritable(path=copy, reason=Message("an older Firefox wrote it"))
        for change in changes:
            _write_area(connection, change)
        rows = connection.execute("SELECT key, utf16_length FROM data")
        usage = sum(len(encode_utf16(decode_text(key))) // 2 + length for key, length in rows)
        connection.execute("UPDATE database SET usage = ?", (usage,))


def create(staged: Path, store_path: Path, storage_key: StorageKey, now: datetime) -> None:
    """Make an empty store at `staged` that is to lie at `store_path`, with its `.metadata-v2`.

    Raises StoreUnwritable where the path is not that of the area.
    """
    folder = store_path.parent.parent
    origin = storage_key.origin + "".join(folder.name.partition("^")[1:])
    try:
        fits = parse_firefox(origin) == storage_key and origin_folder_name(origin) == folder.name
    except ValueError:
        fits = False
    if not fits:
        raise StoreUnwritable(path=store_path, reason=Message("the folder is another web site's"))
    staged.parent.mkdir(parents=True, exist_ok=True)
    if staged.parent.parent.name == folder.name:
        (staged.parent.parent / ".metadata-v2").write_bytes(_metadata(origin, now))
    with closing(sqlite3.connect(staged)) as connection:
        for pragma in ("page_size = 1024", "auto_vacuum = INCREMENTAL"):
            connection.execute(f"PRAGMA {pragma}")
        with connection:
            connection.execute(_CREATE_DATABASE)
            connection.execute(_CREATE_DATA)
            connection.execute("INSERT INTO database (origin) VALUES (?)", (origin,))
            connection.execute(f"PRAGMA user_version = {_CURRENT_SCHEMA << 4}")


def area_path(profile: Path, storage_key: StorageKey) -> Path:
    """Where an area without partition lies in a profile. Raises StoreUnwritable for others."""
    suffix = "^" * bool(storage_key.attributes) + urlencode(storage_key.attributes)
    name = origin_folder_name(storage_key.origin + suffix)
    path = profile / "storage" / "default" / name / "ls" / "data.sqlite"
    if parse_firefox(storage_key.origin + suffix) != storage_key:
        raise StoreUnwritable(
            path=path, reason=Message("it is not known where this web site's data lay")
        )
    return path


def origin_folder_name(origin: str) -> str:
    """The name of an origin's folder."""
    return _REPLACED_CHARS.sub("+", origin)


def reset_usage_cache(copy: Path) -> None:
    """Have Firefox count all usages anew: `copy` is one of the profile's `storage.sqlite`.

    At a clean end Firefox keeps there what each origin used, and at its start believes that.
    """
    with write_transaction(copy) as connection:
        is_there = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'cache'"
        if connection.execute(is_there).fetchone():
            connection.execute("UPDATE cache SET valid = 0")


def read_storage_key(store_path: Path, copy: Path | None = None) -> StorageKey:
    """Whose area a data.sqlite is. Raises StoreUnreadable if nothing tells.

    Firefox keeps the origin in `.metadata-v2` of the origin's folder, in the table `database`
    (looked at if a private copy is given), and in the folder's name, in which several characters
    became `+`. No checksum covers any of them; the first that fits the name is believed.
    """
    folder = store_path.parent.parent
    told = []
    for origin in _candidate_origins(folder, copy):
        with suppress(ValueError):
            told.append(parse_firefox(origin))
            if origin_folder_name(origin) == folder.name:
                return told[-1]
    try:
        return told[0] if told else parse_firefox(_parse_folder_name(folder.name))
    except ValueError as error:
        raise StoreUnreadable(
            path=store_path, reason=Message("nothing tells its web site")
        ) from error


def _candidate_origins(folder: Path, copy: Path | None) -> Iterator[str]:
    with suppress(OSError, ValueError, struct.error):  # missing or damaged, as after a crash
        yield _metadata_origin(folder)
    with suppress(StoreUnreadable, ValueError):
        if copy:
            yield _database_origin(copy)


def _schema_version(store: Store, file: SqliteFile) -> int | None:
    """The schema's major version, the newest where damage hides it; None for an empty file."""
    marked = file.user_version
    try:
        stored = set(file.table_columns("data"))
    except StoreUnreadable:
        return _CURRENT_SCHEMA
    if not stored and file.is_empty:
        return None
    fitting = [major for major, columns in _COLUMNS.items() if stored.issuperset(columns)]
    major, minor = (max(fitting, default=0), 0) if marked is None else divmod(marked, 16)
    if major not in fitting or minor:
        reason = Message(
            "schema {major}.{minor} of Firefox's localStorage is not known",
            major=major,
            minor=minor,
        )
        raise UnknownStorageFormat(path=store.path, reason=reason)
    return major


def _decode(
    key: bytes,
    value: bytes | LargeValue,
    compression: int,
    utf16_length: int | None = None,
    conversion: int = 1,
) -> tuple[str, str | LargeValue]:
    """A record's key and value; ValueError where they are not exactly what Firefox wrote."""
    expect_bytes(key)
    if isinstance(value, LargeValue):
        return decode_text(key), value
    expect_bytes(value)
    if compression == 1:
        try:
            value = decompress_snappy(value, MAX_VALUE)
        except TooLargeError as error:
            return decode_text(key), LargeValue(error.size)
    elif compression != 0:
        raise UndecodableError(Message("unknown kind of compression"))
    if conversion not in {0, 1}:
        raise UndecodableError(Message("unknown kind of text"))
    text = decode_text(value) if conversion else decode_utf16(value)
    length = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    if utf16_length is not None and length != utf16_length:
        raise UndecodableError(Message("a value is not as long as it was written"))
    return decode_text(key), text


def _write_area(connection: sqlite3.Connection, change: AreaChange) -> None:
    keys = connection.execute("SELECT key FROM data")
    going = [(key,) for (key,) in keys if change.affects_key(decode_text(key))]
    connection.executemany("DELETE FROM data WHERE key = CAST(? AS TEXT)", going)
    for key, value in change.puts.items():
        length = len(encode_utf16(value)) // 2
        try:
            raw, conversion = value.encode(), 1
        except UnicodeEncodeError:
            raw, conversion = encode_utf16(value), 0
        connection.execute(
            "INSERT INTO data (key, utf16_length, conversion_type, compression_type, value)"
            # Firefox itself writes the empty text as TEXT.
            " VALUES (CAST(? AS TEXT), ?, ?, 0, ?)",
            (encode_text(key), length, conversion, raw or ""),
        )


def _metadata(origin: str, now: datetime) -> bytes:
    """A `.metadata-v2`. Firefox works the suffix and the group out anew from the origin."""
    site, caret, rest = origin.partition("^")
    suffix = caret + rest
    time = (now - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
    fixed = struct.pack(">qBII", time, 0, 0, 0)
    texts = (suffix, _guess_base_domain(site) + suffix, origin)
    lengths_and_texts = (struct.pack(">I", len(text)) + text.encode("ascii") for text in texts)
    return fixed + b"".join(lengths_and_texts) + b"\0"


def _guess_base_domain(origin: str) -> str:
    host = urlsplit(origin).hostname or ""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ".".join(host.split(".")[-2:])


def _metadata_origin(folder: Path) -> str:
    metadata = read_start(folder / ".metadata-v2", _MAX_METADATA)
    # Time, persisted and two words of flags; then suffix, group and origin, each with its length.
    position, texts = struct.calcsize(">qBII"), []
    for _ in range(3):
        (length,) = struct.unpack_from(">I", metadata, position)
        position += 4 + length
        texts.append(metadata[position - length : position])
    suffix, _, origin = texts
    if not origin.endswith(suffix) or position > len(metadata):
        raise ValueError("not a .metadata-v2")
    return origin.decode()


def _database_origin(copy: Path) -> str:
    with closing(SqliteFile(copy, _ignore)) as file:
        has_table = file.has_table("database")
        rows = list(file.rows("database", ["origin"], _ignore)) if has_table else []
    if len(rows) != 1:
        raise ValueError("not one origin")
    expect_bytes(*rows[0])
    return decode_text(rows[0][0])


def _ignore(_what: Message, _lost: int | None) -> None:
    """Takes what was damaged: whoever reads the records tells it."""


def _parse_folder_name(name: str) -> str:
    match = _FOLDER_NAME.fullmatch(name)
    if not match:
        raise ValueError("not the name of an origin's folder")
    host = match["host"].replace("+", ":")  # of an IPv6 address
    port = f":{match['port']}" if match["port"] else ""
    return f"{match['scheme']}://{host}{port}{match['suffix'] or ''}"
