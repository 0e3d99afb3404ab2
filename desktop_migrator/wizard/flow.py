"""The wizard's steps and which one follows which. Knows no Qt, so that every path is tested alone.

`WizardAnswers` is what the person has said so far. `steps` gives the way that these answers lead,
`next_step` the step after one of them, and `missing` what a step still needs before it may be left.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_migrator.model import ConflictPolicy, MergeRule

if TYPE_CHECKING:  # the engine is loaded once the window is to be seen
    from desktop_migrator.plan.envelope import FieldKey
    from desktop_migrator.plan.schema import Plan
    from desktop_migrator.vault.keys import PublicKey


class Workflow(StrEnum):
    """What the person came for."""

    MIGRATE = "migrate"
    CAPTURE = "capture"
    UPLOAD = "upload"
    UNDO = "undo"
    RESTORE = "restore"
    """Put back what a backup holds; chosen where UNDO shows what there is."""
    RESUME = "finish"
    """Go on with what an earlier run left."""


class WizardStep(IntEnum):
    """The pages. The numbers are part of the names that the support desk uses, and stay."""

    WELCOME = 1
    FIND = 2
    REVIEW = 3
    DESTINATION = 4
    CONFLICTS = 5
    BACKUP = 6
    MIGRATE = 7
    DONE = 8
    HISTORY = 9
    """Which earlier migration is to be undone, or which backup put back."""
    CAPTURE_FILE = 10
    """Where a capture is kept, and who can open it."""
    CAPTURES = 11
    """Which captures are to be uploaded."""
    RESTORE = 12
    """Where a backup is put back into, and what that will come to."""
    KIT = 13
    """All that a kit leaves to be said, on one page."""

    @property
    def code(self) -> str:
        """The step's name on the phone, the same in every language."""
        return f"W{int(self)}"


# A capture takes all of the web site, so there is nothing to leave out on Review.
_WORKFLOW_STEPS = {
    Workflow.MIGRATE: (
        WizardStep.WELCOME,
        WizardStep.FIND,
        WizardStep.REVIEW,
        WizardStep.DESTINATION,
        WizardStep.CONFLICTS,
        WizardStep.BACKUP,
        WizardStep.MIGRATE,
        WizardStep.DONE,
    ),
    Workflow.CAPTURE: (
        WizardStep.WELCOME,
        WizardStep.FIND,
        WizardStep.CAPTURE_FILE,
        WizardStep.MIGRATE,
        WizardStep.DONE,
    ),
    Workflow.UPLOAD: (
        WizardStep.WELCOME,
        WizardStep.CAPTURES,
        WizardStep.DESTINATION,
        WizardStep.BACKUP,
        WizardStep.MIGRATE,
        WizardStep.DONE,
    ),
    Workflow.UNDO: (WizardStep.WELCOME, WizardStep.HISTORY, WizardStep.MIGRATE, WizardStep.DONE),
    Workflow.RESTORE: (
        WizardStep.WELCOME,
        WizardStep.HISTORY,
        WizardStep.RESTORE,
        WizardStep.MIGRATE,
        WizardStep.DONE,
    ),
    Workflow.RESUME: (WizardStep.WELCOME, WizardStep.MIGRATE, WizardStep.DONE),
}

_ONE_PAGE_STEPS = {
    Workflow.MIGRATE: (
        WizardStep.KIT,
        WizardStep.REVIEW,
        WizardStep.CONFLICTS,
        WizardStep.MIGRATE,
        WizardStep.DONE,
    ),
    Workflow.CAPTURE: (WizardStep.KIT, WizardStep.MIGRATE, WizardStep.DONE),
}
"""With a kit, until the person would rather change something."""


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A run that an earlier call of the wizard or the command line left unfinished."""

    run: str
    user_id: str
    database: str
    """As the catalog keeps it: without a password."""
    origins: tuple[str, ...]
    sources: tuple[Path, ...] = ()
    policy: ConflictPolicy = ConflictPolicy.SKIP
    create_tables: bool = False
    excluded_entities: frozenset[str] = frozenset()
    excluded_items: frozenset[bytes] = frozenset()
    rules: dict[str, MergeRule] = field(default_factory=dict)
    decisions: Path | None = None
    plan: "Plan | None" = None
    """The one it had; None: the one that the wizard was opened with."""


class BackupChoice(StrEnum):
    """What opens the backup that is made before the first write."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"  # noqa: S105
    NONE = "none"
    """There is to be no backup."""


