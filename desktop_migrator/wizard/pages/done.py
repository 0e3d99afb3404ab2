"""What came of it, and what can be done next."""

from pathlib import Path

from PySide6.QtCore import QLocale, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from desktop_migrator.migration.backups.into_browser import IntoBrowser
from desktop_migrator.migration.backups.restore import Restored
from desktop_migrator.migration.desk.support_bundle import Piece, collect, save
from desktop_migrator.migration.report import run_facts
from desktop_migrator.migration.report.html import as_html
from desktop_migrator.migration.upload import Upload
from desktop_migrator.model import Counts, Rejection, RunResult, UndoResult
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.flow import Entry, Step
from desktop_migrator.wizard.operations import Captured
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.pages.clear_old_data import OldData
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import empty
from desktop_migrator.wizard.widgets.rejection_list import LeftBehind
from desktop_migrator.wizard.widgets.support_bundle_dialog import BundleDialog


class DonePage(Page):
    step = Step.DONE

    def build(self) -> None:
        self._summary = basics.text()
        self._verified = basics.text()
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
        self._left_behind = LeftBehind()
        self.body.addWidget(self._left_behind)
        self._report = QPushButton(self.tr("Open &report"))
        self._report.setAccessibleDescription(
            self.tr("Shows counts, what was not moved and why, in your browser")
        )
        self._report.clicked.connect(self._open_report)
        self._support = QPushButton(self.tr("&Save support bundle …"))
        self._support.setAccessibleDescription(
            self.tr("A file for the support desk that holds none of your data; you see it first")
        )
        self._support.clicked.connect(self._collect_bundle)
        self.add_row(self._report, self._undo, self._support)
        self.old_data = OldData(self)
        self.body.addWidget(self.old_data)
        self.body.addStretch(1)

    def enter(self) -> None:
        result = self.context.result
        self._left_behind.show_rejections(_rejections(result))
        if isinstance(result, UndoResult):
            self._show_undo(result)
        elif isinstance(result, RunResult):
            self._show_run(result)
        elif isinstance(result, Upload):
            self._show_upload(result)
        elif isinstance(result, Captured):
            self._show_capture(result)
        elif isinstance(result, Restored):
            self._show_restored(result)
        elif isinstance(result, IntoBrowser):
            self._show_in_browser(result)
        ran = isinstance(result, RunResult) and result.run is not None
        self._undo.setVisible(ran)
        self._report.setVisible(ran)
        moved = isinstance(result, RunResult) and result.verified
        self.old_data.setVisible(moved and self.answers.entry is Entry.MIGRATE)
        self.old_data.enter()

    def facts(self) -> list[str]:
        lines = super().facts()
        result = self.context.result
        if isinstance(result, (RunResult, UndoResult, Restored)) and result.run:
            lines.append(self.tr("Run {run}").format(run=result.run))
        if isinstance(result, RunResult) and result.backup:
            lines.append(self.tr("Backup {name}").format(name=result.backup))
        return lines

    def _show_capture(self, result: Captured) -> None:
        self.introduce(
            self.tr("Your data is in the file"),
            self.tr("It can be uploaded from any computer; your browser's data was not changed."),
        )
        self._summary.setText(
            self.tr("%n record(s) are in {path}.", "", result.records).format(path=result.path)
        )
        self._say_verified(self.tr("The file was read back and compared, record by record."))
        self._show_table({})

    def _show_upload(self, result: Upload) -> None:
        self.introduce(
            self.tr("The files are uploaded"),
            self.tr("You can close this window and use the app as always."),
        )
        runs = [each.result for each in result.files if each.result]
        written = result.counts.inserted + result.counts.updated
        sentences = [
            self.tr("%n file(s) were uploaded.", "", len(runs)),
            self.tr("%n item(s) were moved.", "", written),
        ]
        if result.counts.rejected:
            sentences.append(self.tr("%n could not be moved.", "", result.counts.rejected))
        self._summary.setText(" ".join(sentences))
        self._say_verified(
            self.tr("All that was sent lies in the database; it was checked row by row.")
            if all(run.verified for run in runs)
            else ""
        )
        by_entity: dict[str, Counts] = {}
        for run in runs:
            for name, counts in run.by_entity.items():
                by_entity[name] = by_entity.get(name, Counts())
                by_entity[name] += counts
        self._show_table(by_entity)

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

    def _show_restored(self, result: Restored) -> None:
        counts = result.counts
        self.introduce(
            self.tr("The backup is back in the database"),
            self.tr("You can take this back as well, under Undo or restore."),
        )
        words = [
            self.tr("%n row(s) that were gone are back.", "", counts.inserted),
            self.tr("%n row(s) have their former values again.", "", counts.updated),
        ]
        if counts.skipped:
            words.append(
                self.tr("%n row(s) were changed by others since then and stay.", "", counts.skipped)
            )
        if counts.rejected:
            words.append(self.tr("%n row(s) were refused by the database.", "", counts.rejected))
        self._summary.setText(" ".join(words))
        self._say_verified("")
        self._show_table(result.by_table)

    def _show_in_browser(self, result: IntoBrowser) -> None:
        written = result.written
        self.introduce(
            self.tr("The backup is back in the browser"),
            self.tr("You can start the browser now and use the web site as before."),
        )
        words = [
            self.tr("%n record(s) are back.", "", written.added),
            self.tr("%n were replaced.", "", written.replaced),
            self.tr("%n lay there already.", "", written.unchanged),
        ]
        if written.kept:
            words.append(
                self.tr("%n were changed by the web site since then and stay.", "", written.kept)
            )
        self._summary.setText(" ".join(words))
        self._say_verified(self.tr("What was written was read back and compared."))
        self._show_table({})

    def _say_verified(self, words: str) -> None:
        self._verified.setText(words)
        self._verified.setProperty("role", "good")
        self._verified.style().polish(self._verified)
        self._verified.setVisible(bool(words))

    def _show_table(self, by_entity: dict[str, Counts]) -> None:
        empty(self._grid)
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

    # ---- what can be done next ------------------------------------------------------------------

    def _open_report(self) -> None:
        result = self.context.result
        folder = self.context.workspace.reports
        if not isinstance(result, RunResult) or result.run is None:
            return
        run = result.run

        def work(_: Reporter) -> Path:
            path = folder / f"{run}.html"
            run_facts.write_private(path, as_html(run_facts.load(folder, run)).encode())
            return path

        self.run(work, self._show_report)

    def _show_report(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    def _collect_bundle(self) -> None:
        workspace, plan, sources = self.context.workspace, self.context.plan, self.answers.sources
        self.run(lambda _: collect(workspace, plan, sources), self._show_bundle)

    def _show_bundle(self, pieces: tuple[Piece, ...]) -> None:
        path = BundleDialog(self, pieces).ask()
        if path:
            self.run(lambda _: save(pieces, path), lambda _: None)


def _rejections(result: object) -> tuple[Rejection, ...]:
    """The first of them, as results keep them."""
    if isinstance(result, RunResult):
        return result.rejections
    if isinstance(result, Upload):
        runs = (each.result for each in result.files)
        return tuple(rejection for run in runs if run for rejection in run.rejections)
    return ()
