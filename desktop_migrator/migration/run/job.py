"""What a run is asked to do, and what its end is called."""

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path

from desktop_migrator.errors import (
    Cancelled,
    ConflictsUnresolved,
    ItemsRejected,
    MigratorError,
    RejectedAndUndone,
    TooManyConflicts,
    TooManyRejected,
    UsageError,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.filters import ALL_TIME, Period
from desktop_migrator.migration.sources.open_sources import ChangeRecords
from desktop_migrator.model import ConflictPolicy, MergeRule, Outcome, Rejection, Superseded
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.retry import DEFAULT_RETRY, RetryPolicy
from desktop_migrator.reporter import ForwardingReporter, Reporter
from desktop_migrator.vault.keys import Passphrase

_MAX_ASIDE = 100
"""Rejections, and superseded items, that the result carries itself; all are in the quarantine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to migrate, whose it is and where it goes."""

    plan: Plan
    database: str
    """A URL, or `builtin`."""
    person: Person
    sources: tuple[Path, ...] = ()
    """Empty: every browser found."""
    origins: tuple[str, ...] = ()
    """Empty: the plan's, else the only web site with data that fits the plan."""
    include: frozenset[str] = frozenset()
    """Empty: every entity of the plan."""
    exclude: frozenset[str] = frozenset()
    period: Period = ALL_TIME
    excluded_items: frozenset[bytes] = frozenset()
    """Identity hashes of items that do not go; see filters.py."""
    policy: ConflictPolicy = ConflictPolicy.SKIP
    rules: Mapping[str, MergeRule] = field(default_factory=dict)
    """What MERGE means for these entities, instead of what the plan says."""
    decisions: Path | None = None
    """Where answers to conflicts are read from and kept."""
    batch_size: int | None = None
    """Items in one transaction."""
    batch_delay: float = 0.0
    """Seconds between two transactions."""
    max_concurrent: int = 2
    """How many processes may load at once."""
    retries: RetryPolicy = DEFAULT_RETRY
    create_tables: bool = False
    continue_on_error: bool = False
    rollback_threshold: float | None = None
    """The share of items that may be rejected before the run undoes itself; None: the plan's."""
    preserve_partial: bool = False
    """A run that fails keeps what it has written, whatever the plan says."""
    dry_run: bool = False
    backup: bool = True
    """Keep what is about to change, encrypted on this computer, before anything is written."""
    passphrase: Passphrase | None = None
    """Opens the backup; None: the person is asked."""
    capture_passphrase_or_key: str | None = field(default=None, repr=False)
    """A passphrase or recovery key that opens captures among the sources."""
    reassign: bool = False
    """Captures among the sources may have been uploaded for another person before."""
    field_key: FieldKey | None = None
    """Encrypts and hashes sensitive fields; None: the one that the system's keyring has."""
    field_key_is_chosen: bool = False
    """No other is looked for or made, where others at work beside this run have to use the same."""
    resume: bool = False
    """Go on with the person's last run by this plan, if that did not come to its end."""
    change_records: ChangeRecords | None = None
    """Changes what was found before it is migrated; the backup has it as it was."""

    def __post_init__(self) -> None:
        if self.dry_run and self.resume:
            raise UsageError(
                reason=Message("A dry run leaves nothing with which another could go on.")
            )

    @property
    def wanted_entities(self) -> Set[str]:
        """Those asked for, whether or not the plan has them."""
        return (self.include or self.plan.entities.keys()) - self.exclude

    @property
    def selection_digest(self) -> str:
        """SHA-256, in hexadecimal, of what of the sources is to go and what becomes of conflicts:
        what the plan does not say already."""
        said = (
            *(sorted(self.origins), sorted(self.include), sorted(self.exclude)),
            *(sorted(self.plan.take), sorted(each.hex() for each in self.excluded_items)),
            *(str(self.period.start), str(self.period.end)),
            *(str(self.policy), sorted((name, str(rule)) for name, rule in self.rules.items())),
        )
        return hashlib.sha256(json.dumps(said).encode("utf-8", "backslashreplace")).hexdigest()

    def merge_rule(self, entity: str) -> MergeRule:
        return self.rules.get(entity) or self.plan.entities[entity].conflict


def outcome_of(error: MigratorError | None, job: Job) -> Outcome:
    if isinstance(error, Cancelled):
        return Outcome.CANCELLED
    if isinstance(
        error,
        (ConflictsUnresolved, ItemsRejected, RejectedAndUndone, TooManyConflicts, TooManyRejected),
    ):
        return Outcome.ROLLED_BACK
    if error:
        return Outcome.FAILED
    return Outcome.DRY_RUN if job.dry_run else Outcome.COMPLETED


class AsideCollector(ForwardingReporter):
    """Keeps the first of what is kept aside for the result."""

    def __init__(self, inner: Reporter) -> None:
        super().__init__(inner)
        self.first_rejections: list[Rejection] = []
        self.first_superseded: list[Superseded] = []

    def rejected(self, rejection: Rejection) -> None:
        if len(self.first_rejections) < _MAX_ASIDE:
            self.first_rejections.append(rejection)
        super().rejected(rejection)

    def superseded(self, item: Superseded) -> None:
        if len(self.first_superseded) < _MAX_ASIDE:
            self.first_superseded.append(item)
        super().superseded(item)