class RestoreDestination(StrEnum):
    """What a backup is put back into."""

    DATABASE = "database"
    BROWSER = "browser"


@dataclass(slots=True)
class RestoreAnswers:
    backup: str | None = None
    """Its id."""
    passphrase_or_key: str = field(default="", repr=False)
    """A passphrase or recovery key; empty where the keyring's key opens it."""
    destination: RestoreDestination | None = None
    force: bool = False
    """Whether what was changed since is put back too."""
    run_known: bool = False
    """Whether the database still knows the backup's run, which then is undone."""
    previewed: bool = False
    """Whether the backup was checked and the person saw what will happen, as it is chosen now."""


MIN_PASSPHRASE_LENGTH = 8
"""Characters."""


@dataclass(slots=True)
class BackupAnswers:
    choice: BackupChoice = BackupChoice.KEYRING
    keyring_works: bool = False
    passphrase: str = field(default="", repr=False)
    passphrase_confirmation: str = field(default="", repr=False)
    no_backup_confirmed: bool = False
    """Whether the person, asked again, still wants none."""

    @property
    def is_valid(self) -> bool:
        if self.choice is BackupChoice.KEYRING:
            return self.keyring_works
        if self.choice is BackupChoice.PASSPHRASE:
            return is_valid_passphrase(self.passphrase, self.passphrase_confirmation)
        return self.no_backup_confirmed


CODE_DIGITS = 20
"""Of a personal kit."""


def is_whole_code(code: str) -> bool:
    """Whether all of it was typed, however it is grouped."""
    return sum(letter.isdecimal() for letter in code) == CODE_DIGITS


def is_valid_passphrase(passphrase: str, confirmation: str) -> bool:
    return len(passphrase) >= MIN_PASSPHRASE_LENGTH and passphrase == confirmation


@dataclass(slots=True)
class WizardAnswers:
    """What the person has said so far, and what the pages found out for them."""

    workflow: Workflow | None = None
    kit_not_accepted: bool = False
    """Whether the wizard was opened with a kit whose desk the person has not accepted yet."""
    personal_kit: bool = False
    """Whether that kit says whose data it is for and how to get in, once its code is typed."""
    kit_code: str = field(default="", repr=False)
    unfinished_run: UnfinishedRun | None = None
    """What an earlier run left; chosen with FINISH, or with UNDO and `undo_run`."""

    field_key: "FieldKey | None" = None
    """For sensitive fields; None: the keyring's."""
    one_page: bool = False
    """Whether a kit has said so much that one page does."""
    look_at_items: bool = False
    """Whether the person would see the items first; with `one_page`."""

    # Find
    sources: tuple[Path, ...] = ()
    """The profiles chosen."""
    origins: tuple[str, ...] = ()
    """The web site chosen: one address, or those under which the plan knows one app."""
    site_fits: bool = False
    """Whether the plan knows something of its data, or the person says that it is this one."""

    # Review
    excluded_entities: frozenset[str] = frozenset()
    """Kinds of items that stay behind."""
    excluded_items: frozenset[bytes] = frozenset()
    """Names of single items that stay behind; see `Job.excluded_items`."""

    # Destination
    user_id: str = ""
    email: str = ""
    database: str = ""
    """A URL without a password, or `builtin`."""
    password: str | None = field(default=None, repr=False)
    connection_tested: bool = False
    """Whether the connection was tested as it is entered now, and nothing essential is amiss."""
    create_tables: bool = False

    # Conflicts
    policy: ConflictPolicy = ConflictPolicy.SKIP
    rules: dict[str, MergeRule] = field(default_factory=dict)
    """What counts for each kind that has conflicts; with the policy MERGE."""
    decisions: Path | None = None
    undecided_conflicts: int = 0
    """Conflicts that the person has to decide and has not."""

    backup: BackupAnswers = field(default_factory=BackupAnswers)

    # Undo
    undo_run: str | None = None
    undo_run_preselected: bool = False
    """Whether the run to undo was chosen on the first page already."""

    restore: RestoreAnswers = field(default_factory=RestoreAnswers)

    # Capture and upload
    captures: tuple[Path, ...] = ()
    captures_named: bool = False
    """Whether each of them says whose it is."""
    capture_file: Path | None = None
    passphrase: str = field(default="", repr=False)
    """Of the capture; with `sealed_for_desk` none is needed to make one."""
    passphrase_confirmation: str = field(default="", repr=False)
    sealed_for_desk: bool = False
    """Whether the capture is sealed for the kit's desk alone."""
    desk_keys: "tuple[PublicKey, ...]" = ()
    """That desk's, each of which opens it."""

    work_finished: bool = False
    """Whether the work of this way is done."""


