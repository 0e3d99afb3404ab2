"""What a backup or capture holds once its container is opened: frames, one after the other.

docs/backups.md describes the format. Written and read in one go and in bounded memory; a reader
refuses what it does not understand, what is too large and what does not add up. The container
vouches for the bytes, so that there is no checksum here.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import msgspec

from desktop_migrator.errors import PayloadUnreadable
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Profile, Record, StorageKey, Store, StoreFormat

VERSION = 1

_MANIFEST, _END = b"M", b"E"
_STORE, _AREA, _RECORD = b"S", b"A", b"R"
_TARGET, _TABLE, _ROWS = b"G", b"T", b"D"
_FRAME = struct.Struct(">cI")
_RECORD_HEADER = struct.Struct(">qI")
_NO_TIME = -(2**63)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_BLOCK_SIZE = 256 * 1024
"""Bytes that are gathered before they are handed on."""
MAX_FRAME_SIZE = 512 * 2**20
"""Bytes of the largest piece of rows."""
MAX_RECORD_SIZE = 64 * 2**20
"""Bytes of the largest record. No browser keeps as much under one key."""
_MAX_JSON_FRAME_SIZE = 16 * 2**20
"""Bytes of every other frame."""
_MAX_STORES = 100_000


Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""One without a zone could not be compared with the others."""
_Name = Annotated[str, msgspec.Meta(max_length=1000)]


class ByteSink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class ByteSource(Protocol):
    def read(self, size: int, /) -> bytes: ...


class BackupManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when a backup or capture is begun."""

    version: int = VERSION
    id: str
    created: Time
    """By this computer's clock, in UTC."""
    time_zone: str
    """Of this computer: its offset, and its name if it has one."""
    tool_version: str
    host: str
    system: str
    """Linux, Windows or Darwin."""
    reason: str
    """migrate, create, clear, restore or capture."""
    origins: list[str]
    """Those whose records were taken; empty: all."""
    user_id: _Name | None = None
    """Whose data it is, in the app; None: nobody said, as in all that older versions made."""
    email: _Name | None = None
    """The same, where the app's database is to be asked for the id."""
    login: _Name | None = None
    """The account on that computer that made it."""
    plan: _Name | None = None
    """The name of the plan that it was made for, which is that of the app."""
    plan_digest: _Name | None = None
    """SHA-256 of that plan, in hexadecimal."""


class BackupTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The database that a backup was made for, and the run that it came before."""

    run: str
    plan: str
    user_id: str
    database: str
    """Its address, without a password."""
    database_id: str
    """What tells it from every other; see postgres.audit."""
    time: Time
    """By the database's clock, which runs are timed by."""


class OriginSummary(msgspec.Struct, kw_only=True):
    origin: str
    records: int = 0
    bytes: int = 0
    """Of keys and values, in UTF-8."""
    modified: Time | None = None
    """When the newest was written; None if no time is known."""


class TableSummary(msgspec.Struct, kw_only=True):
    table: str
    rows: int = 0


class DamageSummary(msgspec.Struct, frozen=True, kw_only=True):
    store: str
    what: str
    lost_records: int | None


class BackupSummary(msgspec.Struct, kw_only=True):
    """What it came to; the last frame."""

    records: int = 0
    rows: int = 0
    origins: list[OriginSummary] = []
    tables: list[TableSummary] = []
    damages: list[DamageSummary] = []
    """What could not be read of damaged stores."""


class TableHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The table whose rows follow, in PostgreSQL's COPY text format."""

    entity: str
    table: str
    """As the bookkeeping names it: with its schema if it has one."""
    id_column: str
    columns: list[str]
    user_column: str | None = None
    """The one in which the person stands, where the rows are one's own."""


class _StoreFrame(msgspec.Struct, frozen=True):
    browser: str
    browser_name: str
    profile: str
    profile_path: str
    format: StoreFormat
    path: str
    size: int
    modified: Time | None


class _AreaFrame(msgspec.Struct, frozen=True):
    store: int
    """Which one of those before it, from 0."""
    origin: str
    top_level_site: str | None
    cross_site_ancestor: bool
    nonce: tuple[int, int] | None
    opaque_site: tuple[int, int, str] | None
    attributes: list[tuple[str, str]]


_FrameT = TypeVar("_FrameT", bound=msgspec.Struct)


