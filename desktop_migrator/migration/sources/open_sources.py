"""The storage a use case works on: found, copied once, readable as often as needed."""

import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from itertools import chain
from pathlib import Path

from desktop_migrator.browsers.discovery import discover
from desktop_migrator.browsers.discovery.other_storage import (
    OtherStorage,
    find_other_storage,
    sites_elsewhere,
)
from desktop_migrator.browsers.discovery.running_browsers import ask_to_close, owner_of
from desktop_migrator.browsers.discovery.unwritten import still_writing, warn_of_unwritten
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.browsers.read.emptied import was_emptied
from desktop_migrator.browsers.read.read_ahead import read_ahead
from desktop_migrator.errors import Cancelled
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.sealed.captures import Capture, UnlockKey, is_capture, open_captures
from desktop_migrator.model import Damage, Profile, Record, Store
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Question, Reporter

ChangeRecords = Callable[[list[Record]], Sequence[Record]]
"""What a program does to all records before they are migrated."""
NO_UNLOCK_KEY = UnlockKey()
_WAIT, _CLOSE, _GO_ON = N_("wait"), N_("close it"), N_("go on")
_WAIT_OR_NOT = Message(
    "Wait until the browser has written everything (at most three minutes, if you change nothing"
    " there), or go on?"
)
_WAIT_OR_CLOSE = Message(
    "Wait until the browser has written everything (at most three minutes, if you change nothing"
    " there), have it asked to close, which saves everything, or go on?"
)
_PAUSE, _MAX_PAUSES = 3.0, 60
"""Seconds between two looks at whether browsers still write, and how many there are."""
_MAX_SITES = 10
"""Of a profile, of which it is told what they keep elsewhere."""
_MIN_READ_AHEAD_BYTES = 4 * 2**20
"""Bytes from which on it pays to read ahead."""


def find_sources(
    folders: Sequence[Path], reporter: Reporter = discover.SILENT, *, whole_disk: bool = False
) -> discover.Discovery:
    """What lies in the named folders, or in every browser of this person. Raises Cancelled."""
    system = discover.System.current()
    if not folders:
        return discover.discover(system, reporter, whole_disk=whole_disk)
    return discover.discover_paths(folders, system)


def find_captures_and_stores(
    folders: Sequence[Path], reporter: Reporter = discover.SILENT, *, whole_disk: bool = False
) -> tuple[list[Path], discover.Discovery]:
    """The captures among them, and what lies in the others, or in every browser without any."""
    sealed = [path for path in folders if is_capture(path)]
    rest = [path for path in folders if path not in sealed]
    if sealed and not rest:
        return sealed, discover.Discovery(())
    return sealed, find_sources(rest, reporter, whole_disk=whole_disk)


class Sources:
    """Stores with their private copies; what the copies hold does not change any more."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._damages: dict[Damage, None] = {}
        self.copies: list[tuple[Store, Path]] = []
        self.captures: list[Capture] = []
        self._open_readers: list[Generator[Record, None, None]] = []
        self._changed: Sequence[Record] | None = None

    @property
    def damages(self) -> tuple[Damage, ...]:
        """What was lost in damaged stores, as far as they have been read."""
        return tuple(self._damages)

    @cached_property
    def size(self) -> int:
        """Bytes of the copies on the disk."""
        files = (file for _, copy in self.copies for file in copy.rglob("*") if file.is_file())
        return sum(file.stat().st_size for file in files)

    def change(self, change: ChangeRecords) -> None:
        """Have `records` give what `change` makes of them, which is kept in memory."""
        self._changed = change(list(self.original_records()))

    def records(self) -> Iterator[Record]:
        """Those of browsers, then those of captures; or what they were changed to."""
        return self.original_records() if self._changed is None else iter(self._changed)

    def original_records(self) -> Iterator[Record]:
        """As they were found."""
        read = partial(read_stores.read_snapshots, self.copies)
        ahead = self.size >= _MIN_READ_AHEAD_BYTES
        records = [read_ahead(read, self.report_damage) if ahead else read(self.report_damage)]
        records += [capture.records() for capture in self.captures]
        self._open_readers += records
        return chain(*records)

    def close(self) -> None:
        """Leave the copies' files, also where somebody stopped reading halfway."""
        for records in self._open_readers:
            records.close()

    def report_damage(self, damage: Damage) -> None:
        if damage not in self._damages:
            self._damages[damage] = None
            self._reporter.warned(damage.message)


