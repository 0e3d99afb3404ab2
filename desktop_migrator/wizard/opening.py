"""What the wizard is opened with, read once the window can be seen.

That is plan, kit or capture, and what an earlier run left; with it come all of the engine and the
pages that use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_migrator.migration.demo import DEMO_KEY, USER_ID, unpack_home
from desktop_migrator.migration.desk.kits import Kit, open_kit
from desktop_migrator.migration.wizard_options import CAPTURE_SUFFIX, WizardOptions
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.plan.schema import Plan, load_plan
from desktop_migrator.wizard import messages
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.flow import UnfinishedRun, WizardStep, Workflow
from desktop_migrator.wizard.pages.backup import BackupPage
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.pages.capture_file import CaptureFilePage
from desktop_migrator.wizard.pages.captures import CapturesPage
from desktop_migrator.wizard.pages.conflicts import ConflictsPage
from desktop_migrator.wizard.pages.destination import DestinationPage
from desktop_migrator.wizard.pages.done import DonePage
from desktop_migrator.wizard.pages.find import FindPage
from desktop_migrator.wizard.pages.history import HistoryPage
from desktop_migrator.wizard.pages.kit import KitPage
from desktop_migrator.wizard.pages.migrate import MigratePage
from desktop_migrator.wizard.pages.restore import RestorePage
from desktop_migrator.wizard.pages.review import ReviewPage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from desktop_migrator.wizard.resume_state import find_unfinished_run
from desktop_migrator.wizard.worker import Worker

PAGES: Mapping[WizardStep, type[WizardPage]] = {
    kind.step: kind
    for kind in (
        WelcomePage,
        FindPage,
        ReviewPage,
        DestinationPage,
        ConflictsPage,
        BackupPage,
        MigratePage,
        DonePage,
        HistoryPage,
        CaptureFilePage,
        CapturesPage,
        RestorePage,
        KitPage,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    options: WizardOptions
    workspace: Workspace
    plan: Plan
    kit: Kit | None
    home: Path | None
    """The demo's."""
    unfinished_run: UnfinishedRun | None
    moved: datetime | None
    pages: Mapping[WizardStep, type[WizardPage]]

    def put_into(self, context: WizardContext) -> None:
        answers = context.answers
        context.workspace, context.known_plan = self.workspace, self.plan
        if self.home:
            context.folders = (self.home,)
            answers.user_id, answers.database, answers.create_tables = USER_ID, BUILTIN, True
            answers.field_key = DEMO_KEY
        file = self.options.file
        if file and file.suffix == CAPTURE_SUFFIX:
            answers.workflow, answers.captures = Workflow.UPLOAD, (file.absolute(),)
        if kit := self.kit:
            context.kit = kit
            answers.personal_kit = kit.login is not None
            answers.kit_not_accepted = not (kit.trustworthy or answers.personal_kit)
            answers.database = kit.database or ""
            if kit.database:
                answers.one_page, answers.workflow = True, Workflow.MIGRATE
                answers.create_tables = kit.database == BUILTIN
        context.unfinished_run, context.moved = self.unfinished_run, self.moved
        if self.unfinished_run and not answers.personal_kit:  # which comes first
            answers.one_page = False
        context.loaded = True


def load(options: WizardOptions) -> Loaded:
    """Raises MigratorError where the file or the plan cannot be used."""
    workspace = Workspace.open(options.data_dir)
    if options.demo:
        workspace = Workspace.open(workspace.demo)
    file, plan = options.file, load_plan(options.plan)
    kit = open_kit(file, workspace) if file and file.suffix != CAPTURE_SUFFIX else None
    if kit:
        plan = kit.plan
    return Loaded(
        options=options,
        workspace=workspace,
        plan=plan,
        kit=kit,
        home=unpack_home(workspace) if options.demo else None,
        unfinished_run=find_unfinished_run(workspace, plan.name),
        moved=_last_moved(workspace, plan),
        pages=PAGES,
    )


def _last_moved(workspace: Workspace, plan: Plan) -> datetime | None:
    """When the last run by this plan that completed, and was not taken back, ended."""
    for run in Catalog(workspace.catalog).runs():
        if run.plan == plan.name and run.outcome == Outcome.COMPLETED:
            return run.finished
    return None


def create_context(options: WizardOptions) -> WizardContext:
    """Raises MigratorError as `load` does."""
    loaded = load(options)
    context = WizardContext(loaded.workspace, Worker(), messages.make_translator())
    loaded.put_into(context)
    return context
