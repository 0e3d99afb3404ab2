"""All that a kit leaves to be said: whose it is, what was found, as whom it goes, and Start now."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtWidgets import QLineEdit, QProgressBar, QPushButton, QWidget, QWizard

from desktop_migrator.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    DatabaseError,
    KeyringUnusable,
    KitEnded,
    MigratorError,
    NothingToMigrate,
)
from desktop_migrator.migration.database.open_database import open_database, resolve_user_id
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.desk.kit_login import KitLogin
from desktop_migrator.migration.desk.kits import trust_desk
from desktop_migrator.migration.progress import Progress
from desktop_migrator.migration.sources.matching_sites import (
    App,
    ProfileScan,
    SiteMatch,
    SiteScan,
    scan_sites,
)
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.reporter import Question, Reporter, Topic
from desktop_migrator.vault.keyring_keys import get_or_create_backup_key
from desktop_migrator.wizard import i18n
from desktop_migrator.wizard.flow import BackupChoice, WizardStep, Workflow
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.pages.capture_file import capture_path
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.kit_panel import KitPanel, technical_lines
from desktop_migrator.wizard.widgets.passphrase import NewPassphraseForm
from desktop_migrator.wizard.widgets.site_choice import SiteChoice, items_sentence
from desktop_migrator.wizard.worker import OperationListener


class KitPage(WizardPage, OperationListener):
    step = WizardStep.KIT

    def build(self) -> None:
        self.setButtonText(QWizard.WizardButton.NextButton, self.tr("&Start now"))
        self._scan: SiteScan | None = None
        self._app: App | None = None
        self._checked_for: object = None
        """The answers with which the database was reached and knew the person."""
        self._opened_by: str | None = None
        """The code that has opened a personal kit."""
        if kit := self.context.kit:
            self.body.addWidget(KitPanel(kit, self.context.translator, self._accept_kit))
        self._person, self._password, self._code = QLineEdit(), QLineEdit(), QLineEdit()
        self._build_found()
        self._build_person()
        self._build_safety()
        self._look_button = QPushButton(self.tr("&Look at the items"))
        self._look_button.setAccessibleDescription(self.tr("Shows what will be moved, one by one"))
        self._look_button.clicked.connect(self._look)
        self.completeChanged.connect(self._enable_buttons)
        change = QPushButton(self.tr("C&hange …"))
        change.setAccessibleDescription(
            self.tr("Goes through all steps, with everything to choose")
        )
        change.clicked.connect(self._change)
        change.setVisible(not self.answers.personal_kit)
        self._save_button = QPushButton(self.tr("Sa&ve it in a file instead"))
        self._save_button.setAccessibleDescription(
            self.tr("Only those who made the kit can open the file")
        )
        self._save_button.clicked.connect(self._save_for_desk)
        self.add_row(self._look_button, change, self._save_button)
        self._technical = basics.make_label(role="faint")
        self.add_details(self._technical)
        self.body.addStretch(1)

    def _build_found(self) -> None:
        self.body.addWidget(basics.make_heading(self.tr("Your data")))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Looking into browsers"))
        self.body.addWidget(self._bar)
        self._found = basics.make_label()
        self.body.addWidget(self._found)
        self.sites = SiteChoice()
        self.sites.changed.connect(self._site_chosen)
        self.sites.hide()
        self.body.addWidget(self.sites)

    def _build_person(self) -> None:
        if self.answers.personal_kit:
            self._build_code()
            return
        self.body.addWidget(basics.make_heading(self.tr("Who you are")))
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        by_email = self.context.plan.user is not None
        name = (
            self.tr("Your &e-mail address in the app")
            if by_email
            else self.tr("Your &id in the app")
        )
        for words, field in (
            (name, self._person),
            (self.tr("The &password you were given"), self._password),
        ):
            label = basics.make_caption(words)
            label.setBuddy(field)
            field.setAccessibleName(words.replace("&", ""))
            field.textChanged.connect(lambda _: self._person_named())
            self.body.addWidget(label)
            self.body.addWidget(field)
            if field is self._password and self.answers.database == BUILTIN:
                label.hide()
                field.hide()

    def _build_code(self) -> None:
        """In place of who the person is: the kit knows, and whose it is shows by its code."""
        label = basics.make_caption(self.tr("The &code that you were told by phone: 20 digits"))
        label.setBuddy(self._code)
        self._code.setAccessibleName(label.text().replace("&", ""))
        self._code.textChanged.connect(self._code_typed)
        self.body.addWidget(label)
        self.body.addWidget(self._code)

    def _build_safety(self) -> None:
        self._safety = basics.make_label()
        self.body.addWidget(self._safety)
        self._passphrase = NewPassphraseForm(
            self.tr("Keep it safe: nobody can open the backup without it.")
        )
        self._passphrase.passphrase_changed.connect(self._passphrase_typed)
        self._passphrase.hide()
        self.body.addWidget(self._passphrase)

    # ---- what there is --------------------------------------------------------------------------

    def on_enter(self) -> None:
        kit, answers = self.context.kit, self.answers
        answers.workflow, answers.look_at_items = Workflow.MIGRATE, False
        owner = kit.owner if kit else ""
        self.set_header(
            self.tr("Move your data to {owner}").format(owner=owner),
            self.tr("Nothing in your browser is changed, and all of it can be undone."),
        )
        answers.desk_keys = kit.recipients if kit else ()
        self._save_button.setVisible(bool(answers.desk_keys))
        self._technical.setText(
            "\n".join(
                [
                    *(technical_lines(kit, self.context.translator) if kit else []),
                    *self.support_lines(),
                ]
            )
        )
        plan, workspace, folders = self.context.plan, self.context.workspace, self.context.folders

        def work(reporter: Reporter) -> tuple[SiteScan, bool]:
            return scan_sites(plan, folders, (), workspace, reporter), self._has_keyring()

        self._bar.show()
        self._bar.setRange(0, 0)
        self._found.setText(self.tr("Looking into your browsers …"))
        self.start_operation(work, self._scanned, self._scan_failed, self)

    def arrive(self) -> None:
        self.answers.look_at_items = False  # come back from there, too
        super().arrive()

    def first_control(self) -> QWidget | None:
        """Never the button that accepts a kit: a key pressed by chance must not do that."""
        return self._code if self.answers.personal_kit else self._person

    def _has_keyring(self) -> bool:
        try:
            get_or_create_backup_key(self.context.workspace.credentials)
        except KeyringUnusable:
            return False
        return True

    def on_progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.current)

    def _scan_failed(self, error: MigratorError) -> None:
        self._bar.hide()
        self._found.setText("")
        self.error_panel.show_error(error)

    def _scanned(self, found: tuple[SiteScan, bool]) -> None:
        self._scan, keyring = found
        self._bar.hide()
        backup = self.answers.backup
        backup.keyring_works = keyring
        backup.choice = BackupChoice.KEYRING if keyring else BackupChoice.PASSPHRASE
        self._passphrase.setVisible(not keyring)
        kept = (
            self.tr(
                "A backup stays on this computer for {days} days, locked with its keychain's key."
            )
            if keyring
            else self.tr(
                "A backup stays on this computer for {days} days. Think of a passphrase for it:"
            )
        )
        days = self.context.workspace.settings.backups.keep_days
        self._safety.setText(kept.format(days=days))
        apps = self._scan.apps(self.context.plan)
        fitting = [app for app in apps if app.match.total_items]
        self.sites.show_apps(apps, self.answers.origins, self._what_it_has)
        self.sites.setVisible(len(fitting) != 1 and bool(apps))
        if not fitting:
            self._found.setText(
                self.tr(
                    "Nothing of the app was found on this computer. Did you use it on another one, "
                    "or as another user of this one? Else open the app once in the browser that "
                    "you used, and start this program again."
                )
            )
            self.error_panel.show_error(NothingToMigrate())
        self._site_chosen()

    def _what_it_has(self, match: SiteMatch) -> str:
        return items_sentence(match, self.context.plan, self.context.translator.language)

    def _site_chosen(self) -> None:
        app, answers = self.sites.chosen, self.answers
        answers.origins = app.origins if app else ()
        answers.site_fits = bool(
            app and (app.match.total_items or self.sites.confirm_box.isChecked())
        )
        holding = self._holding(app) if app else []
        answers.sources = tuple(each.profile.path for each in holding)
        if app and app.match.total_items:
            browsers = dict.fromkeys(each.profile.browser_name for each in holding)
            words = self.tr("{items} in {browsers}").format(
                items=self._what_it_has(app.match), browsers=i18n.join_names(list(browsers))
            )
            used = [each.profile.last_used for each in holding if each.profile.last_used]
            if used:
                words += ", " + i18n.format_last_use(max(used), datetime.now(UTC))
            if any(each.profile.running for each in holding):
                words += ". " + self.tr(
                    "A browser is open: what you did there in the last minute may be missing. "
                    "Close it first to have that too."
                )
            self._found.setText(words)
        elif self.sites.cards and answers.origins == ():
            self._found.setText(self.tr("Which of these is the app?"))
        self.notify_complete_changed()

    def _holding(self, app: App) -> list[ProfileScan]:
        """The profiles that hold something of it."""
        profiles = self._scan.profiles if self._scan else ()
        return [each for each in profiles if each.match(app.origins)]

    # ---- what the person says -------------------------------------------------------------------

    def _accept_kit(self) -> None:
        kit, workspace = self.context.kit, self.context.workspace
        if kit:
            self.answers.kit_not_accepted = False
            self.start_operation(lambda _: trust_desk(kit, workspace), lambda _: self._accepted())

    def _accepted(self) -> None:
        if self._scan is None:  # which the acceptance has cut short
            self.on_enter()

    def _person_named(self) -> None:
        named = self._person.text().strip()
        by_email = self.context.plan.user is not None
        self.answers.email, self.answers.user_id = (named, "") if by_email else ("", named)
        self.answers.password = self._password.text() or None
        self.notify_complete_changed()

    def _code_typed(self, code: str) -> None:
        self.answers.kit_code = code
        self.notify_complete_changed()

    def _enable_buttons(self) -> None:
        self._look_button.setEnabled(self.isComplete())
        if self.answers.personal_kit:  # nobody else's kit gets the data either
            self._save_button.setEnabled(self.isComplete())

    def _passphrase_typed(self, first: str, second: str) -> None:
        self.answers.backup.passphrase = first
        self.answers.backup.passphrase_confirmation = second
        self.notify_complete_changed()

    def _look(self) -> None:
        self.answers.look_at_items = True
        self.next_page()

    def _change(self) -> None:
        self.answers.one_page = False
        self.wizard().setStartId(int(WizardStep.WELCOME))
        self.wizard().restart()

    def _save_for_desk(self) -> None:
        answers = self.answers
        answers.workflow, answers.sealed_for_desk = Workflow.CAPTURE, True
        answers.capture_file = capture_path(self.context.plan, answers)
        self.setCommitPage(True)
        self.next_page()

    # ---- going on -------------------------------------------------------------------------------

    def on_next(self) -> bool:
        """Once the database is reached and knows the person."""
        answers, kit = self.answers, self.context.kit
        if kit and (login := kit.login) and self._opened_by != answers.kit_code:
            code = answers.kit_code
            self.start_operation(
                lambda _: login.open(code),
                lambda found: self._opened(code, found),
                self._not_opened,
            )
            return False
        subject = answers.database, answers.password, answers.email, answers.user_id
        if answers.workflow is Workflow.CAPTURE:
            return bool(answers.sources)
        if self._checked_for == subject:
            return True
        database, plan, workspace = answers.database, self.context.plan, self.context.workspace
        person = Person(answers.user_id or None, answers.email or None)

        def work(reporter: Reporter) -> None:
            with open_database(database, workspace, reporter) as engine, engine.connect() as link:
                if answers.create_tables:
                    return
                resolve_user_id(link, plan, person, reporter)

        self.start_operation(work, lambda _: self._go_on(subject), self._not_reached, self)
        return False

    def _opened(self, code: str, login: KitLogin) -> None:
        self._opened_by = code
        self.answers.user_id, self.answers.password = login.user_id, login.password
        self.next_page()

    def _not_opened(self, error: MigratorError) -> None:
        self.answers.look_at_items, self.answers.workflow = False, Workflow.MIGRATE
        self.error_panel.show_error(error)
        self._code.setFocus()

    def on_question(self, question: Question, answer: Callable[[str | None], None]) -> None:
        answer(self.answers.password if question.topic is Topic.PASSWORD else None)

    def _go_on(self, subject: object) -> None:
        self._checked_for = subject
        self.next_page()

    def _not_reached(self, error: MigratorError) -> None:
        self.answers.look_at_items = False
        if self.answers.personal_kit and isinstance(error, AuthenticationFailed):
            error = KitEnded()
        reached = not isinstance(error, ConnectionFailed)
        if not self.answers.desk_keys or reached or not isinstance(error, DatabaseError):
            self.error_panel.show_error(error)
        else:
            self.error_panel.show_error(
                error, (self.tr("Sa&ve it in a file instead"), self._save_for_desk)
            )
        if isinstance(error, AuthenticationFailed):
            self._password.setFocus()
