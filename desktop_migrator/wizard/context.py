"""What all pages share: where things lie, the plan, what the person has said, and the worker."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_migrator.messages import Translator
from desktop_migrator.wizard.flow import UnfinishedRun, WizardAnswers, WizardStep
from desktop_migrator.wizard.worker import Worker

if TYPE_CHECKING:  # the engine is loaded once the window is to be seen
    from desktop_migrator.migration.desk.kits import Kit
    from desktop_migrator.migration.workspace.workspace import Workspace
    from desktop_migrator.plan.schema import Plan
    from desktop_migrator.wizard.operations import Result


@dataclass(slots=True)
class WizardContext:
    workspace: "Workspace"
    """Its folders may not be made yet before all is loaded."""
    worker: Worker
    translator: Translator
    """What puts the engine's messages in the person's language."""
    answers: WizardAnswers = field(default_factory=WizardAnswers)
    folders: tuple[Path, ...] = ()
    """Where to look for browsers; empty: in all of this person's."""
    unfinished_run: UnfinishedRun | None = None
    """What an earlier run left."""
    moved: datetime | None = None
    """When data was moved from this computer by this plan the last time, and is not taken back."""
    kit: "Kit | None" = None
    """What the wizard was opened with."""
    result: "Result | None" = None
    """What came of the work."""
    cleared: str | None = None
    """The backup of what was cleared from the browser and is not back there."""
    open_files: Callable[[tuple[Path, ...]], None] = lambda _: None
    """Begins anew with a kit or with captures; the session puts its own here."""
    build_page: Callable[[WizardStep], object] = lambda _: None
    """Has a page there before QWizard goes to it; the window puts its own here."""
    start_undo: Callable[[str], None] = lambda _: None
    """Begins to undo the run named; the window puts its own here."""
    drafted_plan: "Plan | None" = None
    """In place of the known one: for the web site chosen, or of the run that is to be finished."""

    known_plan: "Plan" = field(init=False)
    """The one that the wizard was opened with; there once all is loaded."""
    waits_for: Path | None = None
    """The kit or capture that the wizard was opened with."""
    loaded: bool = False
    """Whether the engine is there, and what the wizard was opened with is read."""

    @property
    def plan(self) -> "Plan":
        return self.drafted_plan or self.known_plan

    @property
    def labels(self) -> dict[str, str]:
        """What the plan calls kinds of items, in the person's language."""
        return self.plan.labels_in(self.translator.language)

    def field_labels(self, entity: str) -> dict[str, str]:
        """The same of the fields of a kind; what the plan does not know is not in it."""
        known = entity in self.plan.entities
        return self.plan.field_labels(entity, self.translator.language) if known else {}
