"""A backup on its way back: it is checked first, and what will happen is shown before it does."""

from collections.abc import Callable

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from desktop_migrator.errors import AuthenticationFailed, KeyNotGiven, MigratorError, WrongKey
from desktop_migrator.migration.backups import into_browser
from desktop_migrator.migration.backups.manage import verify_backup
from desktop_migrator.migration.backups.restore import DatabasePreview, preview_database_restore
from desktop_migrator.migration.workspace.backup_catalog import BackupEntry
from desktop_migrator.reporter import Question, Topic
from desktop_migrator.wizard import i18n, labels, operations
from desktop_migrator.wizard.flow import RestoreDestination, WizardStep
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.resume_state import full_database_url
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.prompts import ask_secret
from desktop_migrator.wizard.worker import OperationListener


class RestorePage(WizardPage, OperationListener):
    step = WizardStep.RESTORE

    def build(self) -> None:
        self.set_header(
            self.tr("Where shall the backup go?"),
            self.tr(
                "The backup is read to its end and checked; nothing is changed before you press "
                "Start now."
            ),
        )
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Reading the backup"))
        self._verified_label = basics.make_label(role="good")
        self.body.addWidget(self._bar)
        self._build_key()
        self.body.addWidget(self._verified_label)
        self._destinations = QButtonGroup(self)
        self._database_card = Card(
            self.tr("Into the &database"),
            (self.tr("What the migration after this backup changed there is put back."),),
            icon="database",
            group=self._destinations,
        )
        self._browser_card = Card(
            self.tr("Into the bro&wser"),
            (self.tr("The web site's data is written back; its browser has to be closed."),),
            icon="move",
            group=self._destinations,
        )
        self._force_box = QCheckBox(self.tr("&Also put back what was changed since"))
        self._force_box.setAccessibleDescription(
            self.tr("Without it, what was changed after the backup stays as it is now")
        )
        self._force_box.toggled.connect(self._force_toggled)
        self._preview_label = basics.make_label()
        self._retry_button = QPushButton(self.tr("&Look again"))
        self._retry_button.setAccessibleDescription(
            self.tr("Finds out anew what will happen, once you have closed the browser")
        )
        self._retry_button.clicked.connect(self._start_preview)
        for card, goal in (
            (self._database_card, RestoreDestination.DATABASE),
            (self._browser_card, RestoreDestination.BROWSER),
        ):
            card.checked_changed.connect(
                lambda chosen, goal=goal: self._destination_chosen(goal) if chosen else None
            )
            self.body.addWidget(card)
        for widget in (self._force_box, self._preview_label):
            self.body.addWidget(widget)
        self.add_row(self._retry_button)
        self.body.addStretch(1)

    def _build_key(self) -> None:
        self._key_row = QWidget()
        form = QFormLayout(self._key_row)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._key_field = QLineEdit()
        self._key_field.setEchoMode(QLineEdit.EchoMode.Password)
        self._key_field.setAccessibleName(self.tr("Passphrase or recovery key"))
        self._key_field.returnPressed.connect(self._verify_backup)
        label = basics.make_caption(self.tr("&Passphrase or recovery key"))
        label.setBuddy(self._key_field)
        form.addRow(label, self._key_field)
        check = QPushButton(self.tr("&Open the backup"))
        check.setAccessibleDescription(self.tr("Opens the backup with it and checks all of it"))
        check.clicked.connect(self._verify_backup)
        form.addRow("", check)
        self.body.addWidget(self._key_row)

    def on_enter(self) -> None:
        self._key_field.clear()
        self._destinations.setExclusive(False)
        for card in (self._database_card, self._browser_card):
            card.set_checked(False)
        self._destinations.setExclusive(True)
        self._force_box.setChecked(False)
        self._verify_backup()

    def on_back(self) -> None:
        self.answers.restore.passphrase_or_key = ""

    def support_lines(self) -> list[str]:
        return [
            *super().support_lines(),
            self.tr("Backup {name}").format(name=self.answers.restore.backup),
        ]

    # ---- the check ------------------------------------------------------------------------------

    @property
    def waits_for_key(self) -> bool:
        return self._key_row.isVisible()

    def unlock_with(self, key: str) -> None:
        """As if the passphrase or recovery key had been typed."""
        self._key_field.setText(key)
        self._verify_backup()

    def _verify_backup(self) -> None:
        restore, workspace = self.answers.restore, self.context.workspace
        restore.passphrase_or_key = self._key_field.text()
        named, given = restore.backup or "", restore.passphrase_or_key or None
        self._show_state(checked=False)
        self._bar.show()
        self.start_operation(
            lambda reporter: verify_backup(workspace, named, given, reporter),
            self._backup_verified,
            self._verification_failed,
            self,
        )

    def _backup_verified(self, backup: BackupEntry) -> None:
        self._show_state(checked=True)
        self._verified_label.setText(
            self.tr("The backup of {time} is whole: {records}, {rows}.").format(
                time=i18n.format_local_time(backup.manifest.created),
                records=self.tr("%Ln record(s) of the browser", "", backup.summary.records),
                rows=self.tr("%Ln row(s) of the database", "", backup.summary.rows),
            )
        )
        self._database_card.setEnabled(backup.target is not None)
        self._browser_card.setEnabled(backup.summary.records > 0)
        if backup.target is not None:
            self.answers.user_id = backup.target.user_id
            self.answers.database = full_database_url(
                self.context.workspace, backup.target.database
            )
            self._database_card.set_checked()
        elif backup.summary.records:
            self._browser_card.set_checked()
        else:
            self._preview_label.setText(self.tr("There is nothing in it that could be put back."))

    def _verification_failed(self, error: MigratorError) -> None:
        self._bar.hide()
        if isinstance(error, (KeyNotGiven, WrongKey)):
            self._key_row.show()
            self._key_field.setFocus()
        if not isinstance(error, KeyNotGiven):
            self.error_panel.show_error(error)

    def _show_state(self, *, checked: bool) -> None:
        self.answers.restore.previewed = False
        self._bar.hide()
        self._key_row.hide()
        self._retry_button.hide()
        self._preview_label.setText("")
        for widget in (
            self._verified_label,
            self._database_card,
            self._browser_card,
            self._force_box,
        ):
            widget.setVisible(checked)

    # ---- what will happen -----------------------------------------------------------------------

    def _destination_chosen(self, destination: RestoreDestination) -> None:
        self.answers.restore.destination = destination
        self._start_preview()

    def _force_toggled(self, force: bool) -> None:
        self.answers.restore.force = force

    def _start_preview(self) -> None:
        answers, workspace = self.answers, self.context.workspace
        answers.restore.previewed = False
        self._retry_button.hide()
        self._preview_label.setText("")
        self._bar.show()
        if answers.restore.destination is RestoreDestination.DATABASE:
            job = operations.restore_job(answers)
            self.start_operation(
                lambda reporter: preview_database_restore(job, workspace, reporter),
                self._show_database_preview,
                self._preview_failed,
                self,
            )
        else:
            into = operations.into_browser_job(answers)
            self.start_operation(
                lambda reporter: into_browser.profiles_to_restore(into, workspace, reporter),
                self._show_browser_preview,
                self._preview_failed,
                self,
            )

    def on_question(self, question: Question, answer: Callable[[str | None], None]) -> None:
        if question.topic is not Topic.PASSWORD:
            answer(None)
            return
        if self.answers.password is None:
            self.answers.password = ask_secret(
                self, self.heading, self.tr("The database's password:")
            )
        answer(self.answers.password)

    def _show_database_preview(self, preview: DatabasePreview) -> None:
        self._bar.hide()
        where = self.tr("In {database}, for {user}:").format(
            database=labels.database_label(preview.target.database, self.context.translator),
            user=preview.target.user_id,
        )
        if preview.run_known:
            words = [
                self.tr(
                    "%Ln row(s) that the migration added will be removed.", "", preview.removed
                ),
                self.tr("%Ln row(s) will get their former values again.", "", preview.restored),
            ]
        else:
            words = [
                self.tr(
                    "The database no longer knows the migration. Rows of the backup that are gone "
                    "will be put back; rows that the migration added stay."
                )
            ]
        self._preview_label.setText("\n".join((where, *words)))
        self.answers.restore.run_known = preview.run_known
        self.answers.restore.previewed = bool(
            not preview.run_known or preview.removed or preview.restored
        )
        if not self.answers.restore.previewed:
            self._preview_label.setText(
                self.tr("The database is as it was already: nothing to put back.")
            )

    def _show_browser_preview(self, found: tuple[into_browser.ProfileToRestore, ...]) -> None:
        self._bar.hide()
        lines = []
        for goal in found:
            profile = goal.profile
            lines.append(
                self.tr("%Ln record(s) go into {browser}, profile {profile}.", "", goal.records)
                .format(browser=profile.browser_name, profile=profile.name)
            )  # fmt: skip
            if goal.running:
                lines.append(
                    self.tr("{browser} is running: close all of its windows first.").format(
                        browser=profile.browser_name
                    )
                )
        lines.append(self.tr("Records that are not in the backup stay."))
        self._preview_label.setText("\n".join(lines))
        running = any(goal.running for goal in found)
        self._retry_button.setVisible(running)
        self.answers.restore.previewed = not running

    def _preview_failed(self, error: MigratorError) -> None:
        self._bar.hide()
        self._retry_button.show()
        if isinstance(error, AuthenticationFailed):
            self.answers.password = None
        self.error_panel.show_error(error)
