"""The window is seen before the engine is loaded, and in little memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop_migrator.errors import BadKit, ExitCode
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.migration.workspace.catalog import UNDONE, Catalog
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Counts, Outcome, RunResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.wizard.app import WizardSession
from desktop_migrator.wizard.flow import WizardStep
from tests.wizard.conftest import OpenWindow, Person

ENGINE = {"sqlalchemy", "psycopg", "alembic", "pydantic", "asyncio", "reportlab", "httpx"}
MEGABYTES = 120
LOOK = """
import sys, json, psutil
from pathlib import Path
import desktop_migrator.__main__
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.wizard import app

qt = app.create_application(["wizard"])
session = app.WizardSession(WizardOptions(data_dir=Path(sys.argv[1])))

def look():
    page = session.window.currentPage()
    seen = {"modules": [*sys.modules], "bytes": psutil.Process().memory_info().rss,
            "heading": page.heading, "complete": page.isComplete()}
    print(json.dumps(seen))
    qt.exit()

session.window.first_painted.disconnect()
session.window.first_painted.connect(look)
qt.exec()
"""


def test_the_first_page_is_painted_before_the_engine_is_loaded(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOOK, str(tmp_path)],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        check=True,
    )
    seen = json.loads(ended.stdout)
    assert ENGINE.isdisjoint(seen["modules"])
    assert seen["bytes"] < MEGABYTES << 20
    assert seen["heading"] == "Move your data"
    assert not seen["complete"], "nothing can be gone on to yet"


def test_what_cannot_be_opened_is_told_in_the_page_and_by_the_exit_code(
    qtbot: QtBot, tmp_path: Path
) -> None:
    kit = tmp_path / "desk.dmkit"
    kit.write_bytes(b"no kit")
    session = WizardSession(WizardOptions(file=kit, data_dir=tmp_path / "data"))
    person = Person(session.window, qtbot)
    assert person.page.heading == "One moment …"
    person.wait(person.page.error_panel.isVisible)
    assert isinstance(session.failed_with, BadKit)
    assert session.exit_code(0) == ExitCode.REFUSED
    assert not person.page.isComplete()
    session.window.stop_and_close()


def test_what_is_handed_over_before_the_engine_is_there_is_opened_then(
    qtbot: QtBot, tmp_path: Path
) -> None:
    session = WizardSession(WizardOptions(data_dir=tmp_path / "data"))
    session.open((tmp_path / "my.dmcapture",))
    qtbot.waitUntil(lambda: session.window.context.waits_for is not None)
    assert session.window.context.answers.captures == (tmp_path / "my.dmcapture",)
    assert session.window.currentId() == WizardStep.WELCOME
    session.window.stop_and_close()


def test_who_has_moved_before_is_told_so(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    def greeting() -> str:
        window = open_window(WizardOptions(data_dir=tmp_path))
        return "\n".join(each.text() for each in window.currentPage().findChildren(QLabel))

    assert "was moved from this computer" not in greeting()
    catalog, plan = Catalog(Workspace.open(tmp_path).catalog), load_plan(None).name
    catalog.record_start("r", user_id="u", database="d", plan=plan, origins=[])
    catalog.record_end(
        RunResult(
            run="r", outcome=Outcome.COMPLETED, counts=Counts(), by_entity={}, skipped_records={},
            damages=(), verified=True, seconds=1.0, peak_memory_mb=1.0, error=None, rejections=(),
        )
    )  # fmt: skip
    assert "was moved from this computer" in greeting()
    catalog.set_outcomes({"r": UNDONE})
    assert "was moved from this computer" not in greeting()
