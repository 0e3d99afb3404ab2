"""Clearing from browsers what has been migrated, after a backup that was read back.

What is cleared are the records of which a verified run has brought in all, and that have not been
written to since: see workspace/arrivals.py. All others stay and are named, each with why, unless
all of the web site's data is asked for, or what the plan takes whether or not it arrived.
`backup restore --to browser` brings everything back.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from desktop_migrator.migration.workspace.arrivals import Arrivals, HeldReason, load_arrivals
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.catalog import Catalog, CatalogedRun
from desktop_migrator.migration.workspace.run_plans import find_run_plan
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome, Profile, Record, StorageKey, Store
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.companions import find_companions
from desktop_migrator.plan.schema import Plan, load_plan
from desktop_migrator.reporter import Question, Reporter, Stage, Topic
from desktop_migrator.vault.keys import Passphrase

_MAX_SPARED = 200
"""Records that are named; the rest is counted."""
_NOT_SENT_WHOLE = frozenset((HeldReason.NOT_TAKEN, HeldReason.PART_TAKEN, HeldReason.INCOMPLETE))
"""What a run says that cannot know better than an older one."""
HELD_REASONS = {
    HeldReason.REJECTED: Message("an item of it was rejected"),
    HeldReason.SUPERSEDED: Message("another version of an item of it lies in the database"),
    HeldReason.KEPT: Message("the database keeps another version of an item of it"),
    HeldReason.INCOMPLETE: Message("not all of it was sent"),
    HeldReason.PART_TAKEN: Message("the plan takes a part of it only"),
    HeldReason.CHANGED: Message("it has changed in the browser since it was migrated"),
    HeldReason.NOT_TAKEN: Message("no verified run has taken it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearJob:
    plan: Plan | None = None
    """Says what is a web site's data where `force` asks for all of it; None: the plan of the web
    site's last run, else the built-in one."""
    origins: tuple[str, ...] = ()
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
class SparedRecord:
    """A record that stays in the browser."""

    profile: Profile
    origin: str
    key: str
    reason: HeldReason


@dataclass(frozen=True, slots=True)
class ClearResult:
    backup: str
    records: int
    profiles: tuple[Profile, ...]
    """Those from which something was cleared."""
    remaining: int
    """Records of the web sites that stay."""
    spared: tuple[SparedRecord, ...] = ()
    """The first of them that hold something of the plan's, each with why it stays."""


@dataclass(slots=True)
class _Selection:
    """What is to go, by store and area, and what stays."""

    keys: dict[Store, dict[StorageKey, set[str]]]
    records: int = 0
    remaining: int = 0
    spared: list[SparedRecord] = field(default_factory=list)

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
    catalog = Catalog(workspace.catalog)
    runs = {origin: next(iter(_runs_of(catalog, origin)), None) for origin in origins}
    plans = {
        origin: job.plan or (run and find_run_plan(workspace, run.run)) or load_plan(None)
        for origin, run in runs.items()
    }
    if not job.force:
        for origin, run in runs.items():
            _check_run(origin, run)
    with open_sources(job.sources, workspace.snapshots, reporter) as sources:
        chosen = _select_records(job, sources, plans, _arrivals(workspace, origins))
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
    catalog.record_clear(
        backup.manifest.id,
        origins=origins,
        records=written.deleted,
        runs=[run.run for run in runs.values() if run],
    )
    return ClearResult(
        backup.manifest.id,
        written.deleted,
        tuple(profiles),
        chosen.remaining,
        tuple(chosen.spared),
    )


def _runs_of(catalog: Catalog, origin: str) -> list[CatalogedRun]:
    return [run for run in catalog.runs() if origin in run.origins]


def _arrivals(workspace: Workspace, origins: Sequence[str]) -> list[Arrivals]:
    """Of the runs that brought in some of these origins and were not taken back, the newest
    first."""
    runs = Catalog(workspace.catalog).runs()
    found = (
        load_arrivals(workspace.arrivals, run.run)
        for run in runs
        if run.outcome == Outcome.COMPLETED and not {*run.origins}.isdisjoint(origins)
    )
    return [each for each in found if each]


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


def _select_records(
    job: ClearJob, sources: Sources, plans: Mapping[str, Plan], arrivals: Sequence[Arrivals]
) -> _Selection:
    """`plans` are those of the web sites. Raises OriginNotFound, NotMigrated, NothingToMigrate."""
    origins = list(plans)
    classifiers: dict[str, RecordClassifier] = {}
    for plan in {plan.digest: plan for plan in plans.values()}.values():
        companions = find_companions(plan, sources.records)
        classifiers[plan.digest] = RecordClassifier(plan, origins, companions)
    chosen = _Selection(defaultdict(lambda: defaultdict(set)))
    for record in _records_of(sources, origins):
        classifier = classifiers[plans[record.storage_key.origin].digest]
        classified = classifier.classify(record)
        found = classified.found or classified.part_of
        reason = _held_reason(record, arrivals)
        if job.all_records or (found and job.force) or reason is None:
            chosen.keys[record.store][record.storage_key].add(record.key)
            chosen.records += 1
            continue
        chosen.remaining += 1
        if (found or reason is not HeldReason.NOT_TAKEN) and len(chosen.spared) < _MAX_SPARED:
            origin = record.storage_key.origin
            chosen.spared.append(SparedRecord(record.store.profile, origin, record.key, reason))
    if not chosen.records + chosen.remaining:
        raise OriginNotFound(origins=", ".join(origins))
    if chosen.spared and not chosen.records:
        first = chosen.spared[0]
        raise NotMigrated(
            origin=", ".join(origins),
            reason=Message("{key}: {reason}", key=first.key, reason=HELD_REASONS[first.reason]),
        )
    if not chosen.records:
        raise NothingToMigrate
    return chosen


def _held_reason(record: Record, arrivals: Sequence[Arrivals]) -> HeldReason | None:
    """Why the record is to stay; None if the newest run that sent all of it brought it in.

    `arrivals` come from the newest run to the oldest. What an older run brought in may be no more
    what the database has once a newer one was refused, kept out or superseded.
    """
    held = HeldReason.NOT_TAKEN
    for each in arrivals:
        reason = each.held_reason(record)
        if reason not in _NOT_SENT_WHOLE:
            return reason
        if held is HeldReason.NOT_TAKEN and reason:
            held = reason
    return held


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
