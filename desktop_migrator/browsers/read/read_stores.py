"""The one door through which every format is read.

Stores are copied privately, read lazily by their formats' readers, as often as needed, and the
copies removed, also when the caller stops early. A store that cannot be read is reported and the
next one is read; damages are reported at the end of their store.

Where Firefox holds an area in several stores the newest generation wins, record by record none is
mixed in: data.sqlite, then ls-archive.sqlite (from which Firefox itself would fill a missing
data.sqlite), then webappsstore.sqlite (dom/localstorage/ActorsParent.cpp).
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

from desktop_migrator.browsers.budget import Budget
from desktop_migrator.browsers.formats import (
    chromium_leveldb,
    chromium_sqlite,
    firefox,
    firefox_legacy,
    runtimes,
    webkit,
)
from desktop_migrator.browsers.formats.chromium_leveldb import KeyRange
from desktop_migrator.browsers.read.snapshot import snapshot
from desktop_migrator.errors import StorageError
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, LargeRecord, Record, StorageKey, Store, StoreFormat
from desktop_migrator.system.debug import debug_log

_log = debug_log("browsers:read")

DamageCallback = Callable[[Damage], None]
Reader = Callable[..., Iterator[Record]]
"""Takes a store, its copy and a DamageCallback; as `budget` a Budget."""
KeyRanges = Mapping[Store, KeyRange]
_MAX_KINDS = 1000
"""Kinds of damage that are told of one store."""
_PORTION, _RECORD_COST = 2**16, 2**8
"""Characters of values between two looks at the clock; how many a record counts for beside its
own."""
WHOLE_STORES: KeyRanges = MappingProxyType({})

READERS: Mapping[StoreFormat, Reader] = MappingProxyType(
    {
        StoreFormat.CHROMIUM_LEVELDB: chromium_leveldb.read,
        StoreFormat.CHROMIUM_SQLITE: chromium_sqlite.read,
        StoreFormat.FIREFOX: firefox.read,
        StoreFormat.FIREFOX_LEGACY: firefox_legacy.read,
        StoreFormat.WEBKIT: webkit.read,
        StoreFormat.NODE: runtimes.read,
        StoreFormat.DENO: runtimes.read,
    }
)


@dataclass(frozen=True, slots=True)
class AreaUsage:
    """What one storage key holds."""

    storage_key: StorageKey
    records: int
    bytes: int
    """Of keys and values as browsers count them: two for each UTF-16 code unit."""
    modified: datetime | None
    """The newest record's time; None if no time is known."""


@contextmanager
def snapshot_stores(
    stores: Iterable[Store], snapshot_root: Path, report: DamageCallback
) -> Iterator[list[tuple[Store, Path]]]:
    """Private copies of the stores in use, for as long as they are to be read.

    A store that cannot be copied is reported and skipped.
    """
    with ExitStack() as stack:
        copies = []
        for store in stores:
            if not store.is_active:
                continue
            try:
                copies.append((store, stack.enter_context(snapshot(store, snapshot_root))))
            except StorageError as error:
                report(Damage(store, error.detail_message, None))
            except Exception as error:  # as in _read_store
                report(Damage(store, _unexpected(error), None))
        yield copies


def read_snapshots(
    copies: Iterable[tuple[Store, Path]],
    report: DamageCallback,
    key_ranges: KeyRanges = WHOLE_STORES,
) -> Generator[Record, None, None]:
    """Yield the copies' records lazily; what is lost or unreadable is reported.

    Of the LevelDB stores in `key_ranges` only that key range is read, and what was lost in it is
    told.
    """
    by_profile: dict[Path, list[tuple[Store, Path]]] = defaultdict(list)
    for store, copy in copies:
        by_profile[store.profile.path].append((store, copy))
    for of_profile in by_profile.values():
        taken: set[StorageKey] = set()
        for generation in _generations(of_profile):
            found: set[StorageKey] = set()
            for store, copy in generation:
                found |= yield from _read_store(store, copy, taken, report, key_ranges)
            taken |= found


def read_stores(
    stores: Iterable[Store], snapshot_root: Path, report: DamageCallback
) -> Iterator[Record]:
    """Copy the stores and yield their records, once."""
    with snapshot_stores(stores, snapshot_root, report) as copies:
        yield from read_snapshots(copies, report)


def measure_areas(records: Iterable[Record]) -> list[AreaUsage]:
    """Add up records by storage key, in the order of the keys' spelling."""
    sums: dict[StorageKey, tuple[int, int, datetime | None]] = {}
    for record in records:
        count, size, modified = sums.get(record.storage_key, (0, 0, None))
        if record.modified and (modified is None or record.modified > modified):
            modified = record.modified
        size += _utf16_bytes(record.key) + _utf16_bytes(record.value)
        sums[record.storage_key] = (count + 1, size, modified)
    areas = (AreaUsage(storage_key, *summed) for storage_key, summed in sums.items())
    return sorted(areas, key=lambda area: str(area.storage_key))


