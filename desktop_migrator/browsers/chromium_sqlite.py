"""localStorage of the Chromium family in a SQLite file (`LocalStorage`, from Chromium 152 on).

`maps(row_id, storage_key, last_accessed, last_modified, total_size)` lists the areas,
`map_entries(map_id, key, value)` holds their records, `meta` the layout's version, 1. A later
revision of the same version adds `value_compression_type` (0 none, 1 zstd, 2 snappy); what is
compressed is the text with its prefix byte.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import zstandard

from desktop_migrator.browsers.chromium_leveldb import chromium_time
from desktop_migrator.browsers.sqlite_file import columns_of, has_table, read_rows
from desktop_migrator.browsers.sqlite_salvage import MAX_VALUE
from desktop_migrator.browsers.storage_key import parse_chromium
from desktop_migrator.browsers.text import decode_prefixed, unpack_snappy
from desktop_migrator.errors import UnknownStorageFormat
from desktop_migrator.model import Damage, Record, StorageKey, Store

_NONE, _ZSTD, _SNAPPY = 0, 1, 2


def read(store: Store, copy: Path, report: Callable[[Damage], None]) -> Iterator[Record]:
    """Yields the live records of the private copy `copy`, its `-wal` included.

    Raises UnknownStorageFormat for another layout than version 1, StoreUnreadable where the
    file is no database at all.
    """

    def damaged(what: str, lost: int | None) -> None:
        report(Damage(store, what, lost))

    entries_have = columns_of(copy, "map_entries")
    if not {"map_id", "key", "value"} <= set(entries_have) or not has_table(copy, "maps"):
        raise UnknownStorageFormat(path=store.path, reason="it has not localStorage's tables")

    def damaged_list(what: str, _lost_rows: int | None) -> None:
        # Rows of a list are no records; records that lost their site are counted when met.
        damaged(what, 0)

    _check_version(store, copy, damaged_list)
    areas = _areas(copy, damaged_list)
    without_area = 0
    columns = ["map_id", "key", "value"]
    compressed = "value_compression_type" in entries_have
    if compressed:
        columns.append("value_compression_type")
    for map_id, key, value, *kind in read_rows(copy, "map_entries", columns, damaged):
        if map_id not in areas:
            without_area += 1
            continue
        storage_key, modified = areas[map_id]
        try:
            if not isinstance(key, bytes) or not isinstance(value, bytes):
                raise ValueError("it is no text")  # noqa: TRY004 - the file's fault, not a caller's
            text = _unpacked(value, kind[0]) if compressed else value
            record = Record(
                store, storage_key, decode_prefixed(key), decode_prefixed(text), modified
            )
        except ValueError as error:
            damaged(f"A record cannot be decoded: {error}.", 1)
            continue
        yield record
    if without_area:
        damaged("Records belong to a site that is no longer listed.", without_area)


def _check_version(store: Store, copy: Path, damaged: Callable[[str, int | None], None]) -> None:
    notes = (
        dict(read_rows(copy, "meta", ["key", "value"], damaged)) if has_table(copy, "meta") else {}
    )
    if b"version" not in notes:
        damaged("The version of the storage's layout is missing.", 0)
    elif notes[b"version"] not in {b"1", 1}:
        raise UnknownStorageFormat(path=store.path, reason="its SQLite layout is not version 1")


def _areas(
    copy: Path, damaged: Callable[[str, int | None], None]
) -> dict[int, tuple[StorageKey, datetime | None]]:
    """Map id -> area and when it was last modified."""
    areas = {}
    columns = ["row_id", "storage_key", "last_modified"]
    for row_id, raw, last_modified in read_rows(copy, "maps", columns, damaged):
        try:
            areas[row_id] = (parse_chromium(raw or b""), chromium_time(last_modified or 0))
        except ValueError:
            damaged("A site's name in the list of sites is damaged.", 0)
    return areas


def _unpacked(value: bytes, kind: int) -> bytes:
    """The value as the browser wrote it, at most MAX_VALUE bytes; else ValueError."""
    if kind == _NONE:
        return value
    try:
        if kind == _ZSTD:
            size = zstandard.get_frame_parameters(value).content_size
            if MAX_VALUE < size < zstandard.CONTENTSIZE_UNKNOWN:
                raise ValueError("it unpacks to too much")
            return zstandard.ZstdDecompressor().decompress(
                value, max_output_size=MAX_VALUE, allow_extra_data=False
            )
        if kind == _SNAPPY:
            return unpack_snappy(value, MAX_VALUE)
    except zstandard.ZstdError as error:
        raise ValueError("its compressed value is damaged") from error
    raise ValueError("its compression is unknown")
