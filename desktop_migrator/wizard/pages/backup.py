"""What opens the backup that is made before anything is written; going without asks twice."""

from PySide6.QtWidgets import QButtonGroup

from desktop_migrator.errors import KeyringUnusable, MigratorError
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.keyring_keys import get_or_create_backup_key
from desktop_migrator.vault.recovery_key import encode_recovery_key
from desktop_migrator.wizard.flow import BackupChoice, WizardStep
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.passphrase import NewPassphraseForm
from desktop_migrator.wizard.widgets.prompts import confirm
from desktop_migrator.wizard.widgets.recovery_key import RecoveryKeyView


class BackupPage(WizardPage):
    step = WizardStep.BACKUP

    def build(self) -> None:
        self.set_header(
            self.tr("A backup first"),
            self.tr(
                "Before anything is written, your data and the rows about to change are kept in an "
                "encrypted file on this computer."
            ),
        )
        self._asking = False
        self._group = QButtonGroup(self)
        self._keyring_card = Card(
            self.tr("With a key in this computer's &keychain (recommended)"),
            (self.tr("Nothing to remember; print the recovery key for the day it is lost."),),
            icon="key",
            group=self._group,
        )
        self._keyring_warning = basics.make_label(role="warning")
        self._key = RecoveryKeyView()
        self._passphrase_card = Card(
            self.tr("&With a passphrase of your own"),
            (self.tr("Whoever has it can open the backup; without it nobody can."),),
            icon="shield",
            group=self._group,
        )
        self._no_backup_card = Card(
            self.tr("&No backup"),
            (self.tr("Undo will still work as long as the database is there."),),
            group=self._group,
        )
        for card, kind in self._cards:
            card.checked_changed.connect(
                lambda chosen, kind=kind: self._choice_changed(kind) if chosen else None
            )
        for widget in (self._keyring_card, self._keyring_warning, self._key, self._passphrase_card):
            self.body.addWidget(widget)
        self._passphrase_form = NewPassphraseForm(
            self.tr("Keep it safe: nobody can open the backup without it.")
        )
        self._passphrase_form.passphrase_changed.connect(self._passphrase_changed)
        self.body.addWidget(self._passphrase_form)
        self.body.addWidget(self._no_backup_card)
        workspace = self.context.workspace
        self._folder_label = basics.make_label(
            self.tr("It is kept in {folder} for {days} days.").format(
                folder=workspace.backups, days=workspace.settings.backups.keep_days
            ),
            "faint",
        )
        self.add_details(self._folder_label)
        self.body.addStretch(1)

    def on_enter(self) -> None:
        credentials = self.context.workspace.credentials
        self._keyring_warning.hide()
        self._show_choice()

        def work(_: Reporter) -> str:
            return encode_recovery_key(get_or_create_backup_key(credentials))

        self.start_operation(work, self._keyring_works, self._keyring_fails)

    def choose_backup(self, choice: BackupChoice) -> None:
        next(card for card, of in self._cards if of is choice).set_checked()

    def use_passphrase(self, text: str, confirmation: str) -> None:
        self._passphrase_card.set_checked()
        self._passphrase_form.set_passphrase(text, confirmation)

    # ---- the keyring ----------------------------------------------------------------------------

    def _keyring_works(self, key: str) -> None:
        self.answers.backup.keyring_works = True
        self._key.show_key(key)
        self._keyring_card.setEnabled(True)
        if not any(card.is_checked for card, _ in self._cards):
            self._keyring_card.set_checked()
        self._show_choice()

    def _keyring_fails(self, error: MigratorError) -> None:
        if not isinstance(error, KeyringUnusable):
            self.error_panel.show_error(error)
        self.answers.backup.keyring_works = False
        self._keyring_card.setEnabled(False)
        self._keyring_warning.setText(
            self.tr("This computer has no keychain that this program can use.")
        )
        self._keyring_warning.show()
        if self._keyring_card.is_checked or not any(card.is_checked for card, _ in self._cards):
            self._passphrase_card.set_checked()
        self._show_choice()

    # ---- the choice -----------------------------------------------------------------------------

    @property
    def _cards(self) -> tuple[tuple[Card, BackupChoice], ...]:
        return (
            (self._keyring_card, BackupChoice.KEYRING),
            (self._passphrase_card, BackupChoice.PASSPHRASE),
            (self._no_backup_card, BackupChoice.NONE),
        )

    def _passphrase_changed(self, first: str, second: str) -> None:
        backup = self.answers.backup
        backup.passphrase, backup.passphrase_confirmation = first, second
        self.notify_complete_changed()

    def _choice_changed(self, choice: BackupChoice) -> None:
        if choice is BackupChoice.NONE and not self._asking and not self._confirm_no_backup():
            fallback = (
                self._keyring_card if self._keyring_card.isEnabled() else self._passphrase_card
            )
            fallback.set_checked()
            return
        self.answers.backup.choice = choice
        self.answers.backup.no_backup_confirmed = choice is BackupChoice.NONE
        self._show_choice()

    def _confirm_no_backup(self) -> bool:
        """Asks, and asks again."""
        self._asking = True
        sure = confirm(
            self,
            self.tr("No backup?"),
            self.tr("Without a backup, only the database itself can put things back."),
            self.tr("Go without"),
            self.tr("Make a backup"),
        ) and confirm(
            self,
            self.tr("Really none?"),
            self.tr("If the database is lost or changed by others, nothing can be restored."),
            self.tr("Yes, no backup"),
            self.tr("Make a backup"),
        )
        self._asking = False
        return sure

    def _show_choice(self) -> None:
        backup = self.answers.backup
        self._passphrase_form.setVisible(self._passphrase_card.is_checked)
        self._key.setVisible(self._keyring_card.is_checked and backup.keyring_works)
        self.notify_complete_changed()
