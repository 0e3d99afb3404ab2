"""localStorage of the Chromium family in a LevelDB folder.

Keys (Chromium's `local_storage_leveldb.cc`): `VERSION` = `1`, `META:<storage key>` (a protobuf:
1 = last modified in microseconds since 1601, 2 = the area's bytes), `METAACCESS:<storage key>`,
and `_<storage key>\\0<text>` = `<text>`. In key order all metadata stands before the records.

LevelDB itself reads valid folders; what it cannot read, or would pass over in silence, goes
through `leveldb.salvage`.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import plyvel

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.budget import Budget
from desktop_migrator.browsers.encoding import decode_prefixed, encode_prefixed
from desktop_migrator.browsers.formats.storage_key import format_chromium, parse_chromium
from desktop_migrator.browsers.large_value import large_value, shown_key
from desktop_migrator.browsers.leveldb.salvage import is_empty, is_structurally_intact, salvage
from desktop_migrator.errors import StoreUnreadable, StoreUnwritable, UnknownStorageFormat
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Record, StorageKey, Store

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_RECORD_PREFIX = b"_"
"""How the keys of records begin; those of META entries come before."""


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Some of a store's entries: those with keys from `start`, until before `stop`; and its META
    entries in any case. None: no bound."""

    start: bytes | None = None
    stop: bytes | None = None

    def contains(self, key: bytes) -> bool:
        return (self.start is None or key >= self.start or key < _RECORD_PREFIX) and (
            self.stop is None or key < self.stop
        )


ALL_KEYS = KeyRange()


def entry_key(record: Record) -> bytes:
    """Where a record lies in LevelDB's order, as Chromium writes it."""
    area = str(record.storage_key).encode("utf-8", "surrogatepass")
    return _RECORD_PREFIX + area + b"\0" + encode_prefixed(record.key)


def read(
    store: Store,
    copy: Path,
    report: Callable[[Damage], None],
    key_range: KeyRange = ALL_KEYS,
    *,
    budget: Budget | None = None,
) -> Iterator[Record]:
    """Yields the live records of the private copy `copy`, which LevelDB may rewrite.

    Raises UnknownStorageFormat for another layout than VERSION 1, StoreUnreadable where the
    copy's files cannot be opened at all.
    """

    def damaged(what: Message, lost: int | None) -> None:
        report(Damage(store, what, lost))

    budget = budget or Budget.for_copy(copy)
    walk = _EntryDecoder(store, damaged)
    try:
        if is_empty(copy):
            return
        if is_structurally_intact(copy, budget.check):
            try:
                # Without verify_checksums LevelDB yields flipped bits as if they were right.
                with (
                    closing(
                        plyvel.DB(str(copy), create_if_missing=False, paranoid_checks=True)
                    ) as db,
                    closing(db.raw_iterator(verify_checksums=True)) as probe,
                    closing(_entries(db, None, _RECORD_PREFIX)) as before,
                    closing(
                        _entries(db, key_range.start or _RECORD_PREFIX, key_range.stop)
                    ) as entries,
                ):
                    # plyvel's other iterator takes blocks that cannot be read for the end where
                    # no valid one follows, as in a store of one block.
                    probe.seek_to_first()
                    yield from walk.records(chain(before, entries))
                    probe.seek(max(walk.last_key, key_range.start or _RECORD_PREFIX))
                    if probe.valid():
                        probe.next()
                    walk.report_skipped()
                    return
            except plyvel.Error:
                budget.check()  # the salvage tells what is damaged

        def too_large(key: bytes | None, size: int) -> None:
            if key is None or (key.startswith(_RECORD_PREFIX) and key_range.contains(key)):
                report(_large_entry(store, key, size))

        with closing(salvage(copy, damaged, too_large, budget.check)) as rest:
            entries = rest.entries(walk.last_key)
            yield from walk.records(each for each in entries if key_range.contains(each[0]))
    except OSError as error:
        raise StoreUnreadable(path=store.path, reason=error.strerror or str(error)) from error
    walk.report_skipped()


def _entries(db: Any, start: bytes | None, stop: bytes | None) -> Any:
    return db.iterator(start=start, stop=stop, verify_checksums=True, fill_cache=False)


def write(copy: Path, changes: Sequence[AreaChange], now: datetime) -> None:
    """Change areas of the private copy `copy`, which is written anew.

    So what goes is gone from its files too: from tables, logs and the MANIFEST, where LevelDB
    itself keeps first and last keys of tables that are gone. An area that has records gets `now`
    for its times, without which Chromium would purge it as idle since 1601; one without records
    gets no metadata, as in Chromium. Raises StoreUnwritable.
    """
    anew = copy.with_name(f"{copy.name}-anew")
    try:
        areas = {
            format_chromium(change.storage_key, in_sqlite=False): _AreaUpdate(change)
            for change in changes
        }
        with (
            closing(plyvel.DB(str(copy), create_if_missing=False, paranoid_checks=True)) as db,
            closing(db.iterator(verify_checksums=True, fill_cache=False)) as entries,
            closing(plyvel.DB(str(anew), create_if_missing=True, error_if_exists=True)) as new,
        ):
            for key, value in entries:
                if _is_kept(key, value, areas):
                    new.put(key, value)
            for raw, area in areas.items():
                area.write(new, raw, now)
        shutil.rmtree(copy)
        anew.rename(copy)
    except (OSError, ValueError, plyvel.Error) as error:
        raise StoreUnwritable(path=copy, reason=type(error).__name__) from error


