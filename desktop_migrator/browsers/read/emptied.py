"""Whether a web site once had localStorage in a store that holds none of it any more.

What is left where an app has moved: in LevelDB the deletions, until it tidies up; in Chromium's
SQLite the area in its list; in Firefox and WebKit the area's file without records.
"""

from contextlib import closing
from pathlib import Path

from desktop_migrator.browsers.budget import Budget
from desktop_migrator.browsers.formats import firefox, webkit
from desktop_migrator.browsers.formats.storage_key import format_chromium
from desktop_migrator.browsers.leveldb.salvage import salvage
from desktop_migrator.browsers.sqlite.reader import SqliteFile
from desktop_migrator.errors import StorageError
from desktop_migrator.model import StorageKey, Store, StoreFormat


def was_emptied(store: Store, copy: Path, origin: str) -> bool:
    """For a store of which no record of the origin was read; `copy` is its private copy.

    False too where that cannot be known.
    """
    key = StorageKey(origin)
    try:
        match store.format:
            case StoreFormat.CHROMIUM_LEVELDB:
                return _has_deletions(copy, key)
            case StoreFormat.CHROMIUM_SQLITE:
                return _is_listed(copy, key)
            case StoreFormat.FIREFOX:
                return firefox.read_storage_key(store.path, copy) == key
            case StoreFormat.WEBKIT:
                return webkit.read_storage_key(store.path) == key
    except (StorageError, OSError, ValueError):
        return False
    return False


def _has_deletions(copy: Path, key: StorageKey) -> bool:
    prefix = b"_" + format_chromium(key, in_sqlite=False) + b"\0"
    check = Budget.for_copy(copy).check
    with closing(salvage(copy, lambda *_: None, lambda *_: None, check)) as found:
        return found.has_deletion(prefix)


def _is_listed(copy: Path, key: StorageKey) -> bool:
    with closing(SqliteFile(copy, lambda *_: None)) as file:
        rows = file.rows("maps", ["storage_key"], lambda *_: None)
        return any(raw == format_chromium(key, in_sqlite=True) for (raw,) in rows)
