"""Where a capture is kept, and who can open it."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QLineEdit, QPushButton

from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.sealed.capture_name import capture_name, unused_path
from desktop_migrator.migration.sealed.captures import SUFFIX
from desktop_migrator.plan.schema import Plan
from desktop_migrator.wizard.flow import WizardAnswers, WizardStep
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.passphrase import NewPassphraseForm


class CaptureFilePage(WizardPage):
    step = WizardStep.CAPTURE_FILE

    def build(self) -> None:
        self.set_header(
            self.tr("Save it in a file"),
            self.tr(
                "All that the web site keeps in the browsers you chose goes into one encrypted "
                "file, to be uploaded later."
            ),
        )
        kit = self.context.kit
        self._place_chosen = False
        """Whether the person said where, rather than the program."""
        self._group = QButtonGroup(self)
        self._desk_card = Card(
            self.tr("Only the support &desk can open it (recommended)"),
            (self.tr("Sealed with the key of {owner}.").format(owner=kit.owner if kit else ""),),
            icon="key",
            group=self._group,
        )
        self._passphrase_card = Card(
            self.tr("It opens &with a passphrase of your own"),
            (self.tr("Tell it whoever shall upload the file, but not in the same message."),),
            icon="shield",
            group=self._group,
        )
        self._passphrase_form = NewPassphraseForm(
            self.tr("Keep it safe: nobody can open the file without it.")
        )
        self._desk_card.checked_changed.connect(
            lambda chosen: self._recipient_chosen(sealed_for_desk=chosen)
        )
        self._passphrase_form.passphrase_changed.connect(self._passphrase_changed)
        for widget in (self._desk_card, self._passphrase_card, self._passphrase_form):
            self.body.addWidget(widget)
        self._build_person()
        self.body.addWidget(basics.make_heading(self.tr("Where is it kept?")))
        self._path_label = basics.make_label()
        choose = QPushButton(self.tr("C&hoose a place …"))
        choose.setAccessibleDescription(self.tr("Where the file is kept, and its name"))
        choose.clicked.connect(self._choose_file)
        self.body.addWidget(self._path_label)
        self.add_row(choose)
        self.body.addStretch(1)

    def on_enter(self) -> None:
        kit, answers = self.context.kit, self.answers
        answers.desk_keys = kit.recipients if kit else ()
        self._desk_card.setVisible(bool(answers.desk_keys))
        if bool(answers.desk_keys) and not self._passphrase_card.is_checked:
            self._desk_card.set_checked()
        elif not answers.desk_keys:
            self._passphrase_card.set_checked()
        self._recipient_chosen(
            sealed_for_desk=bool(answers.desk_keys) and self._desk_card.is_checked
        )
        self._person.setText(answers.email or answers.user_id)
        if self._place_chosen and answers.capture_file and not answers.capture_file.exists():
            self.set_capture_file(answers.capture_file)
        else:
            self._suggest_path()

    def _build_person(self) -> None:
        self.body.addWidget(basics.make_heading(self.tr("Who you are")))
        self._person = QLineEdit()
        words = (
            self.tr("Your &e-mail address in the app")
            if self.context.plan.user is not None
            else self.tr("Your &id in the app")
        )
        label = basics.make_caption(words)
        label.setBuddy(self._person)
        self._person.setAccessibleName(words.replace("&", ""))
        hint = self.tr(
            "It goes into the file, encrypted, so that your data comes to you. If you do not know "
            "it, leave it empty."
        )
        self._person.setAccessibleDescription(hint)
        self._person.textChanged.connect(self._person_named)
        for widget in (label, self._person, basics.make_label(hint, "faint")):
            self.body.addWidget(widget)

    def _person_named(self, text: str) -> None:
        by_email = self.context.plan.user is not None
        answers, named = self.answers, text.strip()
        answers.email, answers.user_id = (named, "") if by_email else ("", named)
        if not self._place_chosen:
            self._suggest_path()

    def _suggest_path(self) -> None:
        self._place_chosen = False
        self._show_path(capture_path(self.context.plan, self.answers))

    def set_capture_file(self, path: Path) -> None:
        self._place_chosen = True
        self._show_path(path)

    def _show_path(self, path: Path) -> None:
        self.answers.capture_file = path
        self._path_label.setText(str(path))
        self.notify_complete_changed()

    def use_passphrase(self, text: str, confirmation: str) -> None:
        self._passphrase_card.set_checked()
        self._passphrase_form.set_passphrase(text, confirmation)

    def _recipient_chosen(self, *, sealed_for_desk: bool) -> None:
        self.answers.sealed_for_desk = sealed_for_desk
        self._passphrase_form.setVisible(not sealed_for_desk)
        self.notify_complete_changed()

    def _passphrase_changed(self, first: str, second: str) -> None:
        self.answers.passphrase, self.answers.passphrase_confirmation = first, second
        self.notify_complete_changed()

    def _choose_file(self) -> None:
        named, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("Where is it kept?"),
            str(self.answers.capture_file or ""),
            self.tr("Captures (*.dmcapture)"),
        )
        if named:
            path = Path(named)
            self.set_capture_file(
                path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)
            )


def capture_path(plan: Plan, answers: WizardAnswers) -> Path:
    """A name in the person's documents that no file has yet."""
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    folder = Path(QStandardPaths.writableLocation(documents))
    if not folder.is_dir():
        folder = Path.home()
    person = Person(answers.user_id or None, answers.email or None)
    today = datetime.now().astimezone().date()
    return unused_path(folder, capture_name(plan, answers.origins, person, today))