@dataclass
class _AreaUpdate:
    """A changed area: what stays in it is counted, what comes is written."""

    change: AreaChange
    records: int = 0
    size: int = 0

    def add_record(self, text: bytes, value: bytes) -> None:
        self.records += 1
        self.size += len(text) + len(value)

    def write(self, new: Any, raw: bytes, now: datetime) -> None:
        for key, value in self.change.puts.items():
            text, written = encode_prefixed(key), encode_prefixed(value)
            self.add_record(text, written)
            new.put(b"_" + raw + b"\0" + text, written)
        if self.records:
            time = _varint(to_chromium_time(now))
            new.put(b"META:" + raw, b"\x08" + time + b"\x10" + _varint(self.size))
            new.put(b"METAACCESS:" + raw, b"\x08" + time)


def _is_kept(key: bytes, value: bytes, areas: dict[bytes, _AreaUpdate]) -> bool:
    if not key.startswith(b"_"):
        kind, _, raw = key.partition(b":")
        return kind not in {b"META", b"METAACCESS"} or raw not in areas
    raw, _, text = key[1:].partition(b"\0")
    area = areas.get(raw)
    if area is not None:
        if area.change.affects_key(decode_prefixed(text)):  # in whichever encoding it lies there
            return False
        area.add_record(text, value)
    return True


def _varint(number: int) -> bytes:
    """As protobuf writes it."""
    digits = bytearray()
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*digits, number])


class _EntryDecoder:
    """One pass over the entries in key order, which may continue in another source."""

    def __init__(self, store: Store, on_damage: Callable[[Message, int | None], None]) -> None:
        self.last_key = b""
        """The last key that was dealt with."""
        self._store = store
        self._on_damage = on_damage
        self._modified: dict[bytes, datetime | None] = {}
        self._undecodable = 0
        self._in_no_encoding = 0
        self._unknown = 0

    def records(self, entries: Iterable[tuple[bytes, bytes]]) -> Iterator[Record]:
        store, decode = self._store, decode_prefixed
        key = self.last_key
        # No key begins with this: a new area. The hot path (Latin-1 in the area of the record
        # before) decodes by itself since a call costs as much as the decoding.
        prefix = latin1 = b"\0"
        start = 0
        storage_key: StorageKey | None = None
        modified = None
        try:
            for key, value in entries:
                if not key.startswith(prefix):
                    if not key.startswith(b"_"):
                        self._decode_metadata(key, value)
                        continue
                    raw, separator, _ = key[1:].partition(b"\0")
                    storage_key = _storage_key(raw) if separator else None
                    prefix = b"_" + raw + separator
                    latin1 = prefix + b"\x01"
                    start = len(latin1)
                    modified = self._modified.get(raw)
                if storage_key is None:
                    self._undecodable += 1
                    continue
                try:
                    record = Record(
                        store,
                        storage_key,
                        key[start:].decode("latin-1")
                        if key.startswith(latin1)
                        else decode(key[start - 1 :]),
                        value[1:].decode("latin-1") if value[:1] == b"\x01" else decode(value),
                        modified,
                    )
                except ValueError:
                    self._in_no_encoding += 1
                    continue
                yield record
        finally:
            self.last_key = key

    def _decode_metadata(self, key: bytes, value: bytes) -> None:
        if key.startswith(b"META:"):
            self._modified[key[5:]] = _last_modified(value)
        elif key == b"VERSION":
            if value != b"1":
                raise UnknownStorageFormat(
                    path=self._store.path, reason=Message("its LevelDB layout is not version 1")
                )
        elif not key.startswith(b"METAACCESS:"):
            self._unknown += 1

    def report_skipped(self) -> None:
        """Tells what was passed over."""
        if self._in_no_encoding:
            self._on_damage(
                Message("A record holds text in no known encoding."), self._in_no_encoding
            )
        if self._undecodable:
            self._on_damage(
                Message("Records belong to a site whose name is damaged."), self._undecodable
            )
        if self._unknown:
            self._on_damage(Message("Entries are of an unknown kind."), self._unknown)


def _large_entry(store: Store, key: bytes | None, size: int) -> Damage:
    raw, _, text = (key or b"")[1:].partition(b"\0")
    return large_value(store, size, _storage_key(raw) if key else None, shown_key(text))


def _storage_key(raw: bytes) -> StorageKey | None:
    try:
        key = parse_chromium(raw)
    except ValueError:
        return None
    return key if str(key).encode() == raw else None  # SQLite's spelling has no place here


def _last_modified(meta: bytes) -> datetime | None:
    """Field 1 of the META protobuf; None if it is not there."""
    if not meta.startswith(b"\x08"):
        return None
    microseconds = 0
    for position, byte in enumerate(meta[1:11]):
        microseconds |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            return from_chromium_time(microseconds)
    return None


def from_chromium_time(microseconds: int) -> datetime | None:
    """Microseconds since 1601 as Chromium stores them; None for 0 and for nonsense."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds) if microseconds > 0 else None
    except OverflowError:
        return None


def to_chromium_time(moment: datetime) -> int:
    """Microseconds since 1601."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
