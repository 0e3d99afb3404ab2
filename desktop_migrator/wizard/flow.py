"""The wizard's steps and which one follows which. Knows no Qt, so that every path is tested alone.

`Answers` is what the person has said so far. `steps` gives the way that these answers lead,
`next_step` the step after one of them, and `missing` what a step still needs before it may be left.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path

from desktop_migrator.model import ConflictPolicy, MergeRule
from desktop_migrator.vault.keys import PublicKey


class Entry(StrEnum):
    """What the person came for."""

    MIGRATE = "migrate"
    CAPTURE = "capture"
    UPLOAD = "upload"
    UNDO = "undo"
    RESTORE = "restore"
    """Put back what a backup holds; chosen where UNDO shows what there is."""
    FINISH = "finish"
    """Go on with what an earlier run left."""


class Step(IntEnum):
    """The pages. The numbers are part of the names that the support desk uses, and stay."""

    WELCOME = 1
    FIND = 2
    REVIEW = 3
    DESTINATION = 4
    CONFLICTS = 5
    BACKUP = 6
    MIGRATE = 7
    DONE = 8
    PAST = 9
    """Which earlier migration is to be undone, or which backup put back."""
    SEAL = 10
    """Where a capture is kept, and who can open it."""
    CAPTURES = 11
    """Which captures are to be uploaded."""
    RESTORE = 12
    """Where a backup is put back into, and what that will come to."""

    @property
    def code(self) -> str:
        """The step's name on the phone, the same in every language."""
        return f"W{int(self)}"


# A capture takes all of the web site, so there is nothing to leave out on Review.
_WAYS = {
    Entry.MIGRATE: (
        Step.WELCOME,
        Step.FIND,
        Step.REVIEW,
        Step.DESTINATION,
        Step.CONFLICTS,
        Step.BACKUP,
        Step.MIGRATE,
        Step.DONE,
    ),
    Entry.CAPTURE: (
        Step.WELCOME,
        Step.FIND,
        Step.SEAL,
        Step.MIGRATE,
        Step.DONE,
    ),
    Entry.UPLOAD: (
        Step.WELCOME,
        Step.CAPTURES,
        Step.DESTINATION,
        Step.BACKUP,
        Step.MIGRATE,
        Step.DONE,
    ),
    Entry.UNDO: (Step.WELCOME, Step.PAST, Step.MIGRATE, Step.DONE),
    Entry.RESTORE: (Step.WELCOME, Step.PAST, Step.RESTORE, Step.MIGRATE, Step.DONE),
    Entry.FINISH: (Step.WELCOME, Step.MIGRATE, Step.DONE),
}


@dataclass(frozen=True, slots=True)
class FormerRun:
    """A run that an earlier call of the wizard or the command line left unfinished."""

    run: str
    user_id: str
    database: str
    """As the catalog keeps it: without a password."""
    origins: tuple[str, ...]
    sources: tuple[Path, ...] = ()
    policy: ConflictPolicy = ConflictPolicy.SKIP
    create_tables: bool = False
    exclude: frozenset[str] = frozenset()
    leave_out: frozenset[bytes] = frozenset()
    rules: dict[str, MergeRule] = field(default_factory=dict)
    decisions: Path | None = None


class BackupKind(StrEnum):
    """What opens the backup that is made before the first write."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105
    NONE = "none"
    """There is to be no backup."""


class Goal(StrEnum):
    """What a backup is put back into."""

    DATABASE = "database"
    BROWSER = "browser"


@dataclass(slots=True)
class Restore:
    backup: str | None = None
    """Its id."""
    given: str = field(default="", repr=False)
    """A passphrase or recovery key; empty where the keyring's key opens it."""
    goal: Goal | None = None
    force: bool = False
    """Whether what was changed since is put back too."""
    run_known: bool = False
    """Whether the database still knows the backup's run, which then is undone."""
    previewed: bool = False
    """Whether the backup was checked and the person saw what will happen, as it is chosen now."""


SHORTEST_PASSPHRASE = 8
"""Characters."""


@dataclass(slots=True)
class Backup:
    kind: BackupKind = BackupKind.KEYRING
    keyring_works: bool = False
    passphrase: str = field(default="", repr=False)
    repeated: str = field(default="", repr=False)
    refused_twice: bool = False
    """Whether the person, asked again, still wants none."""

    @property
    def settled(self) -> bool:
        if self.kind is BackupKind.KEYRING:
            return self.keyring_works
        if self.kind is BackupKind.PASSPHRASE:
            return good_passphrase(self.passphrase, self.repeated)
        return self.refused_twice


def good_passphrase(text: str, repeated: str) -> bool:
    return len(text) >= SHORTEST_PASSPHRASE and text == repeated


