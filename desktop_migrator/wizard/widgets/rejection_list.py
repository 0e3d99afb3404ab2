"""What could not be moved: each reason once, with how often and what to do about it."""

from collections import Counter
from collections.abc import Iterable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_migrator.messages import Translator
from desktop_migrator.model import Rejection
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout

_MAX_REASONS = 12
"""Shown here; the report has all."""


class RejectionList(QWidget):
    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self._translator = translator
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(theme.TIGHT)
        self.setAccessibleName(self.tr("What could not be moved, and why"))

    def show_rejections(self, rejections: Iterable[Rejection]) -> None:
        clear_layout(self._lines)
        reasons = Counter((each.entity, each.reason, each.remedy) for each in rejections)
        self.setVisible(bool(reasons))
        if reasons:
            self._lines.addWidget(basics.make_heading(self.accessibleName()))
        for (entity, reason, remedy), number in reasons.most_common(_MAX_REASONS):
            words = self.tr("{entity}, %n item(s): {reason}", "", number)
            self._lines.addWidget(
                basics.make_label(words.format(entity=entity, reason=self._translator(reason)))
            )
            self._lines.addWidget(basics.make_label(self._translator(remedy), role="faint"))
        if len(reasons) > _MAX_REASONS:
            self._lines.addWidget(
                basics.make_label(self.tr("The report has all of them."), role="faint")
            )
