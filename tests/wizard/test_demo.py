"""The demo in the window and on the command line is the same: what one moved, the other finds."""

from pathlib import Path

from desktop_migrator.migration.demo import run_demo, unpack_home
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import RunResult
from desktop_migrator.reporter import NullReporter
from desktop_migrator.wizard.flow import WizardStep
from tests.wizard.conftest import Person


def test_what_the_command_line_moved_is_there_already(person: Person, demo_folder: Path) -> None:
    workspace = Workspace.open(Workspace.open(demo_folder).demo)
    moved = run_demo(unpack_home(workspace), workspace, NullReporter())
    assert (moved.verified, moved.counts.inserted > 0) == (True, True)
    person.go_to(WizardStep.DONE)
    again = person.window.context.result
    assert isinstance(again, RunResult)
    assert again.verified
    assert (again.counts.inserted, again.counts.updated) == (0, 0)
    assert again.counts.unchanged == moved.counts.inserted + moved.counts.unchanged
    assert again.counts.items == moved.counts.items
    assert again.counts.rejected == moved.counts.rejected
