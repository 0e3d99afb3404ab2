"""The stages of the work: which are done, which is under way, how far, and how long it takes."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_migrator.migration.progress import Progress
from desktop_migrator.reporter import Stage
from desktop_migrator.wizard import messages, theme
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout

_BAR_MAXIMUM = 1000
"""Steps of the bar."""
_MINUTE, _HOUR = 60, 3600


class StageProgress(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._stages: list[Stage] = []
        self._current: Stage | None = None
        self._ended = False
        self._furthest_stage = -1
        """The furthest stage begun; some look once more at what an earlier one did."""
        self._stage_labels: dict[Stage, QLabel] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.TIGHT)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._status_label = basics.make_label()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(self._list)
        column.addWidget(self._bar)
        column.addWidget(self._status_label)

    @property
    def status(self) -> str:
        return self._status_label.text()

    def restart(self, stages: Sequence[Stage]) -> None:
        self._stages = list(stages)
        self._current = None
        self._ended = False
        self._furthest_stage = -1
        clear_layout(self._list)
        self._stage_labels = {}
        for stage in stages:
            self._stage_labels[stage] = basics.make_caption()
            self._list.addWidget(self._stage_labels[stage])
        self._update_stage_labels()
        self._bar.setRange(0, 0)
        self._set_status(self.tr("Preparing …"))

    def show_progress(self, progress: Progress) -> None:
        if progress.stage != self._current:
            self._current = progress.stage
            self._update_stage_labels()
        name = messages.stage_name(progress.stage)
        if progress.total is None:
            self._bar.setRange(0, 0)
            self._set_status(f"{name} …")
            return
        self._bar.setRange(0, _BAR_MAXIMUM)
        self._bar.setValue(round(10 * (progress.percentage or 0.0)))
        locale = QLocale()
        words = self.tr("{stage}: {current} of {total}").format(
            stage=name,
            current=locale.toString(progress.current),
            total=locale.toString(progress.total),
        )
        if progress.eta and progress.current < progress.total:
            words += " – " + self._remaining_time(progress.eta)
        self._set_status(words)

    def finish(self, *, succeeded: bool) -> None:
        """The work has ended; the bar stands full if it is done."""
        self._bar.setRange(0, _BAR_MAXIMUM)
        if succeeded:
            self._bar.setValue(_BAR_MAXIMUM)
            self._ended = True
            self._update_stage_labels()
        self._set_status("")

    def show_status(self, words: str) -> None:
        """Say why nothing moves."""
        self._set_status(words)

    def _remaining_time(self, seconds: float) -> str:
        if seconds < _MINUTE:
            return self.tr("about %n second(s) left", "", max(1, round(seconds)))
        if seconds < _HOUR:
            return self.tr("about %n minute(s) left", "", round(seconds / _MINUTE))
        return self.tr("about %n hour(s) left", "", round(seconds / _HOUR))

    def _set_status(self, words: str) -> None:
        self._status_label.setText(words)
        self._bar.setAccessibleDescription(words)

    def _update_stage_labels(self) -> None:
        if self._current in self._stages:
            self._furthest_stage = max(self._furthest_stage, self._stages.index(self._current))
        for index, stage in enumerate(self._stages):
            label = self._stage_labels[stage]
            done, now = (
                self._ended or index < self._furthest_stage,
                not self._ended and index == self._furthest_stage,
            )
            label.setText(f"{'✓' if done else '●' if now else '○'} {messages.stage_name(stage)}")
            label.setProperty("role", "good" if done else "" if now else "faint")
            font = label.font()
            font.setBold(now)
            label.setFont(font)
            label.style().unpolish(label)
            label.style().polish(label)
