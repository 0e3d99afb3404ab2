"""A backup's way back into the browsers that its records came from.

Records go to where each profile keeps its data now: Chromium may have moved to its other backend
since, and Firefox away from its older storage. What the web site has written since stays, unless
forced; records that are not in the backup always stay.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.discovery.store_locations import is_profile_running
from desktop_migrator.browsers.formats import firefox
from desktop_migrator.browsers.write.write_profile import (
    WriteCounts,
    ensure_not_running,
    write_profile,
)
from desktop_migrator.errors import (
    Cancelled,
    OriginNotFound,
    SourceNotFound,
    StoreUnwritable,
    UsageError,
)
from desktop_migrator.messages import Message, join, plural
from desktop_migrator.migration.backups.manage import find_backup, open_backup
from desktop_migrator.migration.sources.open_sources import find_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome, Profile, Record, StorageKey, Store, StoreFormat
from desktop_migrator.reporter import Question, Reporter, Stage, Topic

_CHROMIUM = (StoreFormat.CHROMIUM_LEVELDB, StoreFormat.CHROMIUM_SQLITE)

_Areas = dict[StorageKey, dict[str, str]]
_ChangesByProfile = dict[Profile, dict[Store, list[AreaChange]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreToBrowserJob:
    backup: str
    """Its id, or its file."""
    origins: tuple[str, ...] = ()
    """Only these web sites; empty: all of the backup."""
    passphrase_or_key: str | None = None
    """A passphrase or a recovery key."""
    force: bool = False
    """Replace what the web site has written since under the same keys."""


@dataclass(frozen=True, slots=True)
class RestoreToBrowserResult:
    backup: str
    written: WriteCounts
    profiles: tuple[Profile, ...]


@dataclass(frozen=True, slots=True)
class ProfileToRestore:
    """A profile that records would go to."""

    profile: Profile
    records: int
    running: bool
    """Whether its browser has to be closed before."""


def profiles_to_restore(
    job: RestoreToBrowserJob, workspace: Workspace, reporter: Reporter
) -> tuple[ProfileToRestore, ...]:
    """Where the backup's records would go. Changes nothing; raises as `restore_to_browser`."""
    return tuple(
        ProfileToRestore(
            profile, _record_count(changes), is_profile_running(profile, tuple(changes))
        )
        for profile, changes in _plan_changes(job, workspace, reporter).items()
    )


def restore_to_browser(
    job: RestoreToBrowserJob, workspace: Workspace, reporter: Reporter
) -> RestoreToBrowserResult:
    """Write a backup's records back, each profile as a whole or not at all.

    The backup is read to its end, and so checked, before. Raises as `open_backup`; OriginNotFound,
    SourceNotFound where a profile is gone, BrowserRunning, Cancelled before anything is changed,
    and StorageErrors as `write_profile`.
    """
    targets = _plan_changes(job, workspace, reporter)
    for profile, changes in targets.items():
        ensure_not_running(profile, tuple(changes))
    _confirm(targets, reporter)
    trail = AuditTrail(workspace.catalog)
    trail.record_local(AuditEvent(action="restore", outcome="begun"))
    written = WriteCounts()
    outcome = Outcome.FAILED
    try:
        for profile, changes in targets.items():
            written += write_profile(
                profile, changes, snapshots=workspace.snapshots, swap_pointers=workspace.swaps
            )
        outcome = Outcome.COMPLETED
    finally:
        trail.record_local(AuditEvent(action="restore", outcome=outcome, counts=asdict(written)))
    backup = find_backup(workspace, job.backup).id
    if not job.origins:
        Catalog(workspace.catalog).forget_clearing(backup)
    return RestoreToBrowserResult(backup, written, tuple(targets))


def _plan_changes(
    job: RestoreToBrowserJob, workspace: Workspace, reporter: Reporter
) -> _ChangesByProfile:
    """All of the backup, to its end, and where it goes."""
    found = find_backup(workspace, job.backup)
    origins = parse_origins(job.origins)
    stores: dict[Store, _Areas] = defaultdict(lambda: defaultdict(dict))
    reporter.started(Stage.RESTORE, None)
    with open_backup(workspace, found.path, job.passphrase_or_key, reporter) as reader:
        for count, record in enumerate(reader.records(), 1):
            if not origins or record.storage_key.origin in origins:
                _add_record(stores, record)
            if reporter.cancelled:
                raise Cancelled
            reporter.advanced(Stage.RESTORE, count, None)
    if not stores:
        if origins:
            raise OriginNotFound(origins=", ".join(origins))
        raise UsageError(reason=Message("The backup holds no records."))
    return _changes_by_profile(stores, overwrite=job.force)


