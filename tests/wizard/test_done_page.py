"""The last page leads back to the app, and tells the desk; what Qt would open is the oracle."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop_migrator.model import Counts, Outcome, RunResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.wizard.flow import Workflow
from desktop_migrator.wizard.pages.done import DonePage
from desktop_migrator.wizard.widgets.details import CollapsibleDetails
from tests.wizard.pages import Opened, named, open_page

SCHEMES = ("https", "http")
RUN = "37bb59ac-4ee1-435b-a7a9-50bc91c70679"


class Desktop(QObject):
    """In place of the browser that a person has."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def show(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    desktop = Desktop()
    for scheme in SCHEMES:
        QDesktopServices.setUrlHandler(scheme, desktop, "show")  # type: ignore[arg-type]
    yield desktop
    for scheme in SCHEMES:
        QDesktopServices.unsetUrlHandler(scheme)


def done(qtbot: QtBot, tmp_path: Path, *origins: str, verified: bool = True) -> Opened:
    opened = open_page(qtbot, DonePage, tmp_path, load_plan(None))
    opened.answers.workflow, opened.answers.origins = Workflow.MIGRATE, origins
    opened.context.result = RunResult(
        run=RUN, outcome=Outcome.COMPLETED, counts=Counts(),
        by_entity={}, skipped_records={}, damages=(), verified=verified, seconds=1.0,
        peak_memory_mb=80.0,
    )  # fmt: skip
    opened.page.on_enter()
    return opened


@pytest.mark.parametrize("origin", ["https://app.acme.example", "http://localhost:3000"])
def test_the_app_is_opened_where_its_data_was(
    qtbot: QtBot, tmp_path: Path, desktop: Desktop, origin: str
) -> None:
    page = done(qtbot, tmp_path, "file://", origin).page
    button = named(page, QPushButton, "Open the app")
    assert button.isVisible()
    assert origin in button.accessibleDescription()
    button.click()
    assert desktop.opened == [origin]


@pytest.mark.parametrize(
    ("origin", "verified"),
    [("file://", True), ("app://obsidian.md", True), ("https://app.acme.example", False)],
)
def test_what_is_no_web_site_and_what_did_not_arrive_is_not_opened(
    qtbot: QtBot, tmp_path: Path, origin: str, verified: bool
) -> None:
    page = done(qtbot, tmp_path, origin, verified=verified).page
    assert not named(page, QPushButton, "Open the app").isVisible()


def test_what_the_desk_asks_for_is_copied(qtbot: QtBot, tmp_path: Path) -> None:
    page = done(qtbot, tmp_path, "https://app.acme.example").page
    page.show_support_lines()
    [details] = page.findChildren(CollapsibleDetails)
    details.set_expanded()
    button = named(page, QPushButton, "Copy these details")
    button.click()
    assert QGuiApplication.clipboard().text().split("\n") == page.support_lines()
    assert any(RUN in each for each in page.support_lines())
    assert button.text() == "Copied"
    page.show_support_lines()  # as when it is come to again
    assert button.text() != "Copied"
