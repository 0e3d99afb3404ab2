"""What opens the backup that is made before anything is written; going without asks twice."""

from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from desktop_migrator.errors import KeyringUnusable, MigratorError
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.kept_keys import backup_key
from desktop_migrator.vault.recovery import recovery_text
from desktop_migrator.wizard import icons, theme
from desktop_migrator.wizard.flow import SHORTEST_PASSPHRASE, BackupKind, Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import labels
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.confirm import confirm
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
        self._why = labels.text(role="warning")
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
        self.body.addWidget(self._build_fields())
        self.body.addWidget(self._none)
        self._where = labels.text(
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
        self._first.setText(text)
        self._second.setText(repeated)

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

    def _build_fields(self) -> QWidget:
        self._fields = QWidget()
        form = QFormLayout(self._fields)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.GAP)
        form.setVerticalSpacing(theme.TIGHT)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._first, self._second = QLineEdit(), QLineEdit()
        for words, field in (
            (self.tr("Pass&phrase"), self._first),
            (self.tr("The same &again"), self._second),
        ):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.textChanged.connect(lambda _: self._typed())
            label = QLabel(words)
            label.setBuddy(field)
            field.setAccessibleName(words.replace("&", ""))
            form.addRow(label, field)
        self._verdict = labels.text(role="faint")
        form.addRow("", self._verdict)
        return self._fields

    def _typed(self) -> None:
        backup = self.answers.backup
        backup.passphrase, backup.repeated = self._first.text(), self._second.text()
        if len(backup.passphrase) < SHORTEST_PASSPHRASE:
            words = self.tr("At least %n character(s).", "", SHORTEST_PASSPHRASE)
        elif backup.passphrase != backup.repeated:
            words = self.tr("The two are not the same yet.")
        else:
            words = self.tr("Keep it safe: nobody can open the backup without it.")
        self._verdict.setText(words)
        self.changed()

    def _chosen(self, kind: BackupKind) -> None:
        if kind is BackupKind.NONE and not self._asking and not self._really_none():
            fallback = self._keyring if self._keyring.isEnabled() else self._passphrase
            fallback.choose()
            return
        self.answers.backup.kind = kind
        self.answers.backup.refused_twice = kind is BackupKind.NONE
        self._show_kind()
        self._typed()

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
