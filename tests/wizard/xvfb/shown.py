"""The wizard as its user has it, in a process of its own that tests may look into.

It tells on a socket what is to be seen and where; what happens to it comes from the screen alone.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QRect
from PySide6.QtNetwork import QLocalServer
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QWidget,
    QWizard,
)

from desktop_migrator.migration.wizard_options import WizardOptions
from desktop_migrator.wizard import app
from desktop_migrator.wizard.pages.base import WizardPage
from tests.wizard.xvfb.watchdog import Watchdog


class Looks:
    """Tells whoever connects what is to be seen."""

    def __init__(self, name: str, screen: int) -> None:
        """`screen` is the process whose screen it is."""
        self._screen = screen
        self._watchdog: Watchdog | None = None
        self._server = QLocalServer()
        self._server.newConnection.connect(self._answer)
        if not self._server.listen(name):
            raise OSError(self._server.errorString())

    def _answer(self) -> None:
        asker = self._server.nextPendingConnection()
        windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, QWizard)]
        top = QApplication.activeModalWidget() or next(iter(windows), QWidget())
        self._watchdog = self._watchdog or Watchdog([self._screen])  # what comes before is starting
        self._watchdog.end_turn()
        asker.write(json.dumps(self._seen(top, self._watchdog)).encode())
        asker.disconnectFromServer()
        for window in QApplication.topLevelWindows():
            self._watchdog.watch(window)
        self._watchdog.begin_turn()  # looking is not the window's doing

    def _seen(self, top: QWidget, watchdog: Watchdog) -> dict[str, Any]:
        page = top.currentPage() if isinstance(top, QWizard) else None
        return {
            "window": int(top.winId()),
            "page": page.step.name if isinstance(page, WizardPage) else "",
            "working": isinstance(page, WizardPage) and page.operation is not None,
            "error": page.error_panel.support_text() if isinstance(page, WizardPage) else "",
            "things": [_thing(each) for each in top.findChildren(QWidget) if each.isVisible()],
            "stalls": [asdict(stall) for stall in watchdog.stalls],
            "busiest": asdict(watchdog.busiest),
            "latest": asdict(watchdog.latest),
        }


def _thing(widget: QWidget) -> dict[str, Any]:
    seen = widget.visibleRegion().boundingRect()
    place = QRect(widget.mapToGlobal(QPoint(0, 0)) + seen.topLeft(), seen.size())
    return {
        "kind": type(widget).__name__,
        "name": _name(widget),
        "value": widget.text() if isinstance(widget, (QLineEdit, QLabel)) else "",
        "enabled": widget.isEnabled(),
        "chosen": isinstance(widget, QAbstractButton) and widget.isChecked(),
        "place": None if seen.isEmpty() else [place.center().x(), place.center().y()],
        "whole": seen.height() >= min(widget.height(), 24),
    }


def _name(widget: QWidget) -> str:
    if widget.accessibleName():
        return widget.accessibleName()
    if isinstance(widget, (QAbstractButton, QGroupBox)):
        words = widget.text() if isinstance(widget, QAbstractButton) else widget.title()
        return words.replace("&", "")
    return widget.currentText() if isinstance(widget, QComboBox) else ""


def main() -> int:
    name, data, screen, *file = sys.argv[1:]
    looks: list[Looks] = []
    make = app.create_application

    def application(arguments: list[str]) -> QApplication:
        made = make(arguments)
        looks.append(Looks(name, int(screen)))
        return made

    app.create_application = application  # type: ignore[assignment]
    opening = WizardOptions(
        data_dir=Path(data), language="en", file=Path(file[0]) if file else None
    )
    return app.open_wizard(opening)


if __name__ == "__main__":
    sys.exit(main())
