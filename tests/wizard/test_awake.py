"""The computer is asked not to sleep while the work goes on; a session's bus is the witness."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.desktop_session import desktop_session

pytestmark = pytest.mark.needs("gnome-keyring")

CAPTURE = """
import sys
from pathlib import Path
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import NullReporter
from desktop_migrator.wizard import operations
from desktop_migrator.wizard.flow import Answers, Entry
home, folder = map(Path, sys.argv[1:])
answers = Answers(entry=Entry.CAPTURE, sources=(home,), passphrase="correct horse battery")
answers.capture_file = folder / "mine.dmcapture"
work.begin(answers, load_plan(None), Workspace.open(folder / "data"))(NullReporter())
"""


def test_the_desktop_is_asked_to_stay_awake(
    home: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = tmp_path / "said"
    with desktop_session(tmp_path_factory.mktemp("session")) as session, said.open("w") as file:
        environment = os.environ | dict(session.environment)
        command = ["dbus-monitor", "--session", "--monitor"]
        with subprocess.Popen(command, env=environment, stdout=file) as monitor:
            while not said.stat().st_size:
                pass
            capture = [sys.executable, "-c", CAPTURE, str(home), str(tmp_path)]
            subprocess.run(capture, env=environment, check=True)
            monitor.terminate()
    assert (tmp_path / "mine.dmcapture").stat().st_size > 0
    assert "member=Inhibit" in said.read_text()
