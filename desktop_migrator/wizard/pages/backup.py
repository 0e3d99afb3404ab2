"""What opens the backup that is made before anything is written; going without asks twice."""

from PySide6.QtWidgets import QButtonGroup

from desktop_migrator.errors import KeyringUnusable, MigratorError
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.keyring_keys import backup_key
from desktop_migrator.vault.recovery_key import recovery_text
from desktop_migrator.wizard import icons
from desktop_migrator.wizard.flow import BackupKind, Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.passphrase import NewPassphrase
from desktop_migrator.wizard.widgets.prompts import confirm
from desktop_migrator.wizard.widgets.recovery_key import RecoveryKey


class BackupPage(Page):
    step = Step.BACKUP

    def build(self) -> None:
        self.introduce(
            self.tr("A backup first"),
            self.tr(
                "Before anything is written, your data and the rows about to change are kept in an "
                "encrypted file on this computer."
            ),
        )
        self._asking = False
        self._group = QButtonGroup(self)
        self._keyring = Card(
            self.tr("With a key in this computer's &keychain (recommended)"),
            (self.tr("Nothing to remember; print the recovery key for the day it is lost."),),
            icon=icons.icon("key"),
            group=self._group,
        )
        self._why = basics.text(role="warning")
        self._key = RecoveryKey()
        self._passphrase = Card(
            self.tr("&With a passphrase of your own"),
            (self.tr("Whoever has it can open the backup; without it nobody can."),),
            icon=icons.icon("shield"),
            group=self._group,
        )
        self._none = Card(
            self.tr("&No backup"),
            (self.tr("Undo will still work as long as the database is there."),),
            group=self._group,
        )
        for card, kind in self._cards:
            card.chosen_changed.connect(
                lambda chosen, kind=kind: self._chosen(kind) if chosen else None
            )
        for widget in (self._keyring, self._why, self._key, self._passphrase):
            self.body.addWidget(widget)
        self._fields = NewPassphrase(
            self.tr("Keep it safe: nobody can open the backup without it.")
        )
        self._fields.typed.connect(self._typed)
        self.body.addWidget(self._fields)
        self.body.addWidget(self._none)
        self._where = basics.text(
            self.tr("It is kept in {folder} for 30 days.").format(
                folder=self.context.workspace.backups
            ),
            "faint",
        )
        self.add_details(self._where)
        self.body.addStretch(1)

    def enter(self) -> None:
        credentials = self.context.workspace.credentials
        self._why.hide()
        self._show_kind()

        def work(_: Reporter) -> str:
            return recovery_text(backup_key(credentials))

        self.run(work, self._keyring_works, self._keyring_fails)

    def choose(self, kind: BackupKind) -> None:
        next(card for card, of in self._cards if of is kind).choose()

    def use_passphrase(self, text: str, repeated: str) -> None:
        self._passphrase.choose()
        self._fields.enter(text, repeated)

    # ---- the keyring ----------------------------------------------------------------------------

    def _keyring_works(self, key: str) -> None:
        self.answers.backup.keyring_works = True
        self._key.show_key(key)
        self._keyring.setEnabled(True)
        if not any(card.chosen for card, _ in self._cards):
            self._keyring.choose()
        self._show_kind()

    def _keyring_fails(self, error: MigratorError) -> None:
        if not isinstance(error, KeyringUnusable):
            self.errors.show_error(error)
        self.answers.backup.keyring_works = False
        self._keyring.setEnabled(False)
        self._why.setText(self.tr("This computer has no keychain that this program can use."))
        self._why.show()
        if self._keyring.chosen or not any(card.chosen for card, _ in self._cards):
            self._passphrase.choose()
        self._show_kind()

    # ---- the choice -----------------------------------------------------------------------------

    @property
    def _cards(self) -> tuple[tuple[Card, BackupKind], ...]:
        return (
            (self._keyring, BackupKind.KEYRING),
            (self._passphrase, BackupKind.PASSPHRASE),
            (self._none, BackupKind.NONE),
        )

    def _typed(self, first: str, second: str) -> None:
        backup = self.answers.backup
        backup.passphrase, backup.repeated = first, second
        self.changed()

    def _chosen(self, kind: BackupKind) -> None:
        if kind is BackupKind.NONE and not self._asking and not self._really_none():
            fallback = self._keyring if self._keyring.isEnabled() else self._passphrase
            fallback.choose()
            return
        self.answers.backup.kind = kind
        self.answers.backup.refused_twice = kind is BackupKind.NONE
        self._show_kind()

    def _really_none(self) -> bool:
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

    def _show_kind(self) -> None:
        backup = self.answers.backup
        self._fields.setVisible(self._passphrase.chosen)
        self._key.setVisible(self._keyring.chosen and backup.keyring_works)
        self.changed()
