"""A backup on its way back: it is checked first, and what will happen is shown before it does."""

from collections.abc import Callable

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from desktop_migrator.errors import AuthenticationFailed, KeyNotGiven, MigratorError, WrongKey
from desktop_migrator.migration.backups import into_browser
from desktop_migrator.migration.backups.manage import verify_backup
from desktop_migrator.migration.backups.restore import DatabasePreview, preview_database
from desktop_migrator.migration.workspace.backup_catalog import Listed
from desktop_migrator.reporter import Question, Topic
from desktop_migrator.wizard import i18n, icons, operations
from desktop_migrator.wizard.flow import Goal, Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.resume_state import whole_address
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.worker import Listener


class RestorePage(Page, Listener):
    step = Step.RESTORE

    def build(self) -> None:
        self.introduce(
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
        self._checked = basics.text(role="good")
        self.body.addWidget(self._bar)
        self._build_key()
        self.body.addWidget(self._checked)
        self._goals = QButtonGroup(self)
        self._database = Card(
            self.tr("Into the &database"),
            (self.tr("What the migration after this backup changed there is put back."),),
            icon=icons.icon("database"),
            group=self._goals,
        )
        self._browser = Card(
            self.tr("Into the bro&wser"),
            (self.tr("The web site's data is written back; its browser has to be closed."),),
            icon=icons.icon("move"),
            group=self._goals,
        )
        self._force = QCheckBox(self.tr("&Also put back what was changed since"))
        self._force.setAccessibleDescription(
            self.tr("Without it, what was changed after the backup stays as it is now")
        )
        self._force.toggled.connect(self._force_toggled)
        self._preview = basics.text()
        self._again = QPushButton(self.tr("&Look again"))
        self._again.setAccessibleDescription(
            self.tr("Finds out anew what will happen, once you have closed the browser")
        )
        self._again.clicked.connect(self._look)
        for card, goal in ((self._database, Goal.DATABASE), (self._browser, Goal.BROWSER)):
            card.chosen_changed.connect(
                lambda chosen, goal=goal: self._goal_chosen(goal) if chosen else None
            )
            self.body.addWidget(card)
        for widget in (self._force, self._preview):
            self.body.addWidget(widget)
        self.add_row(self._again)
        self.body.addStretch(1)

    def _build_key(self) -> None:
        self._key_row = QWidget()
        form = QFormLayout(self._key_row)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._key = QLineEdit()
        self._key.setEchoMode(QLineEdit.EchoMode.Password)
        self._key.setAccessibleName(self.tr("Passphrase or recovery key"))
        self._key.returnPressed.connect(self._check)
        label = QLabel(self.tr("&Passphrase or recovery key"))
        label.setBuddy(self._key)
        form.addRow(label, self._key)
        check = QPushButton(self.tr("&Open the backup"))
        check.setAccessibleDescription(self.tr("Opens the backup with it and checks all of it"))
        check.clicked.connect(self._check)
        form.addRow("", check)
        self.body.addWidget(self._key_row)

    def enter(self) -> None:
        self._key.clear()
        self._goals.setExclusive(False)
        for card in (self._database, self._browser):
            card.choose(False)
        self._goals.setExclusive(True)
        self._force.setChecked(False)
        self._check()

    def left_backwards(self) -> None:
        self.answers.restore.given = ""

    def facts(self) -> list[str]:
        return [*super().facts(), self.tr("Backup {name}").format(name=self.answers.restore.backup)]

    # ---- the check ------------------------------------------------------------------------------

    @property
    def waits_for_key(self) -> bool:
        return self._key_row.isVisible()

    def open_with(self, key: str) -> None:
        """As if the passphrase or recovery key had been typed."""
        self._key.setText(key)
        self._check()

    def _check(self) -> None:
        restore, workspace = self.answers.restore, self.context.workspace
        restore.given = self._key.text()
        named, given = restore.backup or "", restore.given or None
        self._show_state(checked=False)
        self._bar.show()
        self.run(
            lambda reporter: verify_backup(workspace, named, given, reporter),
            self._is_whole,
            self._not_opened,
            self,
        )

    def _is_whole(self, backup: Listed) -> None:
        self._show_state(checked=True)
        self._checked.setText(
            self.tr("The backup of {time} is whole: {records}, {rows}.").format(
                time=i18n.local(backup.manifest.created),
                records=self.tr("%n record(s) of the browser", "", backup.summary.records),
                rows=self.tr("%n row(s) of the database", "", backup.summary.rows),
            )
        )
        self._database.setEnabled(backup.target is not None)
        self._browser.setEnabled(backup.summary.records > 0)
        if backup.target is not None:
            self.answers.user_id = backup.target.user_id
            self.answers.database = whole_address(self.context.workspace, backup.target.database)
            self._database.choose()
        elif backup.summary.records:
            self._browser.choose()
        else:
            self._preview.setText(self.tr("There is nothing in it that could be put back."))

    def _not_opened(self, error: MigratorError) -> None:
        self._bar.hide()
        if isinstance(error, (KeyNotGiven, WrongKey)):
            self._key_row.show()
            self._key.setFocus()
        if not isinstance(error, KeyNotGiven):
            self.errors.show_error(error)

    def _show_state(self, *, checked: bool) -> None:
        self.answers.restore.previewed = False
        self._bar.hide()
        self._key_row.hide()
        self._again.hide()
        self._preview.setText("")
        for widget in (self._checked, self._database, self._browser, self._force):
            widget.setVisible(checked)

    # ---- what will happen -----------------------------------------------------------------------

    def _goal_chosen(self, goal: Goal) -> None:
        self.answers.restore.goal = goal
        self._look()

    def _force_toggled(self, force: bool) -> None:
        self.answers.restore.force = force

    def _look(self) -> None:
        answers, workspace = self.answers, self.context.workspace
        answers.restore.previewed = False
        self._again.hide()
        self._preview.setText("")
        self._bar.show()
        if answers.restore.goal is Goal.DATABASE:
            job = operations.restore_job(answers)
            self.run(
                lambda reporter: preview_database(job, workspace, reporter),
                self._show_database,
                self._not_previewed,
                self,
            )
        else:
            into = operations.into_browser_job(answers)
            self.run(
                lambda reporter: into_browser.goals(into, workspace, reporter),
                self._show_browsers,
                self._not_previewed,
                self,
            )

    def asked(self, question: Question, answer: Callable[[str | None], None]) -> None:
        if question.topic is not Topic.PASSWORD:
            answer(None)
            return
        if self.answers.password is None:
            typed, given = QInputDialog.getText(
                *(self, self.heading, self.tr("The database's password:")),
                QLineEdit.EchoMode.Password,
            )
            self.answers.password = typed if given else None
        answer(self.answers.password)

    def _show_database(self, preview: DatabasePreview) -> None:
        self._bar.hide()
        where = self.tr("In {database}, for {user}:").format(
            database=i18n.database(preview.target.database), user=preview.target.user_id
        )
        if preview.known:
            words = [
                self.tr("%n row(s) that the migration added will be removed.", "", preview.removed),
                self.tr("%n row(s) will get their former values again.", "", preview.restored),
            ]
        else:
            words = [
                self.tr(
                    "The database no longer knows the migration. Rows of the backup that are gone "
                    "will be put back; rows that the migration added stay."
                )
            ]
        self._preview.setText("\n".join((where, *words)))
        self.answers.restore.run_known = preview.known
        self.answers.restore.previewed = bool(
            not preview.known or preview.removed or preview.restored
        )
        if not self.answers.restore.previewed:
            self._preview.setText(
                self.tr("The database is as it was already: nothing to put back.")
            )

    def _show_browsers(self, found: tuple[into_browser.Goal, ...]) -> None:
        self._bar.hide()
        lines = []
        for goal in found:
            profile = goal.profile
            lines.append(
                self.tr("%n record(s) go into {browser}, profile {profile}.", "", goal.records)
                .format(browser=profile.browser_name, profile=profile.name)
            )  # fmt: skip
            if goal.running:
                lines.append(
                    self.tr("{browser} is running: close all of its windows first.").format(
                        browser=profile.browser_name
                    )
                )
        lines.append(self.tr("Records that are not in the backup stay."))
        self._preview.setText("\n".join(lines))
        running = any(goal.running for goal in found)
        self._again.setVisible(running)
        self.answers.restore.previewed = not running

    def _not_previewed(self, error: MigratorError) -> None:
        self._bar.hide()
        self._again.show()
        if isinstance(error, AuthenticationFailed):
            self.answers.password = None
        self.errors.show_error(error)