def _read_store(
    store: Store,
    copy: Path,
    already_read: set[StorageKey],
    report: DamageCallback,
    key_ranges: KeyRanges,
) -> Generator[Record, None, set[StorageKey]]:
    """Yield the store's records but for areas already taken; give the areas that it holds."""
    areas: set[StorageKey] = set()
    damages = _DamageTally(store)

    def damaged(damage: Damage) -> None:
        if damage.too_large and (key := damage.too_large.storage_key):
            if key in already_read:
                return
            areas.add(key)
        damages.add(damage)

    budget = Budget.for_store(store.path, copy)
    try:
        area, wanted = None, True
        for portion in _portions(_format_records(store, copy, damaged, key_ranges, budget)):
            now = perf_counter()
            if now > budget.deadline:
                budget.check()
            for record in portion:
                if record.storage_key is not area:
                    area = record.storage_key
                    wanted = area not in already_read
                    areas.add(area)
                if wanted:
                    yield record
            budget.deadline += perf_counter() - now
        if store.format is StoreFormat.FIREFOX and not areas and damages.is_empty:
            # What an app has emptied must not come back from an older store.
            areas.add(firefox.read_storage_key(store.path, copy))
    except StorageError as error:
        damages.add(Damage(store, error.detail_message, None))
    except Exception as error:  # whatever lies in one store, the others are read
        _log.debug("a store cannot be read", exc_info=True)
        damages.add(Damage(store, _unexpected(error), None))
    told = list(damages.told())
    for damage in told:
        report(damage)
    what = store.format, store.size, len(areas), len(told)
    _log.debug("%s store, %d bytes: %d areas, %d damages", *what)
    return areas


def _portions(records: Iterable[Record]) -> Iterator[list[Record]]:
    """The records in lists of a few, since a look at the clock costs as much as a small record.

    What was read before an error is given before it is raised.
    """
    portion: list[Record] = []
    room = _PORTION
    try:
        for record in records:
            portion.append(record)
            room -= _RECORD_COST + len(record.value)
            if room < 0:
                yield portion
                portion, room = [], _PORTION
    except Exception:
        yield portion
        raise
    yield portion


def _unexpected(error: Exception) -> Message:
    return Message("it cannot be read ({kind})", kind=type(error).__name__)


class _DamageTally:
    """A store's damages, those of one kind together: a hostile store may have millions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lost: dict[tuple[Message, LargeRecord | None], int | None] = {}
        self._further: int | None = 0

    @property
    def is_empty(self) -> bool:
        return not self._lost

    def add(self, damage: Damage) -> None:
        what, lost = (damage.description, damage.too_large), damage.lost_records
        if what in self._lost:
            self._lost[what] = _plus(self._lost[what], lost)
        elif len(self._lost) < _MAX_KINDS:
            self._lost[what] = lost
        else:
            self._further = _plus(self._further, lost)

    def told(self) -> Iterator[Damage]:
        for (what, too_large), lost in self._lost.items():
            yield Damage(self._store, what, lost, too_large)
        if len(self._lost) == _MAX_KINDS:
            what = Message("There is more damage than is told here.")
            yield Damage(self._store, what, self._further)


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _format_records(
    store: Store, copy: Path, report: DamageCallback, key_ranges: KeyRanges, budget: Budget
) -> Iterator[Record]:
    if store in key_ranges:
        return chromium_leveldb.read(store, copy, report, key_ranges[store], budget=budget)
    return READERS[store.format](store, copy, report, budget=budget)


def _generations(copies: list[tuple[Store, Path]]) -> list[list[tuple[Store, Path]]]:
    """The stores of one profile, those first that win over the ones that follow."""
    generations: list[list[tuple[Store, Path]]] = [[], [], []]
    for store, copy in copies:
        if store.path.parent.name == "Local Storage" and store.format is StoreFormat.WEBKIT:
            generations[1].append((store, copy))  # of before Chromium 60; its successor wins
        elif store.format is not StoreFormat.FIREFOX_LEGACY:
            generations[0].append((store, copy))
        elif store.path.name == "ls-archive.sqlite":
            generations[1].append((store, copy))
        else:
            generations[2].append((store, copy))
    return generations


def _utf16_bytes(text: str) -> int:
    if text.isascii():
        return 2 * len(text)
    return len(text.encode("utf-16-le", "surrogatepass"))
