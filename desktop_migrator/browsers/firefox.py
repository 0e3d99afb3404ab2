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

import re
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from desktop_migrator.browsers.sqlite_file import (
    SqliteFile,
    decode_rows,
    decode_text,
    expect_bytes,
)
from desktop_migrator.browsers.sqlite_salvage import MAX_VALUE
from desktop_migrator.browsers.storage_key import parse_firefox
from desktop_migrator.browsers.text import decode_utf16, unpack_snappy
from desktop_migrator.errors import StoreUnreadable, UnknownStorageFormat
from desktop_migrator.model import Damage, Record, StorageKey, Store

_CURRENT = 5
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
    _CURRENT: ("key", "value", "compression_type", "utf16_length", "conversion_type"),
}
_MAX_METADATA = 2**16
_REPLACED = re.compile(r'[\x00-\x1f/:*?"<>|\\]')
"""What becomes `+` in a folder's name (QuotaManager's kReplaceChars)."""
_FOLDER = re.compile(
    r"(?P<scheme>[a-z][a-z0-9-]*)\+\+\+(?P<host>\[[0-9a-f+.]+\]|[^+\[\]^]+)"
    r"(?:\+(?P<port>[0-9]+))?(?P<suffix>\^.*)?"
)


def read(store: Store, copy: Path, report: Callable[[Damage], None]) -> Iterator[Record]:
    """Yield the area's records. Raises StoreUnreadable and UnknownStorageFormat."""

    def damaged(what: str, lost: int | None) -> None:
        report(Damage(store, what, lost))

    with closing(SqliteFile(copy, damaged)) as file:
        version = _version(store, file)
        if version is None:
            damaged("the file is empty", None)
            return
        storage_key = origin_of(store.path, copy)
        rows = file.rows("data", _COLUMNS[version], damaged, _CREATE_DATA)
        for key, value in decode_rows(rows, _decode, damaged):
            yield Record(store, storage_key, key, value, store.modified)


def origin_of(store_path: Path, copy: Path | None = None) -> StorageKey:
    """Whose area a data.sqlite is. Raises StoreUnreadable if nothing tells.

    Firefox keeps the origin in `.metadata-v2` of the origin's folder, in the table `database`
    (looked at if a private copy is given), and in the folder's name, in which several characters
    became `+`. No checksum guards any of them; the first that fits the name is believed.
    """
    folder = store_path.parent.parent
    told = []
    for origin in _told_origins(folder, copy):
        with suppress(ValueError):
            told.append(parse_firefox(origin))
            if _REPLACED.sub("+", origin) == folder.name:
                return told[-1]
    try:
        return told[0] if told else parse_firefox(_folder_origin(folder.name))
    except ValueError as error:
        raise StoreUnreadable(path=store_path, reason="nothing tells its web site") from error


def _told_origins(folder: Path, copy: Path | None) -> Iterator[str]:
    with suppress(OSError, ValueError, struct.error):  # missing or damaged, as after a crash
        yield _metadata_origin(folder)
    with suppress(StoreUnreadable, ValueError):
        if copy:
            yield _database_origin(copy)


def _version(store: Store, file: SqliteFile) -> int | None:
    """The schema's major version, the newest where damage hides it; None for an empty file."""
    marked = file.user_version
    try:
        stored = set(file.columns_of("data"))
    except StoreUnreadable:
        return _CURRENT
    if not stored and file.is_empty:
        return None
    fitting = [major for major, columns in _COLUMNS.items() if stored.issuperset(columns)]
    major, minor = (max(fitting, default=0), 0) if marked is None else divmod(marked, 16)
    if major not in fitting or minor:
        reason = f"schema {major}.{minor} of Firefox's localStorage is not known"
        raise UnknownStorageFormat(path=store.path, reason=reason)
    return major


def _decode(
    key: bytes, value: bytes, compression: int, utf16_length: int | None = None, conversion: int = 1
) -> tuple[str, str]:
    """A record's key and value; ValueError where they are not exactly what Firefox wrote."""
    expect_bytes(key, value)
    if compression == 1:
        value = unpack_snappy(value, MAX_VALUE)
    elif compression != 0:
        raise ValueError("unknown kind of compression")
    if conversion not in {0, 1}:
        raise ValueError("unknown kind of text")
    text = decode_text(value) if conversion else decode_utf16(value)
    length = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    if utf16_length is not None and length != utf16_length:
        raise ValueError("a value is not as long as it was written")
    return decode_text(key), text


def _metadata_origin(folder: Path) -> str:
    with (folder / ".metadata-v2").open("rb") as file:
        metadata = file.read(_MAX_METADATA)
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
    with closing(SqliteFile(copy, _heard)) as file:
        has_table = file.has_table("database")
        rows = list(file.rows("database", ["origin"], _heard)) if has_table else []
    if len(rows) != 1:
        raise ValueError("not one origin")
    expect_bytes(*rows[0])
    return decode_text(rows[0][0])


def _heard(_what: str, _lost: int | None) -> None:
    """Takes what was damaged: whoever reads the records tells it."""


def _folder_origin(name: str) -> str:
    match = _FOLDER.fullmatch(name)
    if not match:
        raise ValueError("not the name of an origin's folder")
    host = match["host"].replace("+", ":")  # of an IPv6 address
    port = f":{match['port']}" if match["port"] else ""
    return f"{match['scheme']}://{host}{port}{match['suffix'] or ''}"
