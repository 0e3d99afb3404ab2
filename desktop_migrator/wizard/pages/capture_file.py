"""Where a capture is kept, and who can open it."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QPushButton

from desktop_migrator.migration.sealed.captures import SUFFIX
from desktop_migrator.wizard import icons
from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.passphrase import NewPassphrase


class SealPage(Page):
    step = Step.SEAL

    def build(self) -> None:
        self.introduce(
            self.tr("Save it in a file"),
            self.tr(
                "All that the web site keeps in the browsers you chose goes into one encrypted "
                "file, to be uploaded later."
            ),
        )
        kit = self.context.kit
        self._group = QButtonGroup(self)
        self._desk = Card(
            self.tr("Only the support &desk can open it (recommended)"),
            (self.tr("Sealed with the key of {owner}.").format(owner=kit.owner if kit else ""),),
            icon=icons.icon("key"),
            group=self._group,
        )
        self._own = Card(
            self.tr("It opens &with a passphrase of your own"),
            (self.tr("Tell it whoever shall upload the file, but not in the same message."),),
            icon=icons.icon("shield"),
            group=self._group,
        )
        self._passphrase = NewPassphrase(
            self.tr("Keep it safe: nobody can open the file without it.")
        )
        self._desk.chosen_changed.connect(lambda chosen: self._chosen(for_desk=chosen))
        self._passphrase.typed.connect(self._typed)
        for widget in (self._desk, self._own, self._passphrase):
            self.body.addWidget(widget)
        self.body.addWidget(basics.heading(self.tr("Where is it kept?")))
        self._place = basics.text()
        choose = QPushButton(self.tr("C&hoose a place …"))
        choose.setAccessibleDescription(self.tr("Where the file is kept, and its name"))
        choose.clicked.connect(self._choose_file)
        self.body.addWidget(self._place)
        self.add_row(choose)
        self.body.addStretch(1)

    def enter(self) -> None:
        kit, answers = self.context.kit, self.answers
        answers.desk_key = kit.recipient if kit else None
        self._desk.setVisible(answers.desk_key is not None)
        if answers.desk_key is not None and not self._own.chosen:
            self._desk.choose()
        elif answers.desk_key is None:
            self._own.choose()
        self._chosen(for_desk=answers.desk_key is not None and self._desk.chosen)
        if answers.capture_file is None or answers.capture_file.exists():
            self.keep_in(_free_place())
        else:
            self.keep_in(answers.capture_file)

    def keep_in(self, path: Path) -> None:
        self.answers.capture_file = path
        self._place.setText(str(path))
        self.changed()

    def use_passphrase(self, text: str, repeated: str) -> None:
        self._own.choose()
        self._passphrase.enter(text, repeated)

    def _chosen(self, *, for_desk: bool) -> None:
        self.answers.for_desk = for_desk
        self._passphrase.setVisible(not for_desk)
        self.changed()

    def _typed(self, first: str, second: str) -> None:
        self.answers.passphrase, self.answers.repeated = first, second
        self.changed()

    def _choose_file(self) -> None:
        named, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Where is it kept?"),
            str(self.answers.capture_file or ""),
            self.tr("Captures (*.dmcapture)"),
        )
        if named:
            path = Path(named)
            self.keep_in(path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX))


def _free_place() -> Path:
    """A name in the person's documents that no file has yet."""
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    folder = Path(QStandardPaths.writableLocation(documents))
    if not folder.is_dir():
        folder = Path.home()
    number = 1
    while (path := folder / f"my-data{'' if number == 1 else f'-{number}'}{SUFFIX}").exists():
        number += 1
    return path
