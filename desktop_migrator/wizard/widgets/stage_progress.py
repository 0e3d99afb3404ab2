"""The stages of the work: which are done, which is under way, how far, and how long it takes."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLocale, QObject
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_migrator.migration.progress import Progress
from desktop_migrator.reporter import Stage
from desktop_migrator.wizard import messages, theme
from desktop_migrator.wizard.announcements import announce
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout

_BAR_MAXIMUM = 1000
"""Steps of the bar."""
_MINUTE, _HOUR = 60, 3600
_WEIGHTS = {
    Stage.CHECK: 3,
    Stage.COMPARE: 4,
    Stage.BACKUP: 2,
    Stage.LOAD: 5,
    Stage.VERIFY: 2,
}
"""How long stages take beside each other, roughly: what the one bar is divided by."""
_AT_THE_DATABASE = {Stage.COMPARE, Stage.LOAD, Stage.VERIFY, Stage.UNDO, Stage.RESTORE}


class StageProgress(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._stages: list[Stage] = []
        self._current: Stage | None = None
        self._ended = False
        self._done = 0.0
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
        self._done = 0.0
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
            announce(self, messages.stage_name(progress.stage))
        self._advance(progress)
        self._set_status(progress_sentence(progress))

    @property
    def fraction(self) -> float:
        """Of all of the work that is done, from 0 to 1; it never falls."""
        return self._done

    def _advance(self, progress: Progress) -> None:
        """One bar for all stages, each as long as it usually takes."""
        if progress.stage not in self._stages:
            return
        weights = [_WEIGHTS.get(stage, 1) for stage in self._stages]
        at = self._stages.index(progress.stage)
        within = (progress.percentage or 0.0) / 100 if progress.total else 0.0
        now = (sum(weights[:at]) + weights[at] * within) / sum(weights)
        quarter = int(4 * self._done)
        self._done = max(self._done, now)
        self._bar.setRange(0, _BAR_MAXIMUM)
        self._bar.setValue(round(_BAR_MAXIMUM * self._done))
        if quarter < int(4 * self._done) < 4:
            announce(self, self.tr("{percent} % done").format(percent=25 * int(4 * self._done)))

    def finish(self, *, succeeded: bool) -> None:
        """The work has ended; the bar stands full if it is done."""
        self._bar.setRange(0, _BAR_MAXIMUM)
        if succeeded:
            self._bar.setValue(_BAR_MAXIMUM)
            self._ended = True
            self._update_stage_labels()
        self._set_status("")

    def show_status(self, words: str, *, spoken: bool = True) -> None:
        """Say why nothing moves."""
        self._set_status(words)
        if spoken:
            announce(self, words)

    def show_silence(self, seconds: int) -> None:
        """Nothing was heard of the work for so long."""
        if self._current in _AT_THE_DATABASE:
            words = self.tr(
                "The database has not answered for %Ln second(s); nothing is half done.",
                "",
                seconds,
            )
        else:
            words = self.tr("Still at it; nothing new for %Ln second(s).", "", seconds)
        self._set_status(words)

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


def progress_sentence(progress: Progress) -> str:
    """How far it is, and how long it will take as far as that can be said."""
    locale, translate = QLocale(), QCoreApplication.translate
    name = messages.stage_name(progress.stage)
    if progress.total is None:
        return f"{name} …"
    words = translate("StageProgress", "{stage}: {current} of {total}").format(
        stage=name,
        current=locale.toString(progress.current),
        total=locale.toString(progress.total),
    )
    seconds = progress.eta
    if not seconds or progress.current >= progress.total:
        return words
    return f"{words} – {_TimeLeft().words(seconds)}"


class _TimeLeft(QObject):
    """An object, since only its `tr` has plurals."""

    def words(self, seconds: float) -> str:
        if seconds < _MINUTE:
            return self.tr("about %Ln second(s) left", "", max(1, round(seconds)))
        if seconds < _HOUR:
            return self.tr("about %Ln minute(s) left", "", round(seconds / _MINUTE))
        return self.tr("about %Ln hour(s) left", "", round(seconds / _HOUR))
