"""What came of it, and what can be done next."""

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from desktop_migrator.model import Counts, RunResult, UndoResult
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import labels


class DonePage(Page):
    step = Step.DONE

    def build(self) -> None:
        self._summary = labels.text()
        self._verified = labels.text()
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.WIDE)
        self._grid.setVerticalSpacing(theme.TIGHT)
        self._undo = QPushButton(self.tr("&Undo …"))
        self._undo.setAccessibleDescription(self.tr("Takes this migration back, exactly"))
        self._undo.clicked.connect(self._take_back)
        self.body.addWidget(self._summary)
        self.body.addWidget(self._verified)
        self.body.addWidget(self._table)
        self.add_row(self._undo)
        self.body.addStretch(1)

    def enter(self) -> None:
        result = self.context.result
        if isinstance(result, UndoResult):
            self._show_undo(result)
        elif isinstance(result, RunResult):
            self._show_run(result)
        self._undo.setVisible(isinstance(result, RunResult) and result.run is not None)

    def _show_run(self, result: RunResult) -> None:
        counts = result.counts
        self.introduce(
            self.tr("Your data has moved"),
            self.tr("You can close this window and use the app as always."),
        )
        written = counts.inserted + counts.updated
        sentences = [self.tr("%n item(s) were moved.", "", written)]
        if counts.unchanged:
            sentences.append(self.tr("%n were there already.", "", counts.unchanged))
        if counts.skipped:
            sentences.append(
                self.tr("%n stayed as the app's database has them.", "", counts.skipped)
            )
        if counts.rejected:
            sentences.append(self.tr("%n could not be moved.", "", counts.rejected))
        self._summary.setText(" ".join(sentences))
        self._say_verified(
            self.tr("All that was sent lies in the database; it was checked row by row.")
            if result.verified
            else ""
        )
        self._show_table(result.by_entity)

    def _show_undo(self, result: UndoResult) -> None:
        counts = result.counts
        self.introduce(
            self.tr("It has been taken back"),
            self.tr("The database is as it was before; your browser's data was never changed."),
        )
        words = [
            self.tr("%n row(s) removed.", "", counts.deleted),
            self.tr("%n row(s) have their former values again.", "", counts.restored),
        ]
        if counts.kept:
            words.append(
                self.tr("%n row(s) were changed by others since then and stay.", "", counts.kept)
            )
        self._summary.setText(" ".join(words))
        self._say_verified("")
        self._show_table({})

    def _say_verified(self, words: str) -> None:
        self._verified.setText(words)
        self._verified.setProperty("role", "good")
        self._verified.style().polish(self._verified)
        self._verified.setVisible(bool(words))

    def _show_table(self, by_entity: dict[str, Counts]) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._table.setVisible(bool(by_entity))
        headers = (
            self.tr("Kind"),
            self.tr("New"),
            self.tr("Replaced"),
            self.tr("Same"),
            self.tr("Kept"),
            self.tr("Rejected"),
        )
        for column, words in enumerate(headers):
            self._cell(0, column, words, faint=True)
        for row, (name, counts) in enumerate(by_entity.items(), 1):
            self._cell(row, 0, name)
            numbers = (
                counts.inserted,
                counts.updated,
                counts.unchanged,
                counts.skipped,
                counts.rejected,
            )
            for column, number in enumerate(numbers, 1):
                self._cell(row, column, QLocale().toString(number))
        self._grid.setColumnStretch(len(headers), 1)

    def _cell(self, row: int, column: int, words: str, *, faint: bool = False) -> None:
        label = QLabel(words)
        if faint:
            label.setProperty("role", "faint")
        self._grid.addWidget(label, row, column)

    def _take_back(self) -> None:
        result = self.context.result
        if isinstance(result, RunResult) and result.run:
            self.context.take_back(result.run)
