"""One window, its size, what is dropped on it, signals, the taskbar, and no screen at all."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_migrator.errors import NoScreen, SourceNotFound, WindowLibraryMissing
from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.wizard import screen, single_instance
from desktop_migrator.wizard.app import WizardSession
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.pages.find import FindPage
from desktop_migrator.wizard.single_instance import SingleInstance
from desktop_migrator.wizard.window import WizardWindow
from tests.integration.desktop_session import desktop_session
from tests.processes import running
from tests.recorded import APP, unpack
from tests.waiting import PATIENCE, wait_until
from tests.wizard.conftest import OpenWindow, Person
from tests.wizard.pages import idle
from tests.wizard.test_kit import make
from tests.wizard.test_pages import answer_boxes
from tests.wizard.xvfb.person import virtual_screen

Starts = Callable[..., "subprocess.Popen[bytes]"]


# ---- one window ---------------------------------------------------------------------------------


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starts]:
    """Starts the program on one data folder."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: object) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "desktop_migrator", "--data-dir", tmp_path / "data"]
        started.append(subprocess.Popen([*map(str, command), "wizard", *map(str, words)]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def listening(data: Path) -> bool:
    return bool(list(data.glob("window-*.json")))


def test_a_second_start_ends_at_once_and_a_killed_first_is_in_nobodys_way(
    start: Starts, tmp_path: Path
) -> None:
    first = start()
    wait_until(lambda: listening(tmp_path / "data"), "the first window does not listen")
    assert start(tmp_path / "of-no-desk.dmkit").wait(PATIENCE) == 0
    assert first.poll() is None
    first.kill()
    first.wait()
    [left] = (tmp_path / "data").glob("window-*.json")
    before = left.read_bytes()
    next_one = start()
    wait_until(lambda: left.read_bytes() != before, "the next window does not listen")
    next_one.send_signal(signal.SIGTERM)
    assert next_one.wait(PATIENCE) == 130
    assert not listening(tmp_path / "data")


def test_what_a_second_start_is_given_reaches_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = SingleInstance(tmp_path), SingleInstance(tmp_path)
    assert first.claim()
    assert not second.claim()
    taken: list[tuple[Path | None, Path | None]] = []
    first.listen(lambda file, plan: taken.append((file, plan)))
    odd = tmp_path / os.fsdecode(b"\xff \n.dmkit")
    results: list[bool] = []
    calling = threading.Thread(target=lambda: results.append(second.hand_over(odd, None)))
    calling.start()
    qtbot.waitUntil(lambda: bool(results))
    calling.join()
    assert (results, taken) == ([True], [(odd, None)])
    first.close()
    assert second.claim()
    second.close()


@pytest.mark.parametrize("of", ["a stranger", "one that hangs"])
def test_a_start_that_is_not_answered_has_a_window_of_its_own(
    of: str, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "_PATIENCE", 0.3)
    first, second = SingleInstance(tmp_path), SingleInstance(tmp_path)
    assert first.claim()
    taken: list[object] = []
    first.listen(lambda *given: taken.append(given))
    [place] = tmp_path.glob("window-*.json")
    if of == "a stranger":
        place.write_bytes(place.read_bytes().replace(b'"token":"', b'"token":"x'))
    assert not second.hand_over(tmp_path / "a.dmkit", None)  # nobody sees to the window's events
    first.close()
    if of == "a stranger":
        QApplication.processEvents()
        assert not taken


# ---- its size -----------------------------------------------------------------------------------


def test_the_size_is_remembered_and_never_larger_than_the_screen(
    open_window: OpenWindow, tmp_path: Path, qapp: QApplication
) -> None:
    window = open_window(WizardOptions(data_dir=tmp_path))
    room = qapp.primaryScreen().availableGeometry().size()
    assert window.height() < room.height(), "there is a title bar, too"
    size = QSize(window.minimumSizeHint()).boundedTo(room) + QSize(1, 1)
    window.resize(size)
    size = window.size()
    window.close()
    assert open_window(WizardOptions(data_dir=tmp_path)).size() == size
    (tmp_path / "window.json").write_text('{"width": 99999, "height": 99999}')
    large = open_window(WizardOptions(data_dir=tmp_path)).size()
    assert large.width() < room.width()
    assert large.height() < room.height()
    (tmp_path / "window.json").write_text("{damaged")
    open_window(WizardOptions(data_dir=tmp_path))


# ---- what is dropped ----------------------------------------------------------------------------


def drop(window: WizardWindow, *paths: Path) -> bool:
    """Whether the window takes them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPoint(300, 300),
        Qt.DropAction.MoveAction | Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    window.dropEvent(event)
    QApplication.processEvents()
    assert not event.isAccepted() or event.dropAction() is Qt.DropAction.CopyAction
    return event.isAccepted()


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[WizardSession]:
    session = WizardSession(WizardOptions(data_dir=tmp_path / "data"))
    qtbot.waitUntil(lambda: session.window.context.loaded)
    session.window.context.folders = (unpack("webkit", tmp_path / "browsers"),)
    yield session
    session.window.stop_and_close()


def test_a_kit_opens_anew_and_captures_are_to_be_uploaded(
    session: WizardSession, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former, kit = session.window, tmp_path / "desk.dmkit"
    make(kit)
    assert drop(former, kit)
    qtbot.waitUntil(lambda: session.window is not former)
    shown = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
    assert shown == [session.window]
    opened = session.window.context.kit
    assert opened is not None
    assert opened.owner == "Acme support"

    captures = tuple(tmp_path / name for name in ("a.dmcapture", "b.dmcapture"))
    with_kit = session.window
    assert drop(with_kit, *captures)
    qtbot.waitUntil(lambda: session.window is not with_kit)
    answers = session.window.context.answers
    assert (answers.workflow, answers.captures) == (Workflow.UPLOAD, captures)

    session.window.next()
    asked = answer_boxes(monkeypatch, yes=False)
    assert drop(session.window, kit)
    assert len(asked) == 1
    assert session.window.context.answers is answers, "the person would rather go on"


def test_a_file_that_cannot_be_opened_is_told_in_the_page(
    session: WizardSession, qtbot: QtBot, tmp_path: Path
) -> None:
    window, kit = session.window, tmp_path / "desk.dmkit"
    kit.write_bytes(b"no kit")
    assert drop(window, kit)
    person = Person(window, qtbot)
    person.wait(lambda: person.page.error_panel.error is not None)
    assert session.window is window


def test_a_folder_goes_to_where_data_is_looked_for_and_a_wrong_one_forgets_nothing(
    session: WizardSession, qtbot: QtBot, tmp_path: Path
) -> None:
    person = Person(session.window, qtbot)
    assert drop(session.window, unpack("firefox", tmp_path))
    page = person.page
    assert isinstance(page, FindPage)
    person.wait(lambda: idle(page))
    page.sites.choose(APP)
    found = len(page.cards)
    assert found == 1, "the dropped one's; the app has nothing in the browser"
    (tmp_path / "nothing.txt").write_text("nothing")
    assert drop(session.window, tmp_path / "nothing.txt")
    person.wait(lambda: idle(page))
    assert isinstance(page.error_panel.error, SourceNotFound)
    assert len(page.cards) == found
    person.go_on()
    assert person.page.step is WizardStep.REVIEW
    assert not drop(session.window, tmp_path), "a folder says nothing there"


# ---- the taskbar --------------------------------------------------------------------------------

_TELL = """
from PySide6.QtWidgets import QApplication, QWidget
from desktop_migrator.wizard.taskbar_progress import TaskbarProgress
app = QApplication([])
progress = TaskbarProgress(QWidget())
progress.show(0.25)
progress.show(None)
progress.clear()
input()  # what is sent goes out in another thread
"""


@pytest.mark.needs("gnome-keyring")  # with it comes a session's bus
def test_docks_are_told_how_far_the_work_is(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = tmp_path / "told"
    with desktop_session(tmp_path_factory.mktemp("session")) as session, told.open("w") as file:
        environment = os.environ | dict(session.environment)
        watch = ["dbus-monitor", "--session", "interface=com.canonical.Unity.LauncherEntry"]
        with running(watch, env=environment, stdout=file):
            wait_until(lambda: "NameLost" in told.read_text(), "nobody listens")  # from then on
            command = [sys.executable, "-c", _TELL]
            with running(command, env=environment, stdin=subprocess.PIPE):
                wait_until(lambda: told.read_text().count("boolean") == 3, told.read_text)
    signals = told.read_text()
    assert signals.count('string "application://desktop-migrator.desktop"') == 3
    assert signals.split("double ")[1].startswith("0.25")
    visible = [line.split()[-1] for line in signals.splitlines() if "boolean" in line]
    assert visible == ["true", "false", "false"]


# ---- no screen ----------------------------------------------------------------------------------


@pytest.fixture
def x_session(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("x_session")
def test_a_screen_that_is_not_there_or_dead_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(NoScreen):
        screen.check_screen()
    monkeypatch.setenv("WAYLAND_DISPLAY", str(tmp_path / "wayland-0"))
    monkeypatch.setenv("DISPLAY", "127.0.0.1:9999")
    with pytest.raises(NoScreen, match=r"127\.0\.0\.1:9999"):
        screen.check_screen()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        [sys.executable, "-m", "desktop_migrator"],
        env=environment | {"PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "DM-902" in ended.stderr


@pytest.mark.needs("xvfb")
@pytest.mark.usefixtures("x_session")
def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with virtual_screen() as shown:
        monkeypatch.setenv("DISPLAY", shown.display)
        screen.check_screen()
        plugin = tmp_path / "Qt" / "plugins" / "platforms" / "libqxcb.so"
        plugin.parent.mkdir(parents=True)
        plugin.write_bytes(b"\x7fELF of another machine")
        monkeypatch.setattr(screen, "_qt_folders", lambda: [str(tmp_path)])
        with pytest.raises(WindowLibraryMissing, match=r"libqxcb\.so"):
            screen.check_screen()
