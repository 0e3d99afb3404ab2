"""Which captures are to be uploaded, and what opens them."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFormLayout, QLineEdit, QListWidget, QPushButton

from desktop_migrator.errors import NotAContainer
from desktop_migrator.migration.sealed.captures import is_capture
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics


class CapturesPage(WizardPage):
    step = WizardStep.CAPTURES

    def build(self) -> None:
        self.set_header(
            self.tr("Which files shall be uploaded?"),
            self.tr("Each goes into the database once, however often it is uploaded."),
        )
        self.setAcceptDrops(True)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Files"))
        self._list.setAccessibleDescription(self.tr("The files that will be uploaded"))
        self.body.addWidget(self._list, 1)
        add = QPushButton(self.tr("&Add files …"))
        add.setAccessibleDescription(self.tr("Chooses files that were saved before"))
        add.clicked.connect(self._choose_files)
        self._remove_button = QPushButton(self.tr("&Remove"))
        self._remove_button.setAccessibleDescription(self.tr("Takes the file chosen off the list"))
        self._remove_button.clicked.connect(self._remove_selected)
        self.add_row(add, self._remove_button)
        self.body.addWidget(basics.make_label(self.tr("You can also drop files here."), "faint"))
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._passphrase = QLineEdit()
        self._passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self._passphrase.setAccessibleName(self.tr("Passphrase of the files"))
        self._passphrase.textChanged.connect(self._passphrase_changed)
        label = basics.make_caption(self.tr("&Passphrase, if they have one"))
        label.setBuddy(self._passphrase)
        form.addRow(label, self._passphrase)
        self.body.addLayout(form)

    def on_enter(self) -> None:
        self._passphrase.setText(self.answers.passphrase)
        self._show_files()

    def add_files(self, *paths: Path) -> None:
        """Files that are captures; of the others the page says that they are none."""

        def work(_: Reporter) -> tuple[Path, ...]:
            if not all(is_capture(path) for path in paths):
                raise NotAContainer
            return tuple(path.absolute() for path in paths)

        self.start_operation(work, self._files_added)

    def _files_added(self, paths: tuple[Path, ...]) -> None:
        self.answers.captures = tuple(dict.fromkeys((*self.answers.captures, *paths)))
        self._show_files()

    def _remove_selected(self) -> None:
        row = self._list.currentRow()
        if row >= 0:
            captures = self.answers.captures
            self.answers.captures = captures[:row] + captures[row + 1 :]
            self._show_files()

    def _show_files(self) -> None:
        self._list.clear()
        for path in self.answers.captures:
            self._list.addItem(str(path))
        self._remove_button.setEnabled(bool(self.answers.captures))
        self.notify_complete_changed()

    def _passphrase_changed(self, text: str) -> None:
        self.answers.passphrase = text

    def _choose_files(self) -> None:
        named, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Add files"), "", self.tr("Captures (*.dmcapture)")
        )
        if named:
            self.add_files(*map(Path, named))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.add_files(*paths)
