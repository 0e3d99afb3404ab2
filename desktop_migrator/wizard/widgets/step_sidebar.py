"""The way at a glance: the steps done, the one under way and those to come."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSizePolicy, QVBoxLayout, QWidget

from desktop_migrator.wizard import i18n, theme
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout

_LOGO_SIZE = 48


class StepSidebar(QWidget):
    def __init__(self, icon: QIcon) -> None:
        super().__init__()
        mirrored = QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.setProperty("role", "mirrored-rail" if mirrored else "rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)
        logo = basics.make_caption()
        logo.setPixmap(icon.pixmap(QSize(_LOGO_SIZE, _LOGO_SIZE), self.devicePixelRatio()))
        self._steps = QVBoxLayout()
        self._steps.setSpacing(theme.TIGHT)
        self._code = basics.make_label(role="faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
        column.setSpacing(theme.WIDE)
        column.addWidget(logo)
        column.addLayout(self._steps)
        column.addStretch(1)
        column.addWidget(self._code)

    def show_steps(self, steps: Sequence[WizardStep], current: WizardStep) -> None:
        clear_layout(self._steps)
        done = current in steps
        for step in steps:
            done = done and step is not current
            self._steps.addWidget(self._make_row(step, done=done, current=step is current))
        self._code.setText(self.tr("Step {code}").format(code=current.code))
        self.setAccessibleName(
            self.tr("Step {number} of {count}: {name}").format(
                number=steps.index(current) + 1 if current in steps else 1,
                count=len(steps),
                name=i18n.step_title(current),
            )
        )

    def _make_row(self, step: WizardStep, *, done: bool, current: bool) -> QWidget:
        row = basics.make_label(role="" if current else "faint")
        row.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        row.setWordWrap(False)
        row.setText(f"{'✓' if done else '●' if current else '○'}  {i18n.step_title(step)}")
        spoken = (
            self.tr("{step}, done") if done else self.tr("{step}, now") if current else "{step}"
        )
        row.setAccessibleName(spoken.format(step=i18n.step_title(step)))
        if current:
            font = row.font()
            font.setBold(True)
            row.setFont(font)
        return row
