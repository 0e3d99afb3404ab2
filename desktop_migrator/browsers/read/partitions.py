"""Where a store can be cut, so that several readers read a part of it each."""

from dataclasses import dataclass, field

from desktop_migrator.browsers.formats.chromium_leveldb import KeyRange, entry_key
from desktop_migrator.model import Record, Store, StoreFormat

_STEP = 2**20


@dataclass(slots=True)
class _Size:
    """In characters of values."""

    text: int = 0
    places: list[tuple[int, bytes]] = field(default_factory=list)
    """Some records' keys, with how much lies before them."""


class Cuts:
    """Notes a pass over the records, and then knows parts of about the same size.

    Only LevelDB is read from any key on without reading what lies before.
    """

    def __init__(self) -> None:
        self._sizes: dict[Store, _Size] = {}
        self._last: tuple[Store, _Size] | None = None

    def note(self, record: Record) -> None:
        """In the order in which they are read."""
        store = record.store
        if self._last is None or self._last[0] is not store:
            self._last = store, self._sizes.setdefault(store, _Size())
        size = self._last[1]
        before = size.text
        size.text = after = before + len(record.value)
        if before // _STEP < after // _STEP and store.format is StoreFormat.CHROMIUM_LEVELDB:
            key = entry_key(record)
            # A key spelled otherwise than Chromium does lies elsewhere; parts must not overlap.
            if not size.places or key > size.places[-1][1]:
                size.places.append((before, key))

    def part(self, share: int, of: int) -> dict[Store, KeyRange]:
        """One of so many parts of each store that can be cut."""
        return {
            store: KeyRange(_bound(size, share, of), _bound(size, share + 1, of))
            for store, size in self._sizes.items()
            if size.places
        }


def _bound(size: _Size, share: int, of: int) -> bytes | None:
    if share in {0, of}:
        return None
    after = (key for before, key in size.places if before >= size.text * share / of)
    return next(after, size.places[-1][1])
