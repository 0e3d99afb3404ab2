"""The stages of the work: which are done, which is under way, how far, and how long it takes."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_migrator.migration.progress import Progress
from desktop_migrator.wizard import messages, theme
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import empty

_FINE = 1000
"""Steps of the bar."""
_MINUTE, _HOUR = 60, 3600


class StageBar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._stages: list[str] = []
        self._current: str | None = None
        self._reached = -1
        """The furthest stage begun; some look once more at what an earlier one did."""
        self._marks: dict[str, QLabel] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.TIGHT)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._state = basics.text()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(self._list)
        column.addWidget(self._bar)
        column.addWidget(self._state)

    @property
    def state(self) -> str:
        return self._state.text()

    def restart(self, stages: Sequence[str]) -> None:
        self._stages = list(stages)
        self._current = None
        self._reached = -1
        empty(self._list)
        self._marks = {}
        for stage in stages:
            self._marks[stage] = QLabel()
            self._list.addWidget(self._marks[stage])
        self._mark()
        self._bar.setRange(0, 0)
        self._say(self.tr("Preparing …"))

    def show_progress(self, progress: Progress) -> None:
        if progress.stage != self._current:
            self._current = progress.stage
            self._mark()
        name = messages.stage(progress.stage)
        if progress.total is None:
            self._bar.setRange(0, 0)
            self._say(f"{name} …")
            return
        self._bar.setRange(0, _FINE)
        self._bar.setValue(round(10 * (progress.percentage or 0.0)))
        locale = QLocale()
        words = self.tr("{stage}: {current} of {total}").format(
            stage=name,
            current=locale.toString(progress.current),
            total=locale.toString(progress.total),
        )
        if progress.eta and progress.current < progress.total:
            words += " – " + self._left(progress.eta)
        self._say(words)

    def end(self, *, done: bool) -> None:
        """The work has ended; the bar stands full if it is done."""
        self._bar.setRange(0, _FINE)
        if done:
            self._bar.setValue(_FINE)
            self._current = ""
            self._mark()
        self._say("")

    def hold(self, words: str) -> None:
        """Say why nothing moves."""
        self._say(words)

    def _left(self, seconds: float) -> str:
        if seconds < _MINUTE:
            return self.tr("about %n second(s) left", "", max(1, round(seconds)))
        if seconds < _HOUR:
            return self.tr("about %n minute(s) left", "", round(seconds / _MINUTE))
        return self.tr("about %n hour(s) left", "", round(seconds / _HOUR))

    def _say(self, words: str) -> None:
        self._state.setText(words)
        self._bar.setAccessibleDescription(words)

    def _mark(self) -> None:
        ended = self._current == ""
        if self._current in self._stages:
            self._reached = max(self._reached, self._stages.index(self._current))
        for index, stage in enumerate(self._stages):
            label = self._marks[stage]
            done, now = ended or index < self._reached, not ended and index == self._reached
            label.setText(f"{'✓' if done else '●' if now else '○'} {messages.stage(stage)}")
            label.setProperty("role", "good" if done else "" if now else "faint")
            font = label.font()
            font.setBold(now)
            label.setFont(font)
            label.style().unpolish(label)
            label.style().polish(label)