class PayloadWriter:
    """Writes the manifest at once, then what it is given, in that order."""

    def __init__(self, sink: ByteSink, manifest: BackupManifest) -> None:
        self._sink = sink
        self._pending: list[bytes] = []
        self._size = 0
        self._stores: dict[int, tuple[int, Store]] = {}
        """Numbers by identity; the stores are kept so that identities stay theirs."""
        self._store: Store | None = None
        self._area: StorageKey | None = None
        self._origin = OriginSummary(origin="")
        self._origins: dict[str, OriginSummary] = {}
        self._summary = BackupSummary()
        self._write_frame(_MANIFEST, msgspec.json.encode(manifest))

    def write_record(self, record: Record) -> None:
        if record.storage_key is not self._area or record.store is not self._store:
            self._begin_area(record.store, record.storage_key)
        key = record.key.encode("utf-8", "surrogatepass")
        value = record.value.encode("utf-8", "surrogatepass")
        modified = record.modified
        time = _NO_TIME if modified is None else (modified - _EPOCH) // _MICROSECOND
        head = _RECORD_HEADER.pack(time, len(key))
        self._append(_FRAME.pack(_RECORD, len(head) + len(key) + len(value)), head, key, value)
        origin = self._origin
        origin.records += 1
        origin.bytes += len(key) + len(value)
        if modified is not None and (origin.modified is None or modified > origin.modified):
            origin.modified = modified

    def write_target(self, target: BackupTarget) -> None:
        """After the records, before the rows."""
        self._write_frame(_TARGET, msgspec.json.encode(target))

    def begin_table(self, header: TableHeader) -> None:
        """Begins the rows of a table."""
        self._write_frame(_TABLE, msgspec.json.encode(header))
        self._summary.tables.append(TableSummary(table=header.table))

    def write_rows(self, data: bytes) -> None:
        """Whole rows of the table begun last, as COPY gives them: each ends with a line feed."""
        self._append(_FRAME.pack(_ROWS, len(data)), data)
        self._summary.tables[-1].rows += data.count(b"\n")

    def finish(self, damages: tuple[Damage, ...] = ()) -> BackupSummary:
        """Writes the summary, and all that is still held back."""
        summary = self._summary
        summary.origins = [self._origins[name] for name in sorted(self._origins)]
        summary.records = sum(origin.records for origin in summary.origins)
        summary.rows = sum(table.rows for table in summary.tables)
        summary.damages = [
            DamageSummary(
                store=str(each.store.path),
                what=str(each.description),
                lost_records=each.lost_records,
            )
            for each in damages
        ]
        self._write_frame(_END, msgspec.json.encode(summary))
        self._flush()
        return summary

    def _begin_area(self, store: Store, area: StorageKey) -> None:
        number, _ = self._stores.get(id(store), (None, None))
        if number is None:
            number = len(self._stores)
            self._stores[id(store)] = number, store
            self._write_frame(_STORE, msgspec.json.encode(_store_frame(store)))
        facts = _AreaFrame(
            store=number,
            origin=area.origin,
            top_level_site=area.top_level_site,
            cross_site_ancestor=area.cross_site_ancestor,
            nonce=area.nonce,
            opaque_site=area.opaque_site,
            attributes=list(area.attributes),
        )
        self._write_frame(_AREA, msgspec.json.encode(facts))
        self._store, self._area = store, area
        self._origin = self._origins.setdefault(area.origin, OriginSummary(origin=area.origin))

    def _write_frame(self, kind: bytes, body: bytes) -> None:
        self._append(_FRAME.pack(kind, len(body)), body)

    def _append(self, *parts: bytes) -> None:
        self._pending += parts
        self._size += sum(map(len, parts))
        if self._size >= _BLOCK_SIZE:
            self._flush()

    def _flush(self) -> None:
        self._sink.write(b"".join(self._pending))
        self._pending.clear()
        self._size = 0


def _store_frame(store: Store) -> _StoreFrame:
    profile = store.profile
    return _StoreFrame(
        browser=profile.browser,
        browser_name=profile.browser_name,
        profile=profile.name,
        profile_path=_path_to_text(profile.path),
        format=store.format,
        path=_path_to_text(store.path),
        size=store.size,
        modified=store.modified,
    )


def _path_to_text(path: Path) -> str:
    """A path as JSON can have it; what no text can say shows as a replacement character."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Whole rows of the table that came before, as COPY gives them."""

    data: bytes


