"""What was checked at the database, each point with its remedy."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop_migrator.postgres.verify.connection_checks import Check
from desktop_migrator.wizard import messages, theme
from desktop_migrator.wizard.i18n import QT_TRANSLATE_NOOP
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout

_NAMES = (
    QT_TRANSLATE_NOOP("checks", "Reached"),
    QT_TRANSLATE_NOOP("checks", "Encryption"),
    QT_TRANSLATE_NOOP("checks", "Version"),
    QT_TRANSLATE_NOOP("checks", "Login"),
    QT_TRANSLATE_NOOP("checks", "Writable"),
    QT_TRANSLATE_NOOP("checks", "Encoding"),
    QT_TRANSLATE_NOOP("checks", "Time zone"),
    QT_TRANSLATE_NOOP("checks", "New tables"),
    QT_TRANSLATE_NOOP("checks", "Temporary tables"),
    QT_TRANSLATE_NOOP("checks", "Bookkeeping"),
    QT_TRANSLATE_NOOP("checks", "Electric"),
    QT_TRANSLATE_NOOP("checks", "Table {name}"),
)
_TABLE = "Table "


class CheckList(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(theme.TIGHT)
        self._grid.setColumnStretch(2, 1)
        self.setAccessibleName(self.tr("What was checked"))

    def show_checks(self, checks: Sequence[Check]) -> None:
        clear_layout(self._grid)
        for row, check in enumerate(checks):
            mark = QLabel("✓" if check.ok else "✗")
            mark.setProperty("role", "good" if check.ok else "bad")
            mark.setAccessibleName(self.tr("in order") if check.ok else self.tr("not in order"))
            self._grid.addWidget(mark, row, 0)
            self._grid.addWidget(QLabel(_check_label(check.name)), row, 1)
            words = messages.localize(check.detail)
            if check.remedy:
                words += "\n" + messages.localize(check.remedy)
            self._grid.addWidget(basics.make_label(words, "faint" if check.ok else ""), row, 2)


def _check_label(name: str) -> str:
    if name.startswith(_TABLE):
        template = QCoreApplication.translate("checks", "Table {name}")
        return template.format(name=name.removeprefix(_TABLE))
    return QCoreApplication.translate("checks", name)
