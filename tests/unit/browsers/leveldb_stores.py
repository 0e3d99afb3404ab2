"""Small localStorage folders in LevelDB's format, written by LevelDB itself (plyvel)."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import plyvel

from desktop_migrator.browsers.formats import chromium_leveldb
from desktop_migrator.browsers.leveldb.salvage import salvage
from desktop_migrator.model import Damage, Profile, Record, Store, StoreFormat


def store_at(folder: Path) -> Store:
    profile = Profile("chromium", "Chromium", "Default", folder.parent)
    return Store(profile, StoreFormat.CHROMIUM_LEVELDB, folder, size=0)


def read_all(folder: Path) -> tuple[list[Record], list[Damage]]:
    damages: list[Damage] = []
    records = list(chromium_leveldb.read(store_at(folder), folder, damages.append))
    return records, damages


def salvaged(folder: Path) -> dict[bytes, bytes]:
    with closing(salvage(folder, lambda *_: None, lambda *_: None)) as found:
        return dict(found.entries())


def key_of(number: int, site: str = "https://a.test") -> bytes:
    return b"_%s\0\x01key%03d" % (site.encode(), number)


@contextmanager
def opened(folder: Path, **options: Any) -> Iterator[Any]:
    with closing(plyvel.DB(str(folder), create_if_missing=True, **options)) as database:
        yield database


class History:
    """A store, everything it ever held, and what it holds in the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.live: dict[bytes, bytes] = {}
        self.ever: set[tuple[bytes, bytes]] = set()

    def commit(self, database: Any, changes: dict[bytes, bytes | None]) -> None:
        """One write batch, as the browser commits an area; None deletes."""
        with database.write_batch() as batch:
            for key, value in changes.items():
                if value is None:
                    batch.delete(key)
                    self.live.pop(key, None)
                else:
                    batch.put(key, value)
                    self.live[key] = value
                    self.ever.add((key, value))

    def records(self) -> dict[bytes, bytes]:
        return {key: value for key, value in self.live.items() if key.startswith(b"_")}


def layered_store(folder: Path) -> History:
    """Two level-0 tables of several blocks each, and a log of several writes.

    Later layers overwrite and delete records of earlier ones.
    """
    history = History(folder)

    def value(number: int, generation: int) -> bytes:
        return b"\x01value %d of generation %d, %s" % (number, generation, b"." * (number % 40))

    with opened(folder, block_size=512) as database:
        history.commit(database, {b"VERSION": b"1"})
        history.commit(database, {key_of(n): value(n, 1) for n in range(30)})
    with opened(folder, block_size=512) as database:
        history.commit(database, {key_of(n): value(n, 2) for n in range(0, 30, 3)})
        history.commit(database, {key_of(n): None for n in range(1, 30, 5)})
    with opened(folder, block_size=512) as database:
        history.commit(database, {key_of(n): value(n, 3) for n in range(0, 30, 4)})
        history.commit(database, {key_of(2): None, key_of(1): value(1, 4)})
        for number in range(30, 36):
            history.commit(database, {key_of(number): value(number, 1)})
    return history