class PayloadReader:
    """Reads the manifest at once, and the rest through `contents`, which works once.

    Raises PayloadUnreadable, and whatever the source raises.
    """

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._block = b""
        self._position = 0
        self._stores: list[Store] = []
        self.target: BackupTarget | None = None
        """Known once the records were read."""
        self.summary: BackupSummary | None = None
        """Known once all was read."""
        kind, length = self._read_frame_header()
        if kind != _MANIFEST:
            raise PayloadUnreadable(reason=Message("it does not begin with a manifest"))
        self.manifest = self._decode_frame(length, BackupManifest)
        if self.manifest.version != VERSION:
            raise PayloadUnreadable(
                reason=Message(
                    "its format is version {version}, not {known}",
                    version=self.manifest.version,
                    known=VERSION,
                )
            )

    def contents(self) -> Iterator[Record | TableHeader | RowBlock]:
        """Records, then tables, each followed by its rows."""
        store: Store | None = None
        area: StorageKey | None = None
        table = False
        found = BackupSummary()
        while True:
            kind, length = self._read_frame_header()
            if kind == _RECORD:
                if store is None or area is None or table:
                    raise PayloadUnreadable(reason=Message("a record belongs to no area"))
                found.records += 1
                yield self._read_record(length, store, area)
            elif kind == _AREA:
                store, area = self._read_area(length)
            elif kind == _STORE:
                if len(self._stores) >= _MAX_STORES:
                    raise PayloadUnreadable(reason=Message("it names too many stores"))
                self._stores.append(_store_from_frame(self._decode_frame(length, _StoreFrame)))
            elif kind == _TARGET and self.target is None:
                self.target = self._decode_frame(length, BackupTarget)
            elif kind == _TABLE:
                table = True
                yield self._decode_frame(length, TableHeader)
            elif kind == _ROWS:
                data = self._read_frame_body(length, MAX_FRAME_SIZE)
                if not table or (data and not data.endswith(b"\n")):
                    raise PayloadUnreadable(
                        reason=Message("rows belong to no table or are cut off")
                    )
                found.rows += data.count(b"\n")
                yield RowBlock(data)
            elif kind == _END:
                self.summary = self._check_end(self._decode_frame(length, BackupSummary), found)
                return
            else:
                raise PayloadUnreadable(reason=Message("it holds something unknown"))

    @property
    def complete_summary(self) -> BackupSummary:
        """The summary of what was read to its end."""
        if self.summary is None:
            raise PayloadUnreadable(reason=Message("it was not read to its end"))
        return self.summary

    def records(self) -> Iterator[Record]:
        """The records alone; what follows them is read too, so that the whole is checked."""
        return (each for each in self.contents() if isinstance(each, Record))

    def _check_end(self, summary: BackupSummary, found: BackupSummary) -> BackupSummary:
        if (summary.records, summary.rows) != (found.records, found.rows):
            raise PayloadUnreadable(reason=Message("it does not hold as much as it says"))
        if self._position < len(self._block) or self._source.read(1):
            raise PayloadUnreadable(reason=Message("something follows its end"))
        return summary

    def _read_record(self, length: int, store: Store, area: StorageKey) -> Record:
        body = self._read_frame_body(length, MAX_RECORD_SIZE)
        if length < _RECORD_HEADER.size:
            raise PayloadUnreadable(reason=Message("a record is cut off"))
        time, key_length = _RECORD_HEADER.unpack_from(body)
        value_at = _RECORD_HEADER.size + key_length
        if value_at > length:
            raise PayloadUnreadable(reason=Message("a record's key is cut off"))
        try:
            return Record(
                store,
                area,
                body[_RECORD_HEADER.size : value_at].decode("utf-8", "surrogatepass"),
                body[value_at:].decode("utf-8", "surrogatepass"),
                None if time == _NO_TIME else _EPOCH + timedelta(microseconds=time),
            )
        except (UnicodeDecodeError, OverflowError):
            raise PayloadUnreadable(reason=Message("a record is no text")) from None

    def _read_area(self, length: int) -> tuple[Store, StorageKey]:
        facts = self._decode_frame(length, _AreaFrame)
        if not 0 <= facts.store < len(self._stores):
            raise PayloadUnreadable(reason=Message("an area belongs to no store"))
        return self._stores[facts.store], StorageKey(
            origin=facts.origin,
            top_level_site=facts.top_level_site,
            cross_site_ancestor=facts.cross_site_ancestor,
            nonce=facts.nonce,
            opaque_site=facts.opaque_site,
            attributes=tuple(facts.attributes),
        )

    def _decode_frame(self, length: int, kind: type[_FrameT]) -> _FrameT:
        try:
            return msgspec.json.decode(
                self._read_frame_body(length, _MAX_JSON_FRAME_SIZE), type=kind
            )
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise PayloadUnreadable(reason=Message("a part of it is not as described")) from None

    def _read_frame_header(self) -> tuple[bytes, int]:
        kind, length = _FRAME.unpack(self._read_exactly(_FRAME.size))
        return kind, length

    def _read_frame_body(self, length: int, limit: int) -> bytes:
        if length > limit:
            raise PayloadUnreadable(reason=Message("a part of it is too large"))
        return self._read_exactly(length)

    def _read_exactly(self, size: int) -> bytes:
        end = self._position + size
        if end <= len(self._block):
            data = self._block[self._position : end]
            self._position = end
            return data
        parts = [self._block[self._position :]]
        missing = size - len(parts[0])
        while missing > 0:
            block = self._source.read(_BLOCK_SIZE)
            if not block:
                raise PayloadUnreadable(reason=Message("it ends too early"))
            parts.append(block)
            missing -= len(block)
        self._block = parts[-1]
        self._position = len(self._block) + missing
        parts[-1] = self._block[: self._position]
        return b"".join(parts)


def _store_from_frame(facts: _StoreFrame) -> Store:
    profile = Profile(
        browser=facts.browser,
        browser_name=facts.browser_name,
        name=facts.profile,
        path=Path(facts.profile_path),
    )
    return Store(
        profile=profile,
        format=facts.format,
        path=Path(facts.path),
        size=facts.size,
        modified=facts.modified,
    )


def to_builtins(value: msgspec.Struct) -> dict[str, Any]:
    """What a struct holds as plain values, for JSON."""
    result: dict[str, Any] = msgspec.to_builtins(value)
    return result
