"""The one door through which every format is written: the counterpart of `read_stores`.

A browser must not run: that is asked before, and after the swap of whoever may have opened the old
store in between; Firefox is kept from starting by its own lock. Each store is copied privately,
its copy changed, synced, read back and compared record by record with what it is to hold; only
then are all stores of the profile swapped in (`atomic_swap`). A store that has any damage is
refused, since writing would make it permanent.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.discovery.running_browsers import lock_held
from desktop_migrator.browsers.discovery.store_locations import is_profile_running, locate_store
from desktop_migrator.browsers.formats import (
    chromium_leveldb,
    chromium_sqlite,
    firefox,
    firefox_legacy,
    runtimes,
    webkit,
)
from desktop_migrator.browsers.read.read_stores import READERS
from desktop_migrator.browsers.read.snapshot import snapshot
from desktop_migrator.browsers.sqlite.writer import checkpoint_wal
from desktop_migrator.browsers.store_files import open_regular, store_files
from desktop_migrator.browsers.write.atomic_swap import Swap, swap_transaction
from desktop_migrator.errors import BrowserRunning, StorageError, StoreDamaged, StoreUnwritable
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Profile, Record, StorageKey, Store, StoreFormat

if sys.platform != "win32":
    import fcntl

Writer = Callable[[Path, Sequence[AreaChange], datetime], None]
Creator = Callable[[Path, Path, StorageKey, datetime], None]

WRITERS: Mapping[StoreFormat, Writer] = MappingProxyType(
    {
        StoreFormat.CHROMIUM_LEVELDB: chromium_leveldb.write,
        StoreFormat.CHROMIUM_SQLITE: chromium_sqlite.write,
        StoreFormat.FIREFOX: firefox.write,
        StoreFormat.FIREFOX_LEGACY: firefox_legacy.write,
        StoreFormat.WEBKIT: webkit.write,
        StoreFormat.NODE: runtimes.write,
        StoreFormat.DENO: runtimes.write,
    }
)
CREATORS: Mapping[StoreFormat, Creator] = MappingProxyType(
    {StoreFormat.FIREFOX: firefox.create, StoreFormat.WEBKIT: webkit.create}
)
"""The formats with a file for each area, which may have to be made."""


@dataclass(slots=True)
class WriteCounts:
    """What became of records."""

    added: int = 0
    replaced: int = 0
    deleted: int = 0
    unchanged: int = 0
    """Records that lay there already, just so."""
    kept: int = 0
    """Records that lay there with another value, where that was not to be replaced."""

    def __iadd__(self, other: "WriteCounts") -> "WriteCounts":
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def write_profile(
    profile: Profile,
    changes: Mapping[Store, Sequence[AreaChange]],
    *,
    snapshots: Path,
    swap_pointers: Path,
) -> WriteCounts:
    """Change stores of one profile, all or none; at most one change for each area of a store.

    `snapshots` is where private copies lie, `swap_pointers` where what a crash leaves is found
    again. A store that does not exist is made where its format has one for each area; one that has
    changed since it was found is refused, so that what was read of it by then still holds. Raises
    BrowserRunning, StoreDamaged, ProfileBusy, StoreUnwritable and other StorageErrors; then
    everything is as before.
    """
    ensure_not_running(profile, tuple(changes))
    written = WriteCounts()
    with (
        _hold_profile_lock(profile, changes),
        swap_transaction(_staging_parent(profile, changes), swap_pointers) as swap,
    ):
        updates = []
        for store, of_store in changes.items():
            update = _StoreUpdate(store, swap, snapshots)
            if update.prepare(of_store):
                updates.append(update)
            written += update.counts
        if updates:
            _reset_usage_cache(profile, updates, swap)
            for each in updates:
                each.checkpoint_old_store()
            swap.commit(lambda aside: _ensure_unlocked(profile, aside))
    return written


def ensure_not_running(profile: Profile, stores: Sequence[Store]) -> None:
    """Raises BrowserRunning if a process holds the profile or one of its stores now."""
    if is_profile_running(profile, stores):
        raise _browser_running_error(profile)


def _browser_running_error(profile: Profile) -> BrowserRunning:
    return BrowserRunning(browser=profile.browser_name, profile=profile.name, path=profile.path)


def _ensure_unlocked(profile: Profile, old_stores: Sequence[Path]) -> None:
    # A browser that starts now and has opened the old store would write into nothing.
    if any(lock_held(path / "LOCK" if path.is_dir() else path) for path in old_stores):
        raise _browser_running_error(profile)


@contextmanager
def _hold_profile_lock(profile: Profile, stores: Mapping[Store, object]) -> Iterator[None]:
    """Keeps Firefox from starting, by the lock that it takes itself. Raises BrowserRunning."""
    lock = profile.path / ".parentlock"
    if sys.platform == "win32" or not lock.is_file() or not any(map(_is_firefox, stores)):
        yield
        return
    with lock.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _browser_running_error(profile) from error
        yield


def _is_firefox(store: Store) -> bool:
    return store.format in {StoreFormat.FIREFOX, StoreFormat.FIREFOX_LEGACY}


def _staging_parent(profile: Profile, stores: Mapping[Store, object]) -> Path:
    """A folder on the stores' disk in which the browser minds no further folder."""
    path = Path(os.path.realpath(profile.path))
    return path.parent if any(_real_path(store) == path for store in stores) else path


