"""Where a store can be split, so that several readers read a key range of it each."""

from dataclasses import dataclass, field

from desktop_migrator.browsers.formats.chromium_leveldb import KeyRange, entry_key
from desktop_migrator.model import Record, Store, StoreFormat

_STEP = 2**20


@dataclass(slots=True)
class _StoreSize:
    """In characters of values."""

    value_chars: int = 0
    split_points: list[tuple[int, bytes]] = field(default_factory=list)
    """Some records' keys, with how much lies before them."""


class KeyRangePartitioner:
    """Observes a pass over the records, and then knows key ranges of about the same size.

    Only LevelDB is read from any key on without reading what lies before.
    """

    def __init__(self) -> None:
        self._sizes: dict[Store, _StoreSize] = {}
        self._last: tuple[Store, _StoreSize] | None = None

    def observe(self, record: Record) -> None:
        """In the order in which they are read."""
        store = record.store
        if self._last is None or self._last[0] is not store:
            self._last = store, self._sizes.setdefault(store, _StoreSize())
        size = self._last[1]
        before = size.value_chars
        size.value_chars = after = before + len(record.value)
        if before // _STEP < after // _STEP and store.format is StoreFormat.CHROMIUM_LEVELDB:
            key = entry_key(record)
            # A key spelled otherwise than Chromium does lies elsewhere; ranges must not overlap.
            if not size.split_points or key > size.split_points[-1][1]:
                size.split_points.append((before, key))

    def key_ranges(self, index: int, count: int) -> dict[Store, KeyRange]:
        """One of so many key ranges of each store that can be split."""
        return {
            store: KeyRange(
                _boundary_key(size, index, count), _boundary_key(size, index + 1, count)
            )
            for store, size in self._sizes.items()
            if size.split_points
        }


def _boundary_key(size: _StoreSize, index: int, count: int) -> bytes | None:
    if index in {0, count}:
        return None
    after = (key for before, key in size.split_points if before >= size.value_chars * index / count)
    return next(after, size.split_points[-1][1])
