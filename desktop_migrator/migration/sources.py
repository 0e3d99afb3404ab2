"""The storage a use case works on: found, copied once, readable as often as needed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from desktop_migrator.browsers import discover, reading
from desktop_migrator.model import Damage, Record, Store
from desktop_migrator.reporter import Reporter


def find(folders: Sequence[Path]) -> discover.Discovery:
    """What lies in the named folders, or in every browser of this person."""
    system = discover.System.current()
    if not folders:
        return discover.discover(system)
    return discover.merge([discover.open_source(folder, system) for folder in folders])


class Sources:
    """Stores with their private copies. What the copies hold does not change any more."""

    def __init__(self, copies: reading.Copies, reporter: Reporter) -> None:
        self._copies = copies
        self._reporter = reporter
        self._damages: dict[Damage, None] = {}

    @property
    def damages(self) -> tuple[Damage, ...]:
        """What was lost in damaged stores, as far as they have been read."""
        return tuple(self._damages)

    def records(self) -> Iterator[Record]:
        return self._copies.records(self._damaged)

    def _damaged(self, damage: Damage) -> None:
        if damage in self._damages:
            return
        self._damages[damage] = None
        self._reporter.warned(damage_sentence(damage))


@contextmanager
def open_sources(
    folders: Sequence[Path], snapshot_root: Path, reporter: Reporter, newest_first: bool = True
) -> Iterator[Sources]:
    """Finds the stores, orders them by their last writing, and copies them privately."""
    found = find(folders)
    for warning in found.warnings:
        reporter.warned(warning)
    for unreadable in found.unreadable:
        reporter.warned(f"{unreadable.path} cannot be read: {unreadable.reason}")
    stores = [store for profile in found.profiles for store in profile.stores if store.in_use]
    stores.sort(key=_written, reverse=newest_first)
    with reading.copied(stores, snapshot_root) as copies:
        yield Sources(copies, reporter)


def damage_sentence(damage: Damage) -> str:
    lost = "an unknown number of" if damage.lost_records is None else f"{damage.lost_records:,}"
    return f"{damage.store.path}: {damage.what}; {lost} records are lost"


def _written(store: Store) -> float:
    return store.modified.timestamp() if store.modified else 0.0