def _real_path(store: Store) -> Path:
    # The profile itself may be reached by a link; one in it leads elsewhere, which `stage` refuses.
    return Path(os.path.realpath(store.profile.path)) / store.path.relative_to(store.profile.path)


def _reset_usage_cache(profile: Profile, updates: "Sequence[_StoreUpdate]", swap: Swap) -> None:
    """Has Firefox count anew what origins use, of which it keeps three caches."""
    changed = [each for each in updates if each.store.format is StoreFormat.FIREFOX]
    for each in changed:
        for name in ("usage", "usage-journal"):  # a link would go itself
            each.store.path.with_name(name).unlink(missing_ok=True)
    usage_cache = profile.path / "storage.sqlite"
    if changed and usage_cache.exists():
        staged = swap.stage(usage_cache)
        checkpoint_wal(usage_cache)
        with open_regular(usage_cache) as known, staged.open("xb") as copy:
            shutil.copyfileobj(known, copy)
        firefox.reset_usage_cache(staged)


class _StoreUpdate:
    """One store on its way."""

    def __init__(self, store: Store, swap: Swap, snapshots: Path) -> None:
        self.store = store
        self.counts = WriteCounts()
        self._swap = swap
        self._snapshots = snapshots
        self._expected = _MultisetHash()
        self._initial_files: dict[str, tuple[int, int, int]] = {}

    def prepare(self, changes: Sequence[AreaChange]) -> bool:
        """Make the changed store, ready to be swapped in; False if there is nothing to change."""
        self._initial_files = self._file_signatures()
        if not self._initial_files:
            return self._create(changes)
        self._refuse_if_changed()
        with snapshot(self.store, self._snapshots) as base:
            # A second copy, since reading brings side files in.
            copy = base.with_name("to-write") if base.is_file() else base.parent / "to-write"
            _copy(base, copy)
            changes = self._plan_changes(base, changes)
            if not changes:
                return False
            staged = self._swap.stage(_real_path(self.store))
            WRITERS[self.store.format](copy, changes, datetime.now(UTC))
            _copy(copy, staged)
        self._verify_read_back(staged, self.store.path)
        return True

    def checkpoint_old_store(self) -> None:
        """Have the old store in as many files as the new one. Raises StorageError."""
        if self._file_signatures() != self._initial_files:
            raise self._changed_error()
        if self._initial_files and self.store.format is not StoreFormat.CHROMIUM_LEVELDB:
            checkpoint_wal(_real_path(self.store))

    def _refuse_if_changed(self) -> None:
        """Raises StoreUnwritable if the store is not as it was when it was found."""
        found = locate_store(self.store.path, self.store.format)
        if not found or (found.size, found.modified) != (self.store.size, self.store.modified):
            raise self._changed_error()

    def _changed_error(self) -> StoreUnwritable:
        return StoreUnwritable(
            path=self.store.path, reason=Message("somebody has changed it meanwhile")
        )

    def _create(self, changes: Sequence[AreaChange]) -> bool:
        changes = [change for change in changes if change.puts]
        if not changes:
            return False
        create = CREATORS.get(self.store.format)
        if create is None or len(changes) != 1:
            raise StoreUnwritable(path=self.store.path, reason=Message("it is not there any more"))
        (change,) = changes
        target = missing = _real_path(self.store)
        while not missing.parent.exists():
            missing = missing.parent
        staged = self._swap.stage(missing)
        # Made under its own names, since these tell whose area it is.
        made = staged.with_name(f"{staged.name}-made") / missing.name
        store_there = made / target.relative_to(missing)
        now = datetime.now(UTC)
        create(store_there, target, change.storage_key, now)
        WRITERS[self.store.format](store_there, changes, now)
        for key, value in change.puts.items():
            self._expected.add(change.storage_key, key, value)
        self.counts.added += len(change.puts)
        has_own_identity = len(target.relative_to(missing).parts) > 2
        self._verify_read_back(store_there, store_there if has_own_identity else target)
        made.rename(staged)
        return True

    def _plan_changes(self, base: Path, changes: Sequence[AreaChange]) -> list[AreaChange]:
        """What of the changes is to be done, and what the store is to hold then."""
        by_area = {change.storage_key: change for change in changes}
        unchanged_keys: dict[StorageKey, set[str]] = {key: set() for key in by_area}
        emptied: set[StorageKey] = set()
        for record in self._records(base, self.store.path, StoreDamaged):
            change = by_area.get(record.storage_key)
            if change is not None and record.key in change.puts:
                if change.puts[record.key] == record.value:
                    self.counts.unchanged += 1
                elif change.overwrite:
                    self.counts.replaced += 1
                    continue
                else:
                    self.counts.kept += 1
                unchanged_keys[record.storage_key].add(record.key)
            elif change is not None and record.key in change.deletes:
                self.counts.deleted += 1
                emptied.add(record.storage_key)
                continue
            self._expected.add(record.storage_key, record.key, record.value)
        effective = []
        for storage_key, change in by_area.items():
            done = unchanged_keys[storage_key]
            puts = {key: value for key, value in change.puts.items() if key not in done}
            for key, value in puts.items():
                self._expected.add(storage_key, key, value)
            if puts or storage_key in emptied:
                effective.append(replace(change, puts=puts))
        self.counts.added += sum(len(each.puts) for each in effective) - self.counts.replaced
        return effective if self.counts.added or self.counts.replaced or self.counts.deleted else []

    def _verify_read_back(self, staged: Path, identity_path: Path) -> None:
        found = _MultisetHash()
        with snapshot(replace(self.store, path=staged), self._snapshots) as copy:
            for record in self._records(copy, identity_path, StoreUnwritable):
                found.add(record.storage_key, record.key, record.value)
        if found != self._expected:
            reason = Message("what was written does not read back as it should")
            raise StoreUnwritable(path=self.store.path, reason=reason)

    def _records(self, copy: Path, path: Path, error_type: type[StorageError]) -> Iterator[Record]:
        def damaged(damage: Damage) -> None:
            raise error_type(path=self.store.path, reason=damage.description)

        return READERS[self.store.format](replace(self.store, path=path), copy, damaged)

    def _file_signatures(self) -> dict[str, tuple[int, int, int]]:
        try:
            files = store_files(self.store.path, self.store.format)
        except FileNotFoundError:
            return {}
        return {name: (f.st_ino, f.st_size, f.st_mtime_ns) for name, f in files.items()}


@dataclass
class _MultisetHash:
    """Records in any order, in constant memory: how many, and the sum of their digests."""

    count: int = 0
    total: int = 0

    def add(self, storage_key: StorageKey, key: str, value: str) -> None:
        digest = hashlib.blake2b(digest_size=32)
        for text in (str(storage_key), key, value):
            raw = text.encode("utf-16-le", "surrogatepass")
            digest.update(len(raw).to_bytes(8, "big") + raw)
        self.count += 1
        self.total = (self.total + int.from_bytes(digest.digest(), "big")) % (1 << 256)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, copy_function=shutil.copyfile)
        return
    # A file's side files follow it; the target of a checkpointed one has none.
    target.parent.mkdir(exist_ok=True)
    for side in ("", "-wal", "-journal"):
        if (beside := source.with_name(source.name + side)).exists():
            shutil.copyfile(beside, target.with_name(target.name + side))