@dataclass(slots=True)
class Answers:
    """What the person has said so far, and what the pages found out for them."""

    entry: Entry | None = None
    kit_waits: bool = False
    """Whether the wizard was opened with a kit whose desk the person has not accepted yet."""
    former: FormerRun | None = None
    """What an earlier run left; chosen with FINISH, or with UNDO and `undo_run`."""

    # Find
    sources: tuple[Path, ...] = ()
    """The profiles chosen."""
    origin: str | None = None
    """The web site chosen."""

    # Review
    left_out: frozenset[str] = frozenset()
    """Kinds of items that stay behind."""
    leave_out: frozenset[bytes] = frozenset()
    """Names of single items that stay behind; see `Job.leave_out`."""

    # Destination
    user_id: str = ""
    email: str = ""
    database: str = ""
    """A URL without a password, or `builtin`."""
    password: str | None = field(default=None, repr=False)
    tested: bool = False
    """Whether the connection was tested as it is entered now, and nothing essential is amiss."""
    create_tables: bool = False

    # Conflicts
    policy: ConflictPolicy = ConflictPolicy.SKIP
    rules: dict[str, MergeRule] = field(default_factory=dict)
    """What counts for each kind that has conflicts; with the policy MERGE."""
    decisions: Path | None = None
    conflicts_open: int = 0
    """Conflicts that the person has to decide and has not."""

    backup: Backup = field(default_factory=Backup)

    # Undo
    undo_run: str | None = None
    undo_before_step: bool = False
    """Whether the run to undo was chosen on the first page already."""

    restore: Restore = field(default_factory=Restore)

    # Capture and upload
    captures: tuple[Path, ...] = ()
    capture_file: Path | None = None
    passphrase: str = field(default="", repr=False)
    """Of the capture; with `for_desk` none is needed to make one."""
    repeated: str = field(default="", repr=False)
    for_desk: bool = False
    """Whether the capture is sealed for the kit's desk alone."""
    desk_key: PublicKey | None = None
    """That desk's."""

    finished: bool = False
    """Whether the work of this way is done."""


def steps(answers: Answers) -> tuple[Step, ...]:
    """The way from the first page to the last; only the first page until the person has chosen."""
    if answers.entry is None:
        return (Step.WELCOME,)
    way = _WAYS[answers.entry]
    if answers.entry is Entry.UNDO and answers.undo_before_step:
        return tuple(step for step in way if step is not Step.PAST)
    return way


def next_step(step: Step, answers: Answers) -> Step | None:
    """The step after this one; None after the last, or if the way does not lead over it."""
    way = steps(answers)
    if step not in way or step is way[-1]:
        return None
    return way[way.index(step) + 1]


def commits(step: Step, answers: Answers) -> bool:
    """Whether leaving this step begins the work, so that there is no way back."""
    return next_step(step, answers) is Step.MIGRATE


class Missing(StrEnum):
    """What a step still needs; the pages have a sentence for each."""

    KIT = "kit"
    ENTRY = "entry"
    SOURCES = "sources"
    ORIGIN = "origin"
    PERSON = "person"
    DATABASE = "database"
    CONFLICTS = "conflicts"
    BACKUP = "backup"
    RUN = "run"
    GOAL = "goal"
    FILE = "file"
    KEY = "key"
    CAPTURES = "captures"
    WORK = "work"


def missing(step: Step, answers: Answers) -> Missing | None:
    """What the person still has to do on this step; None: it may be left."""
    return next((need for need, met in _needs(step, answers) if not met), None)


def _needs(step: Step, answers: Answers) -> tuple[tuple[Missing, bool], ...]:
    return {
        Step.WELCOME: (
            (Missing.KIT, not answers.kit_waits),
            (Missing.ENTRY, answers.entry is not None),
        ),
        Step.FIND: (
            (Missing.SOURCES, bool(answers.sources)),
            (Missing.ORIGIN, bool(answers.origin)),
        ),
        Step.DESTINATION: (
            (Missing.PERSON, bool(answers.user_id.strip() or answers.email.strip())),
            (Missing.DATABASE, bool(answers.database.strip())),
        ),
        Step.CONFLICTS: ((Missing.CONFLICTS, answers.conflicts_open == 0),),
        Step.BACKUP: ((Missing.BACKUP, answers.backup.settled),),
        Step.MIGRATE: ((Missing.WORK, answers.finished),),
        Step.PAST: ((Missing.RUN, (answers.undo_run or answers.restore.backup) is not None),),
        Step.RESTORE: ((Missing.GOAL, answers.restore.previewed),),
        Step.SEAL: (
            (Missing.FILE, answers.capture_file is not None),
            (
                Missing.KEY,
                answers.for_desk or good_passphrase(answers.passphrase, answers.repeated),
            ),
        ),
        Step.CAPTURES: ((Missing.CAPTURES, bool(answers.captures)),),
    }.get(step, ())