def _record_count(changes: Mapping[Store, Sequence[AreaChange]]) -> int:
    return sum(len(change.puts) for of_store in changes.values() for change in of_store)


def _add_record(stores: dict[Store, _Areas], record: Record) -> None:
    stores[record.store][record.storage_key][record.key] = record.value


def _changes_by_profile(stores: Mapping[Store, _Areas], *, overwrite: bool) -> _ChangesByProfile:
    """Where the areas of the backup's stores go now. Raises SourceNotFound."""
    targets: dict[Profile, dict[Store, _Areas]] = defaultdict(lambda: defaultdict(dict))
    for store, areas in stores.items():
        current_stores = _current_stores(store)
        for storage_key, records in areas.items():
            target = _store_for(store, storage_key, current_stores)
            targets[target.profile][target].setdefault(storage_key, {}).update(records)
    return {
        profile: {
            store: [AreaChange(key, records, overwrite=overwrite) for key, records in areas.items()]
            for store, areas in of_profile.items()
        }
        for profile, of_profile in targets.items()
    }


def _current_stores(store: Store) -> Sequence[Store]:
    """The stores in use of the profile, or the store that was named by itself.

    Raises SourceNotFound where neither is there, unless the store can be made again in its profile.
    """
    for path in (store.profile.path, store.path):
        try:
            return [each for each in find_sources([path]).stores if each.is_active]
        except SourceNotFound:
            continue
    if store.format in _CHROMIUM or not store.profile.path.is_dir():
        raise SourceNotFound(path=store.profile.path)
    return ()


def _store_for(store: Store, storage_key: StorageKey, current_stores: Iterable[Store]) -> Store:
    """The store to which an area goes: one that is there, or one that is to be made."""
    by_path = {_real_path(each.path): each for each in current_stores}
    path = _real_path(store.path)
    if store.format in _CHROMIUM:
        in_use = [each for each in current_stores if each.format in _CHROMIUM]
        if path not in by_path and in_use:
            return in_use[0]
    if store.format is StoreFormat.FIREFOX_LEGACY:
        # Where both hold an area Firefox looks at the newer one alone.
        newer = _real_path(firefox.area_path(store.profile.path, storage_key))
        if newer in by_path or path not in by_path:
            return by_path.get(newer) or _store_to_create(
                store, StoreFormat.FIREFOX, newer, current_stores
            )
    return by_path.get(path) or _store_to_create(store, store.format, path, current_stores)


def _real_path(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _store_to_create(
    store: Store, format_: StoreFormat, path: Path, current_stores: Iterable[Store]
) -> Store:
    """Raises StoreUnwritable for a place outside of the profile, which a backup may name."""
    profile = next((each.profile for each in current_stores), store.profile)
    inside = _real_path(profile.path)
    if format_ is StoreFormat.FIREFOX:
        inside /= "storage"
    if not path.is_relative_to(inside):
        raise StoreUnwritable(
            path=path, reason=Message("it would lie outside of the browser's profile")
        )
    return Store(profile, format_, path, size=0)


def list_profiles(profiles: Iterable[Profile]) -> Message:
    """The browser profiles in a sentence."""
    return join(
        (
            Message("{browser}, profile {profile}", browser=each.browser_name, profile=each.name)
            for each in profiles
        ),
        "; ",
    )


def _confirm(targets: _ChangesByProfile, reporter: Reporter) -> None:
    """Raises Cancelled if the person is asked and does not agree."""
    records = sum(map(_record_count, targets.values()))
    question = Question(
        plural(
            "Write {count:,} record back into {profiles}?",
            "Write {count:,} records back into {profiles}?",
            count=records,
            profiles=list_profiles(targets),
        ),
        ("yes", "no"),
        topic=Topic.CONFIRM,
    )
    if reporter.ask(question) == "no":
        raise Cancelled