def steps(answers: WizardAnswers) -> tuple[WizardStep, ...]:
    """The way from the first page to the last; only the first page until the person has chosen."""
    if answers.workflow is None:
        return (WizardStep.WELCOME,)
    if answers.one_page and answers.workflow in _ONE_PAGE_STEPS:
        way = _ONE_PAGE_STEPS[answers.workflow]
        looks = answers.look_at_items
        return tuple(step for step in way if looks or step is not WizardStep.REVIEW)
    way = _WORKFLOW_STEPS[answers.workflow]
    if answers.workflow is Workflow.UNDO and answers.undo_run_preselected:
        return tuple(step for step in way if step is not WizardStep.HISTORY)
    return way


def next_step(step: WizardStep, answers: WizardAnswers) -> WizardStep | None:
    """The step after this one; None after the last, or if the way does not lead over it."""
    way = steps(answers)
    if step not in way or step is way[-1]:
        return None
    return way[way.index(step) + 1]


def is_commit_step(step: WizardStep, answers: WizardAnswers) -> bool:
    """Whether leaving this step begins the work, so that there is no way back."""
    return next_step(step, answers) is WizardStep.MIGRATE


class Requirement(StrEnum):
    """What a step still needs; the pages have a sentence for each."""

    KIT = "kit"
    CODE = "code"
    WORKFLOW = "entry"
    SOURCES = "sources"
    ORIGIN = "origin"
    SITE = "site"
    PERSON = "person"
    DATABASE = "database"
    CONFLICTS = "conflicts"
    BACKUP = "backup"
    RUN = "run"
    RESTORE_PREVIEW = "goal"
    FILE = "file"
    KEY = "key"
    CAPTURES = "captures"
    WORK = "work"


def unmet_requirement(step: WizardStep, answers: WizardAnswers) -> Requirement | None:
    """What the person still has to do on this step; None: it may be left."""
    return next((need for need, met in _requirements(step, answers) if not met), None)


def _requirements(step: WizardStep, answers: WizardAnswers) -> tuple[tuple[Requirement, bool], ...]:
    if step is WizardStep.KIT:
        parts = (WizardStep.WELCOME, WizardStep.FIND, WizardStep.DESTINATION, WizardStep.BACKUP)
        return tuple(need for part in parts for need in _requirements(part, answers))
    return {
        WizardStep.WELCOME: (
            (Requirement.KIT, not answers.kit_not_accepted),
            (Requirement.CODE, not answers.personal_kit or is_whole_code(answers.kit_code)),
            (Requirement.WORKFLOW, answers.workflow is not None),
        ),
        WizardStep.FIND: (
            (Requirement.ORIGIN, bool(answers.origins)),
            (Requirement.SITE, answers.site_fits),
            (Requirement.SOURCES, bool(answers.sources)),
        ),
        WizardStep.DESTINATION: (
            (
                Requirement.PERSON,
                bool(answers.user_id.strip() or answers.email.strip())
                or answers.personal_kit
                or (answers.workflow is Workflow.UPLOAD and answers.captures_named),
            ),
            (Requirement.DATABASE, bool(answers.database.strip())),
        ),
        WizardStep.CONFLICTS: ((Requirement.CONFLICTS, answers.undecided_conflicts == 0),),
        WizardStep.BACKUP: ((Requirement.BACKUP, answers.backup.is_valid),),
        WizardStep.MIGRATE: ((Requirement.WORK, answers.work_finished),),
        WizardStep.HISTORY: (
            (Requirement.RUN, (answers.undo_run or answers.restore.backup) is not None),
        ),
        WizardStep.RESTORE: ((Requirement.RESTORE_PREVIEW, answers.restore.previewed),),
        WizardStep.CAPTURE_FILE: (
            (Requirement.FILE, answers.capture_file is not None),
            (
                Requirement.KEY,
                answers.sealed_for_desk
                or is_valid_passphrase(answers.passphrase, answers.passphrase_confirmation),
            ),
        ),
        WizardStep.CAPTURES: ((Requirement.CAPTURES, bool(answers.captures)),),
    }.get(step, ())
