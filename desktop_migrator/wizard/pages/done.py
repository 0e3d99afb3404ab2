"""What came of it, and what can be done next."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLocale, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from desktop_migrator.messages import Translator
from desktop_migrator.migration.backups.into_browser import RestoreToBrowserResult
from desktop_migrator.migration.backups.restore import RestoreToDatabaseResult
from desktop_migrator.migration.desk.support_bundle import BundleFile, collect_files, save_bundle
from desktop_migrator.migration.report import run_facts
from desktop_migrator.migration.report.html import as_html
from desktop_migrator.migration.report.labels import DOMAIN
from desktop_migrator.migration.upload import UploadResult
from desktop_migrator.model import Counts, Rejection, RestOfRecords, RunResult, UndoResult
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.files import write_private
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.operations import CaptureResult
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.pages.clear_old_data import ClearOldData
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout
from desktop_migrator.wizard.widgets.rejection_list import RejectionList
from desktop_migrator.wizard.widgets.support_bundle_dialog import SupportBundleDialog

_MAX_TOLD_KEYS = 5


class DonePage(WizardPage):
    step = WizardStep.DONE

    def build(self) -> None:
        self._summary = basics.make_label()
        self._verified = basics.make_label()
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.WIDE)
        self._grid.setVerticalSpacing(theme.TIGHT)
        self._undo_button = QPushButton(self.tr("&Undo …"))
        self._undo_button.setAccessibleDescription(self.tr("Takes this migration back, exactly"))
        self._undo_button.clicked.connect(self._start_undo)
        self.body.addWidget(self._summary)
        self.body.addWidget(self._verified)
        self.body.addWidget(self._table)
        self._rejection_list = RejectionList(self.context.translator)
        self.body.addWidget(self._rejection_list)
        self._report_button = QPushButton(self.tr("Open &report"))
        self._report_button.setAccessibleDescription(
            self.tr("Shows counts, what was not moved and why, in your browser")
        )
        self._report_button.clicked.connect(self._open_report)
        self._support_button = QPushButton(self.tr("&Save support bundle …"))
        self._support_button.setAccessibleDescription(
            self.tr("A file for the support desk that holds none of your data; you see it first")
        )
        self._support_button.clicked.connect(self._collect_bundle)
        self.add_row(self._report_button, self._undo_button, self._support_button)
        self.clear_old_data = ClearOldData(self)
        self.body.addWidget(self.clear_old_data)
        self.body.addStretch(1)

    def on_enter(self) -> None:
        result = self.context.result
        self._rejection_list.show_rejections(_result_rejections(result), self.context.plan.labels)
        if isinstance(result, UndoResult):
            self._show_undo(result)
        elif isinstance(result, RunResult):
            self._show_run(result)
        elif isinstance(result, UploadResult):
            self._show_upload(result)
        elif isinstance(result, CaptureResult):
            self._show_capture(result)
        elif isinstance(result, RestoreToDatabaseResult):
            self._show_restored(result)
        elif isinstance(result, RestoreToBrowserResult):
            self._show_in_browser(result)
        ran = isinstance(result, RunResult) and result.run is not None
        self._undo_button.setVisible(ran)
        self._report_button.setVisible(ran)
        moved = isinstance(result, RunResult) and result.verified
        self.clear_old_data.setVisible(moved and self.answers.workflow is Workflow.MIGRATE)
        self.clear_old_data.reset()
        if isinstance(result, UndoResult) and result.cleared:
            self.clear_old_data.show()
            self.clear_old_data.offer_restore(result.cleared[0])

    def support_lines(self) -> list[str]:
        lines = super().support_lines()
        result = self.context.result
        if isinstance(result, (RunResult, UndoResult, RestoreToDatabaseResult)) and result.run:
            lines.append(self.tr("Run {run}").format(run=result.run))
        if isinstance(result, RunResult) and result.backup:
            lines.append(self.tr("Backup {name}").format(name=result.backup))
        return lines

    def _show_capture(self, result: CaptureResult) -> None:
        self.set_header(
            self.tr("Your data is in the file"),
            self.tr("It can be uploaded from any computer; your browser's data was not changed."),
        )
        self._summary.setText(
            self.tr("%n record(s) are in {path}.", "", result.records).format(path=result.path)
        )
        self._show_verified(self.tr("The file was read back and compared, record by record."))
        self._show_table({})

    def _show_upload(self, result: UploadResult) -> None:
        self.set_header(
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
        if result.counts.superseded:
            sentences.append(self._superseded_words(result.counts))
        self._summary.setText(" ".join(sentences))
        verified = all(run.verified for run in runs)
        self._show_verified(self._verified_words(result.counts) if verified else "")
        by_entity: dict[str, Counts] = {}
        for run in runs:
            for name, counts in run.by_entity.items():
                by_entity[name] = by_entity.get(name, Counts())
                by_entity[name] += counts
        self._show_table(by_entity)

    def _show_run(self, result: RunResult) -> None:
        counts = result.counts
        self.set_header(
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
        if counts.superseded:
            sentences.append(self._superseded_words(counts))
        if result.not_taken.rest:
            sentences.append(self._rest_words(result.not_taken.rest))
        self._summary.setText(" ".join(sentences))
        self._show_verified(self._verified_words(counts) if result.verified else "")
        self._show_table(result.by_entity)

    def _superseded_words(self, counts: Counts) -> str:
        return self.tr(
            "%n gave way to another version of the same item and is kept aside.",
            "",
            counts.superseded,
        )

    def _rest_words(self, rest: Sequence[RestOfRecords]) -> str:
        keys = dict.fromkeys(each.key for each in rest)
        return self.tr(
            "Some records hold more, which the plan does not take and which stays in the "
            "browser: {keys}."
        ).format(keys=", ".join(list(keys)[:_MAX_TOLD_KEYS]))

    def _verified_words(self, counts: Counts) -> str:
        if counts.superseded:
            return self.tr("What was written was checked row by row.")
        return self.tr("All that was sent lies in the database; it was checked row by row.")

    def _show_undo(self, result: UndoResult) -> None:
        counts = result.counts
        self.set_header(
            self.tr("It has been taken back"),
            self.tr("The database is as it was before; in your browser the data is missing.")
            if result.cleared
            else self.tr("The database is as it was before, and so is your browser's data."),
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
        self._show_verified("")
        self._show_table({})

    def _show_restored(self, result: RestoreToDatabaseResult) -> None:
        counts = result.counts
        self.set_header(
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
        self._show_verified("")
        self._show_table(result.by_table)

    def _show_in_browser(self, result: RestoreToBrowserResult) -> None:
        written = result.written
        self.set_header(
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
        self._show_verified(self.tr("What was written was read back and compared."))
        self._show_table({})

    def _show_verified(self, words: str) -> None:
        self._verified.setText(words)
        self._verified.setProperty("role", "good")
        self._verified.style().polish(self._verified)
        self._verified.setVisible(bool(words))

    def _show_table(self, by_entity: dict[str, Counts]) -> None:
        clear_layout(self._grid)
        self._table.setVisible(bool(by_entity))
        headers = (
            self.tr("Kind"),
            self.tr("New"),
            self.tr("Replaced"),
            self.tr("Same"),
            self.tr("Kept"),
            self.tr("Superseded"),
            self.tr("Rejected"),
        )
        for column, words in enumerate(headers):
            self._add_cell(0, column, words, faint=True)
        for row, (name, counts) in enumerate(by_entity.items(), 1):
            self._add_cell(row, 0, self.context.plan.labels.get(name, name))
            numbers = (
                counts.inserted,
                counts.updated,
                counts.unchanged,
                counts.skipped,
                counts.superseded,
                counts.rejected,
            )
            for column, number in enumerate(numbers, 1):
                self._add_cell(row, column, QLocale().toString(number))
        self._grid.setColumnStretch(len(headers), 1)

    def _add_cell(self, row: int, column: int, words: str, *, faint: bool = False) -> None:
        label = basics.make_caption(words)
        if faint:
            label.setProperty("role", "faint")
        self._grid.addWidget(label, row, column)

    def _start_undo(self) -> None:
        result = self.context.result
        if isinstance(result, RunResult) and result.run:
            self.context.start_undo(result.run)

    # ---- what can be done next ------------------------------------------------------------------

    def _open_report(self) -> None:
        result = self.context.result
        folder = self.context.workspace.reports
        if not isinstance(result, RunResult) or result.run is None:
            return
        run = result.run
        tr = Translator(self.context.translator.language, DOMAIN)

        def work(_: Reporter) -> Path:
            path = folder / f"{run}.html"
            report = as_html(run_facts.load_report(folder, run), tr)
            write_private(path, report.encode())
            return path

        self.start_operation(work, self._show_report)

    def _show_report(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))

    def _collect_bundle(self) -> None:
        workspace, plan, sources = self.context.workspace, self.context.plan, self.answers.sources
        self.start_operation(lambda _: collect_files(workspace, plan, sources), self._show_bundle)

    def _show_bundle(self, pieces: tuple[BundleFile, ...]) -> None:
        path = SupportBundleDialog(self, pieces).ask_path()
        if path:
            self.start_operation(lambda _: save_bundle(pieces, path), lambda _: None)


def _result_rejections(result: object) -> tuple[Rejection, ...]:
    """The first of them, as results keep them."""
    if isinstance(result, RunResult):
        return result.rejections
    if isinstance(result, UploadResult):
        runs = (each.result for each in result.files)
        return tuple(rejection for run in runs if run for rejection in run.rejections)
    return ()
