"""Clearing from browsers what has been migrated, after a backup that was read back.

What is cleared is what the plan takes and the database is known to have: records all of whose items
can go. A login token, a cache, a record with a rejected item stay where they are, unless all of the
web site's data is asked for. `backup restore --to browser` brings everything back.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_migrator.browsers.area_change import AreaChange
from desktop_migrator.browsers.write.write_profile import (
    WriteCounts,
    ensure_not_running,
    write_profile,
)
from desktop_migrator.errors import (
    Cancelled,
    NothingToMigrate,
    NotMigrated,
    OriginNotFound,
    UsageError,
)
from desktop_migrator.messages import Message, plural
from desktop_migrator.migration.backups.into_browser import list_profiles
from desktop_migrator.migration.backups.manage import make_backup
from desktop_migrator.migration.sealed.sealing_keys import sealing_key
from desktop_migrator.migration.sources.open_sources import Sources, open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.catalog import Catalog, CatalogedRun
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Item, Outcome, Profile, Record, StorageKey, Store
from desktop_migrator.plan.bind import bind, planned_tables
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Question, Reporter, Stage, Topic
from desktop_migrator.vault.keys import Passphrase


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearJob:
    plan: Plan
    origins: tuple[str, ...]
    """The web sites whose data is to go."""
    sources: tuple[Path, ...] = ()
    """Empty: every browser found."""
    all_records: bool = False
    """All that the web sites keep, not only what the plan takes."""
    force: bool = False
    """Also what is not known to lie in a database."""
    confirmed: bool = False
    """The person need not be asked any more."""
    passphrase: Passphrase | None = None
    """The backup's, instead of the keyring's key."""


@dataclass(frozen=True, slots=True)
class ClearResult:
    backup: str
    records: int
    profiles: tuple[Profile, ...]
    """Those from which something was cleared."""
    remaining: int
    """Records of the web sites that stay."""


@dataclass(slots=True)
class _Selection:
    """What is to go, by store and area, and what it was chosen by."""

    keys: dict[Store, dict[StorageKey, set[str]]]
    records: int = 0
    remaining: int = 0
    items: int = 0
    rejected: int = 0
    modified: datetime | None = None
    """When the newest record that the plan takes was written."""

    @property
    def changes_by_profile(self) -> dict[Profile, dict[Store, list[AreaChange]]]:
        profiles: dict[Profile, dict[Store, list[AreaChange]]] = defaultdict(dict)
        for store, areas in self.keys.items():
            profiles[store.profile][store] = [
                AreaChange(storage_key, deletes=frozenset(keys))
                for storage_key, keys in areas.items()
            ]
        return profiles


def clear(job: ClearJob, workspace: Workspace, reporter: Reporter) -> ClearResult:
    """Clear web sites' data from the browsers, each profile as a whole or not at all.

    Raises BrowserRunning, NotMigrated, OriginNotFound, NothingToMigrate, Cancelled and UsageError
    before anything is changed, the backup's errors, and StorageErrors as `write_profile`; what was
    cleared from other profiles before such an error stays cleared.
    """
    if not job.origins:
        raise UsageError(
            reason=Message("Nobody said which web site's data is to go: --origin is missing.")
        )
    origins = parse_origins(job.origins)
    runs = {origin: _last_run(workspace, origin) for origin in origins}
    if not job.force:
        for origin, run in runs.items():
            _check_run(origin, run)
    with open_sources(job.sources, workspace.snapshots, reporter) as sources:
        chosen = _select_records(job, sources, origins, next(filter(None, runs.values()), None))
        if not job.force:
            _check_data(origins, chosen, [run for run in runs.values() if run])
        profiles = chosen.changes_by_profile
        for profile, changes in profiles.items():
            ensure_not_running(profile, tuple(changes))
        _confirm(job, chosen, origins, reporter)
        backup = make_backup(
            workspace,
            sources,
            origins=origins,
            purpose="clear",
            key=sealing_key(job.passphrase, workspace.credentials, reporter),
            reporter=reporter,
        )
    trail = AuditTrail(workspace.catalog)
    trail.record_local(
        AuditEvent(action="clear", outcome="begun", counts={"records": chosen.records})
    )
    written = WriteCounts()
    outcome = Outcome.FAILED
    try:
        reporter.started(Stage.CLEAR, chosen.records)
        for profile, changes in profiles.items():
            written += write_profile(
                profile, changes, snapshots=workspace.snapshots, swap_pointers=workspace.swaps
            )
            reporter.advanced(Stage.CLEAR, written.deleted, chosen.records)
        outcome = Outcome.COMPLETED
    finally:
        trail.record_local(
            AuditEvent(action="clear", outcome=outcome, counts={"deleted": written.deleted})
        )
    return ClearResult(backup.manifest.id, written.deleted, tuple(profiles), chosen.remaining)


def _last_run(workspace: Workspace, origin: str) -> CatalogedRun | None:
    runs = Catalog(workspace.catalog).runs()
    return next((run for run in runs if origin in run.origins), None)


def _check_run(origin: str, run: CatalogedRun | None) -> None:
    """Raises NotMigrated unless the web site's last run came to its end and was verified."""
    if run is None:
        raise NotMigrated(origin=origin, reason=Message("no run of it was made from this computer"))
    if run.outcome != Outcome.COMPLETED:
        raise NotMigrated(
            origin=origin,
            reason=Message(
                "its last run, {run}, is {outcome}",
                run=run.run,
                outcome=run.outcome or Message("not finished"),
            ),
        )
    if not run.verified:
        raise NotMigrated(
            origin=origin, reason=Message("its last run, {run}, was not verified", run=run.run)
        )


