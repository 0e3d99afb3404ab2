"""Which captures are to be uploaded, and what opens them."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFormLayout, QLineEdit, QListWidget, QPushButton

from desktop_migrator.errors import KeyNotGiven, MigratorError, NotAContainer, WrongKey
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.desk import kits
from desktop_migrator.migration.sealed.captures import (
    NOBODY,
    UnlockKey,
    is_capture,
    needs_typed_key,
    open_captures,
)
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import plain_text
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
        self._passphrase_label = basics.make_caption(
            self.tr("&Passphrase or recovery key of the files")
        )
        self._passphrase_label.setBuddy(self._passphrase)
        form.addRow(self._passphrase_label, self._passphrase)
        self.body.addLayout(form)
        self._opened: tuple[tuple[Path, ...], str] | None = None
        """The files that were opened, and by what."""

    def on_enter(self) -> None:
        self._passphrase.setText(self.answers.passphrase)
        self._show_files()
        self._find_out_needs()

    def takes_file(self, path: Path) -> bool:
        return path.suffix != kits.SUFFIX

    def add_files(self, *paths: Path) -> None:
        """Files that are captures; of the others the page says that they are none."""

        def work(_: Reporter) -> tuple[Path, ...]:
            if not all(is_capture(path) for path in paths):
                raise NotAContainer
            return tuple(path.absolute() for path in paths)

        self.start_operation(work, self._files_added)

    def on_next(self) -> bool:
        """Once they all open: what does not fit is said here, where it can be typed anew."""
        answers = self.answers
        wanted = answers.captures, answers.passphrase
        if self._opened == wanted:
            return True
        unlock = UnlockKey(answers.passphrase or None, self.context.workspace.credentials)

        def work(reporter: Reporter) -> list[Person]:
            opened = open_captures(answers.captures, unlock, reporter)
            return [Person(each.manifest.user_id, each.manifest.email) for each in opened]

        self.start_operation(work, lambda people: self._go_on(wanted, people), self._not_opened)
        return False

    def _go_on(self, opened: tuple[tuple[Path, ...], str], people: list[Person]) -> None:
        self._opened = opened
        answers = self.answers
        answers.captures_named = NOBODY not in people
        if len({*people}) == 1 and not (answers.user_id or answers.email):
            answers.user_id, answers.email = people[0].user_id or "", people[0].email or ""
        self.next_page()

    def _not_opened(self, error: MigratorError) -> None:
        if isinstance(error, WrongKey):
            self._passphrase.clear()
        if isinstance(error, WrongKey | KeyNotGiven):
            self._ask_passphrase(True)
            self._passphrase.setFocus()
        self.error_panel.show_error(error)

    def _files_added(self, paths: tuple[Path, ...]) -> None:
        self.answers.captures = tuple(dict.fromkeys((*self.answers.captures, *paths)))
        self._show_files()
        self._find_out_needs()

    def _find_out_needs(self) -> None:
        """Whether there is anything to type for these files."""
        captures, credentials = self.answers.captures, self.context.workspace.credentials

        def work(_: Reporter) -> bool:
            return any(needs_typed_key(path, credentials) for path in captures)

        self.start_operation(work, self._ask_passphrase)

    def _ask_passphrase(self, needed: bool) -> None:
        for widget in (self._passphrase_label, self._passphrase):
            widget.setVisible(needed)
        if not needed:
            self._passphrase.clear()

    def _remove_selected(self) -> None:
        row = self._list.currentRow()
        if row >= 0:
            captures = self.answers.captures
            self.answers.captures = captures[:row] + captures[row + 1 :]
            self._show_files()

    def _show_files(self) -> None:
        self._list.clear()
        for path in self.answers.captures:
            self._list.addItem(path.name)
            self._list.item(self._list.count() - 1).setToolTip(plain_text.tip(str(path)))
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
