"""What was checked at the database, each point with its remedy."""

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from desktop_migrator.messages import Translator
from desktop_migrator.postgres.verify.checks import Check
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout


class CheckList(QWidget):
    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self._translator = translator
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(theme.TIGHT)
        self._grid.setColumnStretch(2, 1)
        self.setAccessibleName(self.tr("What was checked"))

    def show_checks(self, checks: Sequence[Check]) -> None:
        clear_layout(self._grid)
        for row, check in enumerate(checks):
            mark = basics.make_caption("✓" if check.ok else "✗")
            mark.setProperty("role", "good" if check.ok else "bad")
            mark.setAccessibleName(self.tr("in order") if check.ok else self.tr("not in order"))
            self._grid.addWidget(mark, row, 0)
            self._grid.addWidget(basics.make_caption(self._translator(check.label)), row, 1)
            words = self._translator(check.detail)
            if check.remedy:
                words += "\n" + self._translator(check.remedy)
            self._grid.addWidget(basics.make_label(words, "faint" if check.ok else ""), row, 2)
