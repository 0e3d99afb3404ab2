"""The computer is asked not to sleep while the work goes on; a session's bus is the witness."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.desktop_session import desktop_session
from tests.processes import running
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.needs("gnome-keyring")

CAPTURE = """
import sys
from pathlib import Path
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import (load_plan)
from desktop_migrator.reporter import NullReporter
from desktop_migrator.wizard import operations
from desktop_migrator.wizard.flow import WizardAnswers, Workflow
home, folder = map(Path, sys.argv[1:])
answers = WizardAnswers(workflow=Workflow.CAPTURE, sources=(home,))
answers.passphrase = "correct horse battery"
answers.capture_file = folder / "mine.dmcapture"
workspace = Workspace.open(folder / "data")
operations.make_work(answers, load_plan(None), workspace)(NullReporter())
"""


def test_the_desktop_is_asked_to_stay_awake(
    home: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = tmp_path / "said"
    with desktop_session(tmp_path_factory.mktemp("session")) as session, said.open("w") as file:
        environment = os.environ | dict(session.environment)
        command = ["dbus-monitor", "--session", "--monitor"]
        with running(command, env=environment, stdout=file):
            wait_until(lambda: said.stat().st_size > 0, "the bus says nothing")
            capture = [sys.executable, "-c", CAPTURE, str(home), str(tmp_path)]
            subprocess.run(capture, env=environment, check=True, timeout=PATIENCE)
    assert (tmp_path / "mine.dmcapture").stat().st_size > 0
    assert "member=Inhibit" in said.read_text()