def tell_other_storage(sources: Sources, origins: Sequence[str], reporter: Reporter) -> None:
    """Warn of data that these web sites keep elsewhere than in localStorage."""
    for profile in dict.fromkeys(store.profile for store, _ in sources.copies):
        for origin in origins:
            for found in find_other_storage(profile, origin):
                reporter.warned(found.message)


def tell_named_elsewhere(sources: Sources, plan: Plan, reporter: Reporter) -> None:
    """Warn of what the web sites that the plan names keep elsewhere than in localStorage."""
    for profile in dict.fromkeys(store.profile for store, _ in sources.copies):
        for found in named_elsewhere(profile, plan):
            reporter.warned(found.message)


def named_elsewhere(profile: Profile, plan: Plan) -> list[OtherStorage]:
    """What the web sites that the plan names keep elsewhere; nothing for a plan for any site."""
    if not plan.source.origins:
        return []
    named = sorted(filter(plan.source.names, sites_elsewhere(profile)))[:_MAX_SITES]
    return [found for origin in named for found in find_other_storage(profile, origin)]


def tell_emptied(sources: Sources, origins: Sequence[str], reporter: Reporter) -> None:
    """Warn where these web sites, of which nothing was found, have removed what they had."""
    told = {
        (store.profile, origin): None
        for origin in origins
        for store, copy in sources.copies
        if was_emptied(store, copy, origin)
    }
    for profile, origin in told:
        reporter.warned(
            Message(
                "{browser}, profile {profile}: {origin} has kept data in localStorage, and has"
                " removed it all. An app that does so has moved it, most often.",
                browser=profile.browser_name,
                profile=profile.name,
                origin=origin,
            )
        )


def find_written(
    folders: Sequence[Path], reporter: Reporter, pause: Callable[[float], None] = time.sleep
) -> tuple[list[Path], discover.Discovery]:
    """As `find_captures_and_stores`, but says what browsers may not have written yet, and waits
    for it where the person wants that. Raises Cancelled."""
    sealed, found = find_captures_and_stores(folders)
    unwritten = warn_of_unwritten(found.stores, datetime.now(UTC))
    for warning in unwritten:
        reporter.warned(warning)
    if not unwritten or not _is_waited_for(found, reporter):
        return sealed, found
    for _ in range(_MAX_PAUSES):
        if reporter.cancelled:
            raise Cancelled
        pause(_PAUSE)
        sealed, found = find_captures_and_stores(folders)
        unwritten = warn_of_unwritten(found.stores, datetime.now(UTC))
        if not unwritten:
            return sealed, found
    for warning in unwritten:
        reporter.warned(warning)
    return sealed, found


def _is_waited_for(found: discover.Discovery, reporter: Reporter) -> bool:
    """Whether the person wants to wait, or to have the browsers asked to close."""
    writing = still_writing(found.stores, datetime.now(UTC))
    can_close = sys.platform != "win32" and any(owner_of(profile.path) for profile in writing)
    question = (
        Question(_WAIT_OR_CLOSE, (_WAIT, _CLOSE, _GO_ON))
        if can_close
        else Question(_WAIT_OR_NOT, (_WAIT, _GO_ON))
    )
    answer = reporter.ask(question)
    if answer == _CLOSE:
        for profile in writing:
            ask_to_close(profile.path)
    return answer in {_WAIT, _CLOSE}


@contextmanager
def open_sources(
    folders: Sequence[Path],
    snapshot_root: Path,
    reporter: Reporter,
    unlock_key: UnlockKey = NO_UNLOCK_KEY,
) -> Iterator[Sources]:
    """Finds the stores and copies them privately; captures among the folders stay sealed.

    The store written last comes first: of an item that several hold, the first copy counts.
    Raises as `open_captures`.
    """
    sealed, found = find_written(folders, reporter)
    for warning in found.warnings:
        reporter.warned(warning)
    for unreadable in found.unreadable:
        reporter.warned(
            Message(
                "{path} cannot be read: {reason}",
                path=str(unreadable.path),
                reason=unreadable.reason,
            )
        )
    sources = Sources(reporter)
    sources.captures = open_captures(sealed, unlock_key, reporter)
    stores = sorted(found.stores, key=_modified_timestamp, reverse=True)
    with (
        read_stores.snapshot_stores(stores, snapshot_root, sources.report_damage) as sources.copies,
        closing(sources),
    ):
        yield sources


def _modified_timestamp(store: Store) -> float:
    return store.modified.timestamp() if store.modified else 0.0