def _check_data(origins: Sequence[str], chosen: _Selection, runs: Sequence[CatalogedRun]) -> None:
    """Raises NotMigrated where the browser holds what those runs cannot have brought in."""
    first = min(run.started for run in runs)
    if chosen.modified and chosen.modified > first:
        reason = Message("it has changed in the browser since its last run")
    elif chosen.items > sum((run.counts or {}).get("items", 0) for run in runs):
        reason = Message("the browser holds more of it than its last run took")
    elif sum((run.counts or {}).get("rejected", 0) for run in runs) > chosen.rejected:
        reason = Message(
            "the database refused items of its last run, and which ones is not known here"
        )
    else:
        return
    raise NotMigrated(origin=", ".join(origins), reason=reason)


def _select_records(
    job: ClearJob, sources: Sources, origins: Sequence[str], run: CatalogedRun | None
) -> _Selection:
    """Raises OriginNotFound, NothingToMigrate."""
    names = [entity.table for entity in job.plan.entities.values()]
    entities = bind(job.plan, dict(zip(names, planned_tables(job.plan), strict=True)))
    # The person's id goes into rows, not into whether there are any.
    extractor = Extractor(job.plan, entities, run.user_id if run else "0", origins)
    chosen = _Selection(defaultdict(lambda: defaultdict(set)))
    for record in _records_of(sources, origins):
        outcomes = list(extractor.extract([record]))
        items = sum(isinstance(each, Item) for each in outcomes)
        chosen.items += items
        chosen.rejected += len(outcomes) - items
        if outcomes and record.modified:
            chosen.modified = max(chosen.modified or record.modified, record.modified)
        if job.all_records or (outcomes and items == len(outcomes)):
            chosen.keys[record.store][record.storage_key].add(record.key)
            chosen.records += 1
        else:
            chosen.remaining += 1
    if not chosen.records + chosen.remaining:
        raise OriginNotFound(origins=", ".join(origins))
    if not chosen.records:
        raise NothingToMigrate
    return chosen


def _records_of(sources: Sources, origins: Sequence[str]) -> Iterator[Record]:
    return (each for each in sources.records() if each.storage_key.origin in origins)


def _confirm(job: ClearJob, chosen: _Selection, origins: Sequence[str], reporter: Reporter) -> None:
    """Raises Cancelled if the person is asked and does not agree, UsageError if nobody is there."""
    if job.confirmed:
        return
    text = plural(
        "{count:,} record of {origins} will go from {profiles}.",
        "{count:,} records of {origins} will go from {profiles}.",
        count=chosen.records,
        origins=", ".join(origins),
        profiles=list_profiles(chosen.changes_by_profile),
    )
    answer = reporter.ask(
        Question(Message("{text} Clear them?", text=text), ("yes", "no"), topic=Topic.CONFIRM)
    )
    if answer is None:
        raise UsageError(
            reason=Message("{text} Nothing was cleared yet: say --confirm.", text=text)
        )
    if answer != "yes":
        raise Cancelled
