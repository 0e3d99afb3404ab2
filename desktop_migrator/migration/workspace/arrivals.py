"""Which of the browser's records have arrived in the database as a whole, so that they may be
cleared.

A run that was verified leaves a file: for each record of which nothing is missing in the database,
two keyed hashes, of its place (store, area and key) and of its value. Of the other records that it
took, it says at which place they lie and why they are to stay. Nobody reads a value from it.

The file is msgpack: see `_Contents`. Hashes are BLAKE2b with a key of the file's own.
"""

import secrets
from collections.abc import Collection, Iterable
from contextlib import suppress
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path

import msgspec

from desktop_migrator.model import Record, Source
from desktop_migrator.system.files import private_folder, write_private

_SUFFIX = ".arrived"
_HASH_SIZE = 12
_ENTRY_SIZE = 2 * _HASH_SIZE
_MAX_BYTES = 1 << 30

Place = tuple[str, str, str]
"""The path of the store, the storage key as text, the record's key."""


class HeldReason(StrEnum):
    """Why a record stays in the browser."""

    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    KEPT = "kept"
    INCOMPLETE = "incomplete"
    """Items of another time, or sensitive fields without a key, were not sent."""
    PART_TAKEN = "part-taken"
    """The plan, or this program, took a part of it alone."""
    CHANGED = "changed"
    """It was written to since."""
    NOT_TAKEN = "not-taken"
    """No run has taken it."""


class _Contents(msgspec.Struct):
    version: int
    key: bytes
    entries: bytes
    """Of each record the place's hash and the value's, sorted."""
    held: dict[bytes, str]
    """Places' hashes and `HeldReason`s."""


class Hasher:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def place(self, place: Place) -> bytes:
        digest = blake2b(key=self._key, digest_size=_HASH_SIZE)
        for part in place:
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.digest()

    def value(self, text: str) -> bytes:
        data = text.encode("utf-8", "surrogatepass")
        return blake2b(data, key=self._key, digest_size=_HASH_SIZE).digest()


class ArrivalCollector:
    """Takes 24 bytes for each record of a site."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._hasher = Hasher(self._key)
        self._entries: dict[str, bytearray] = {}
        self._held: dict[str, dict[bytes, str]] = {}

    def add(self, record: Record) -> None:
        """A record of which every item is to be sent."""
        entries = self._entries.setdefault(record.storage_key.origin, bytearray())
        entries += self._hasher.place(place_of(record)) + self._hasher.value(record.value)

    def hold(self, record: Record, reason: HeldReason) -> None:
        """A record of which something is not."""
        held = self._held.setdefault(record.storage_key.origin, {})
        held[self._hasher.place(place_of(record))] = reason

    def save(
        self, folder: Path, run: str, origins: Collection[str], held: Iterable[tuple[Place, str]]
    ) -> None:
        """What arrived of these origins in the run: all but what lies at the places held."""
        kept_back = {
            place: reason
            for origin in origins
            for place, reason in self._held.get(origin, {}).items()
        }
        kept_back |= {self._hasher.place(place): reason for place, reason in held}
        data = b"".join(self._entries.get(origin, b"") for origin in origins)
        entries = sorted(
            data[start : start + _ENTRY_SIZE] for start in range(0, len(data), _ENTRY_SIZE)
        )
        arrived = b"".join(each for each in entries if each[:_HASH_SIZE] not in kept_back)
        private_folder(folder)
        contents = _Contents(1, self._key, arrived, kept_back)
        write_private(_path(folder, run), msgspec.msgpack.encode(contents))


class Arrivals:
    """What one run has brought in, and what it has not."""

    def __init__(self, contents: _Contents) -> None:
        self._hasher = Hasher(contents.key)
        self._arrived: dict[bytes, set[bytes]] = {}
        for start in range(0, len(contents.entries), _ENTRY_SIZE):
            middle, end = start + _HASH_SIZE, start + _ENTRY_SIZE
            place, value = contents.entries[start:middle], contents.entries[middle:end]
            self._arrived.setdefault(place, set()).add(value)
        self._held = contents.held

    def held_reason(self, record: Record) -> HeldReason | None:
        """Why the record is to stay; None if all of it has arrived."""
        place = self._hasher.place(place_of(record))
        values = self._arrived.get(place)
        if values is not None:
            return None if self._hasher.value(record.value) in values else HeldReason.CHANGED
        reason = self._held.get(place)
        with suppress(ValueError):
            return HeldReason(reason or HeldReason.NOT_TAKEN)
        return HeldReason.NOT_TAKEN


def load_arrivals(folder: Path, run: str) -> Arrivals | None:
    """None where the run left no such file, or it cannot be read."""
    try:
        with _path(folder, run).open("rb") as file:
            data = file.read(_MAX_BYTES)
        return Arrivals(msgspec.msgpack.decode(data, type=_Contents))
    except (OSError, msgspec.MsgspecError):
        return None


def place_of(found: Record | Source) -> Place:
    return str(found.store.path), str(found.storage_key), found.key


def _path(folder: Path, run: str) -> Path:
    return folder / f"{run}{_SUFFIX}"
