"""A store of WebKit, made by SQLite itself: the simplest way to have a browser hold values."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any


def store_of(folder: Path, values: Mapping[str, Any], host: str = "app.demo.test_3000") -> Path:
    """A new store with these values alone; `bytes` are a record's text as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"http_{host}.localstorage"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB NOT NULL)"
        )
        connection.executemany(
            "INSERT INTO ItemTable VALUES (?, ?)",
            [(key, _text_of(value).encode("utf-16-le")) for key, value in values.items()],
        )
    return path


def _text_of(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
