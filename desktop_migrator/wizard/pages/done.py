"""What came of it, and what can be done next."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_migrator.messages import Translator
from desktop_migrator.migration.backups.into_browser import RestoreToBrowserResult
from desktop_migrator.migration.backups.restore import RestoreToDatabaseResult
from desktop_migrator.migration.desk.support_bundle import BundleFile, collect_files, save_bundle
from desktop_migrator.migration.report import run_facts
from desktop_migrator.migration.report.html import as_html
from desktop_migrator.migration.report.labels import DOMAIN
from desktop_migrator.migration.upload.upload import UploadResult
from desktop_migrator.model import (
    Counts,
    Damage,
    Rejection,
    RestOfRecords,
    RunResult,
    UndoResult,
)
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.files import write_private
from desktop_migrator.wizard import mail, theme
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.operations import CaptureResult
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.pages.clear_old_data import ClearOldData
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.rejection_list import RejectionList
from desktop_migrator.wizard.widgets.result_table import ResultTable
from desktop_migrator.wizard.widgets.support_bundle_dialog import SupportBundleDialog

_MAX_TOLD_KEYS = 5


class DonePage(WizardPage):
    step = WizardStep.DONE

    def build(self) -> None:
        self._mark = basics.make_label("✓", "good")
        theme.enlarge(self._mark, 2.5, bold=True)
        self._mark.setAccessibleName(self.tr("Done"))
        self.body.addWidget(self._mark)
        self._summary = basics.make_label()
        self._verified = basics.make_label()
        self._table = ResultTable()
        self._undo_button = QPushButton(self.tr("&Undo …"))
        self._undo_button.setAccessibleDescription(self.tr("Takes this migration back, exactly"))
        self._undo_button.clicked.connect(self._start_undo)
        self.body.addWidget(self._summary)
        self.body.addWidget(self._verified)
        self._app_button = QPushButton(self.tr("Open the a&pp"))
        self._app_button.clicked.connect(lambda: self._open_url(QUrl(self._app_address())))
        self.add_row(self._app_button)
        self.body.addWidget(self._table)
        self._rejection_list = RejectionList(self.context.translator)
        self.body.addWidget(self._rejection_list)
        self._report_button = QPushButton(self.tr("Open &report"))
        self._report_button.setAccessibleDescription(
            self.tr("Shows counts, what was not moved and why, in your browser")
        )
        self._report_button.clicked.connect(self._open_report)
        self._folder_button = QPushButton(self.tr("Show in &folder"))
        self._folder_button.setAccessibleDescription(self.tr("Opens the folder that has the file"))
        self._folder_button.clicked.connect(self._show_folder)
        self._mail_button = QPushButton(self.tr("&Write an e-mail …"))
        self._mail_button.setAccessibleDescription(
            self.tr("Begins a letter with the file in your mail program")
        )
        self._mail_button.clicked.connect(self._begin_letter)
        self._support_button = QPushButton(self.tr("&Save support bundle …"))
        self._support_button.setAccessibleDescription(
            self.tr("A file for the support desk that holds none of your data; you see it first")
        )
        self._support_button.clicked.connect(self._collect_bundle)
        self.add_row(
            *(self._folder_button, self._mail_button, self._report_button),
            *(self._undo_button, self._support_button),
        )
        self.clear_old_data = ClearOldData(self)
        self.body.addWidget(self.clear_old_data)
        self.body.addStretch(1)

    def on_enter(self) -> None:
        result = self.context.result
        self._rejection_list.show_rejections(_result_rejections(result), self.context.labels)
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
        self._folder_button.setVisible(isinstance(result, CaptureResult))
        self._mail_button.setVisible(
            isinstance(result, CaptureResult) and self._desk_address() is not None
        )
        moved = isinstance(result, RunResult) and result.verified
        self._offer_app(self._app_address() if moved else "")
        self.clear_old_data.setVisible(moved and self.answers.workflow is Workflow.MIGRATE)
        self.clear_old_data.reset()
        if isinstance(result, UndoResult) and result.cleared:
            self.clear_old_data.show()
            self.clear_old_data.offer_restore(result.cleared[0])

    def spoken_text(self) -> str:
        return " ".join((super().spoken_text(), self._summary.text(), self._verified.text()))

    def first_control(self) -> QWidget | None:
        """None: all is said, and what is left is to close."""
        return None

    def support_lines(self) -> list[str]:
        lines = super().support_lines()
        result = self.context.result
        if isinstance(result, (RunResult, UndoResult, RestoreToDatabaseResult)) and result.run:
            lines.append(self.tr("Run {run}").format(run=result.run))
        if isinstance(result, RunResult) and result.backup:
            lines.append(self.tr("Backup {name}").format(name=result.backup))
        if isinstance(result, CaptureResult):
            lines.append(str(result.path))
        if isinstance(result, RunResult):
            lines += self._rest_lines(result.not_taken.rest)
        told = dict.fromkeys((each.reason, each.remedy) for each in _result_rejections(result))
        lines += [f"{self.localize(why)} {self.localize(remedy)}" for why, remedy in told]
        return lines

    def _show_capture(self, result: CaptureResult) -> None:
        self.set_header(
            self.tr("Your data is in the file"),
            self.tr("It can be uploaded from any computer; your browser's data was not changed."),
        )
        self._summary.setText(
            self.tr("It is called {name}.").format(name=result.path.name)
            + self._where_to_send()
            + self._too_large_words(result.too_large)
        )
        self._show_verified(self.tr("The file was read back and compared, record by record."))
        self._show_table({})

    def _too_large_words(self, too_large: Sequence[Damage]) -> str:
        """What stays in the browser though the app needs it."""
        return "".join(f" {self.localize(damage.message)}" for damage in too_large[:_MAX_TOLD_KEYS])

    def _where_to_send(self) -> str:
        kit = self.context.kit
        if kit is None or not self.answers.sealed_for_desk:
            return ""
        words = self.tr("Send it to {owner}: nobody else can open it.").format(owner=kit.owner)
        return f" {words} {kit.contact}".rstrip()

    def _show_folder(self) -> None:
        result = self.context.result
        if isinstance(result, CaptureResult):
            self._open_url(QUrl.fromLocalFile(result.path.parent))

    def _desk_address(self) -> str | None:
        kit = self.context.kit
        return mail.find_address(kit.contact) if kit and self.answers.sealed_for_desk else None

    def _begin_letter(self) -> None:
        result, address = self.context.result, self._desk_address()
        if not isinstance(result, CaptureResult) or address is None:
            return
        name = result.path.name
        body = self.tr(
            "Here is my data, in the file {name}.\n\n(If the file is not attached to this letter "
            "yet, drag it in: it lies in {folder}.)"
        ).format(name=name, folder=result.path.parent)
        if not mail.begin_letter(address, name, body, result.path):
            self._summary.setText(
                self.tr("There is no mail program here. Send {name} to {address}.").format(
                    name=name, address=address
                )
            )

    def _app_address(self) -> str:
        """Where the app is met in a browser; empty where that is not known."""
        web = (each for each in self.answers.origins if each.startswith(("https://", "http://")))
        return next(web, "")

    def _offer_app(self, address: str) -> None:
        self._app_button.setVisible(bool(address))
        self._app_button.setAccessibleDescription(
            self.tr("Goes to {address} in your browser").format(address=address)
        )

    def _open_url(self, url: QUrl) -> None:
        """Where nothing opens it, say where it is."""
        if not QDesktopServices.openUrl(url):
            place = url.toLocalFile() or url.toString()
            self._summary.setText(
                self.tr("No program opens it here. It is at {path}.").format(path=place)
            )

    def _show_upload(self, result: UploadResult) -> None:
        self.set_header(
            self.tr("The files are uploaded"),
            self.tr("You can close this window and use the app as always."),
        )
        runs = [each.result for each in result.files if each.result]
        sentences = [
            self.tr("%Ln file(s) were uploaded.", "", len(runs)),
            *self._sentences(result.counts),
        ]
        if before := sum(each.done_before is not None for each in result.files):
            sentences.insert(1, self.tr("%Ln file(s) had been uploaded before.", "", before))
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
        sentences = self._sentences(counts)
        if result.not_taken.rest:
            sentences.append(self.tr("What the app does not need stays in the browser."))
        words = " ".join(sentences) + self._too_large_words(result.too_large)
        self._summary.setText(words)
        self._show_verified(self._verified_words(counts) if result.verified else "")
        self._show_table(result.by_entity)

    def _sentences(self, counts: Counts) -> list[str]:
        """What became of all items."""
        copies = counts.duplicates
        sentences = [self.tr("%Ln item(s) were moved.", "", counts.inserted + counts.updated)]
        if copies:
            sentences.append(
                self.tr("%Ln lay in the browsers twice and alike, and went once.", "", copies)
            )
        if there := counts.unchanged - copies:
            sentences.append(self.tr("%Ln were there already.", "", there))
        if counts.skipped:
            sentences.append(
                self.tr("%Ln stayed as the app's database has them.", "", counts.skipped)
            )
        if counts.superseded:
            sentences.append(self._superseded_words(counts))
        if counts.rejected:
            sentences.append(self.tr("%Ln could not be moved.", "", counts.rejected))
        return sentences

    def _superseded_words(self, counts: Counts) -> str:
        return self.tr(
            "%Ln gave way to another version of the same item; these are kept aside.",
            "",
            counts.superseded,
        )

    def _rest_lines(self, rest: Sequence[RestOfRecords]) -> list[str]:
        keys = list(dict.fromkeys(each.key for each in rest))[:_MAX_TOLD_KEYS]
        return [self.tr("Stays in the browser: {place}").format(place=key) for key in keys]

    def _verified_words(self, counts: Counts) -> str:
        if counts.superseded:
            return self.tr("What was written was checked row by row.")
        return self.tr("All that was sent lies in the database; it was checked row by row.")

    def _show_undo(self, result: UndoResult) -> None:
        counts = result.counts
        self.set_header(
            self.tr("It has been taken back"),
            self.tr(
                "The database is as it was before. Your browser was cleared after the migration: "
                "put its data back too, or the app has it nowhere."
            )
            if result.cleared
            else self.tr("The database is as it was before, and so is your browser's data."),
        )
        words = [
            self.tr("%Ln row(s) removed.", "", counts.deleted),
            self.tr("%Ln row(s) have their former values again.", "", counts.restored),
        ]
        if counts.kept:
            words.append(
                self.tr("%Ln row(s) were changed by others since then and stay.", "", counts.kept)
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
            self.tr("%Ln row(s) that were gone are back.", "", counts.inserted),
            self.tr("%Ln row(s) have their former values again.", "", counts.updated),
        ]
        if counts.skipped:
            words.append(
                self.tr(
                    "%Ln row(s) were changed by others since then and stay.", "", counts.skipped
                )
            )
        if counts.rejected:
            words.append(self.tr("%Ln row(s) were refused by the database.", "", counts.rejected))
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
            self.tr("%Ln record(s) are back.", "", written.added),
            self.tr("%Ln were replaced.", "", written.replaced),
            self.tr("%Ln lay there already.", "", written.unchanged),
        ]
        if written.kept:
            words.append(
                self.tr("%Ln were changed by the web site since then and stay.", "", written.kept)
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
        self._table.show_counts(by_entity, self.context.labels)

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
        self._open_url(QUrl.fromLocalFile(path))

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
