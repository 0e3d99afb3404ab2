"""Whose data it is and where it goes; every check of the connection with its remedy."""

from collections.abc import Callable

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from desktop_migrator.errors import BadDatabaseUrl, MigratorError
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import (
    check_database,
    open_database,
    resolve_user_id,
)
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.workspace.connections import (
    BUILTIN,
    SavedConnection,
    add_connection,
    list_connections,
)
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.verify.checks import Check, CheckId
from desktop_migrator.reporter import Question, Reporter, Topic
from desktop_migrator.wizard import plain_text, theme
from desktop_migrator.wizard.address_form import DEFAULT_PORT, AddressFields
from desktop_migrator.wizard.announcements import announce
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.checks import CheckList
from desktop_migrator.wizard.worker import OperationListener

_REQUIRED_CHECKS = {
    CheckId.REACHED,
    CheckId.POOLER,
    CheckId.WRITABLE,
    CheckId.ENCODING,
    CheckId.TEMPORARY_TABLES,
    CheckId.BOOKKEEPING,
}
"""Checks without which no migration can work; what a table lacks may concern none of the items."""

_MAX_PORT = 65535


class DestinationPage(WizardPage, OperationListener):
    step = WizardStep.DESTINATION

    def build(self) -> None:
        self.set_header(
            self.tr("Where shall it go?"),
            self.tr("Say who you are in the app, and which database is the app's."),
        )
        self._extra_parameters: tuple[tuple[str, str], ...] = ()
        self._after_test: Callable[[], None] | None = None
        self._build_person()
        self._build_choice()
        self._build_server()
        self._build_test()
        self.body.addStretch(1)

    def on_enter(self) -> None:
        answers = self.answers
        user_id, email, database = answers.user_id, answers.email, answers.database
        self._user_id.setText(user_id)
        self._email.setText(email)
        if database == BUILTIN:
            self._builtin.set_checked()
        elif database:
            self._fill_form(AddressFields.from_url(database))
        self._database_choice_changed()
        workspace = self.context.workspace
        self.start_operation(lambda _: list_connections(workspace), self._show_saved)

    def on_next(self) -> bool:
        if self.answers.connection_tested:
            return True
        self._test_connection(on_passed=self.next_page)
        return False

    # ---- the form -------------------------------------------------------------------------------

    def _build_person(self) -> None:
        self.body.addWidget(basics.make_heading(self.tr("Who you are")))
        form = _make_form()
        lookup = self.context.plan.user is not None
        self._email = QLineEdit()
        self._email.setPlaceholderText("maria@example.com")
        self._user_id = QLineEdit()
        if lookup:
            self._add_field(form, self.tr("Your &e-mail address in the app"), self._email)
        self._add_field(
            form,
            self.tr("or your &id in the app") if lookup else self.tr("Your &id in the app"),
            self._user_id,
            self.tr("The app shows it in its settings or your profile; the support desk knows it"),
        )
        self.body.addLayout(form)

    def _build_choice(self) -> None:
        self.body.addWidget(basics.make_heading(self.tr("The database")))
        self._database_choices = QButtonGroup(self)
        self._server = Card(
            self.tr("The app's &database"),
            (self.tr("On a server; the app's people gave you an address or a name."),),
            icon="server",
            group=self._database_choices,
        )
        self._builtin = Card(
            self.tr("O&ne on this computer, to try it"),
            (self.tr("Comes with this program; the app itself will not see it."),),
            icon="database",
            group=self._database_choices,
        )
        self._server.set_checked()
        for card in (self._server, self._builtin):
            card.checked_changed.connect(lambda _: self._database_choice_changed())
            self.body.addWidget(card)

    def _build_server(self) -> None:
        self._form = QWidget()
        form = _make_form()
        form.setContentsMargins(0, 0, 0, 0)
        self._form.setLayout(form)
        self._saved_connections = QComboBox()
        self._add_field(form, self.tr("Sa&ved connection"), self._saved_connections)
        self._saved_connections.activated.connect(lambda _: self._saved_connection_chosen())
        self._saved_label = form.labelForField(self._saved_connections)
        self._show_saved([])
        self._address = QLineEdit()
        self._address.setPlaceholderText("postgresql://user@host:5432/database")
        self._address_before = ""
        self._read = ""
        """The address that the fields were filled from."""
        self._address.textEdited.connect(self._address_edited)
        self._address.editingFinished.connect(lambda: self._read_address(self._address.text()))
        self._add_field(
            form,
            self.tr("&Paste an address"),
            self._address,
            self.tr("Fills in the fields below"),
        )
        self._host = QLineEdit()
        self._port = QLineEdit(str(DEFAULT_PORT))
        self._port.setValidator(QIntValidator(1, _MAX_PORT, self._port))
        self._database = QLineEdit()
        self._login = QLineEdit()
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._add_field(form, self.tr("&Host"), self._host)
        self._add_field(form, self.tr("P&ort"), self._port)
        self._add_field(form, self.tr("D&atabase name"), self._database)
        self._add_field(form, self.tr("&User"), self._login)
        self._add_field(
            form,
            self.tr("Pass&word"),
            self._password,
            self.tr("Kept in memory only, unless the connection is remembered"),
        )
        self._sslmode = QComboBox()
        for words, mode in (
            (self.tr("Encrypted, server checked (recommended)"), ""),
            (self.tr("Encrypted, server not checked"), "require"),
            (self.tr("Without encryption"), "disable"),
        ):
            self._sslmode.addItem(words, mode)
        self._add_field(form, self.tr("&Security"), self._sslmode)
        self._sslrootcert = QLineEdit()
        self._add_field(
            form,
            self.tr("Certificate authority's &file"),
            self._sslrootcert,
            self.tr("Only where the server's certificate comes from an authority of its own"),
        )
        choose = QPushButton(self.tr("Choose a certificate …"))
        choose.setAccessibleDescription(self.tr("Finds the authority's file on this computer"))
        choose.clicked.connect(self._choose_sslrootcert)
        form.addRow("", choose)
        self._save_connection = QCheckBox(self.tr("&Remember this connection"))
        self._save_connection.setAccessibleDescription(
            self.tr("The password goes into this computer's keychain, never into a file")
        )
        form.addRow("", self._save_connection)
        self._create_tables = QCheckBox(self.tr("&Make tables that are missing"))
        self._create_tables.setAccessibleDescription(
            self.tr("Only for a new, empty database: usually the app makes its tables itself")
        )
        self._create_tables.toggled.connect(lambda _: self._form_edited())
        form.addRow("", self._create_tables)
        self.body.addWidget(self._form)

    def _build_test(self) -> None:
        self._test_button = QPushButton(self.tr("&Test connection"))
        self._test_button.setAccessibleDescription(
            self.tr("Checks that the database is reached, safe, and lets you in; changes nothing")
        )
        self._test_button.clicked.connect(lambda: self._test_connection(on_passed=None))
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Testing the connection"))
        self._bar.hide()
        self._verdict = basics.make_label()
        self.add_row(self._test_button, stretch=True)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._verdict)
        self._checks = CheckList(self.context.translator)
        self._details = self.add_details(self._checks)
        self._details.hide()
        self._verdict.hide()
        self._note = basics.make_label(role="warning")
        self._note.hide()
        self.body.addWidget(self._note)

    def _add_field(
        self, form: QFormLayout, words: str, field: QWidget, description: str = ""
    ) -> None:
        label = basics.make_caption(words, field)
        field.setAccessibleName(words.replace("&", ""))
        field.setAccessibleDescription(description)
        field.setToolTip(plain_text.tip(description))
        form.addRow(label, field)
        if isinstance(field, QLineEdit) and words != self.tr("&Paste an address"):
            field.textChanged.connect(lambda _: self._form_edited())
        elif isinstance(field, QComboBox) and field is not self._saved_connections:
            field.currentIndexChanged.connect(lambda _: self._form_edited())

    def _choose_sslrootcert(self) -> None:
        named, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Certificate authority's file"),
            self._sslrootcert.text(),
            self.tr("Certificates (*.pem *.crt *.cer);;All files (*)"),
        )
        if named:
            self._sslrootcert.setText(named)

    def _show_saved(self, saved: list[SavedConnection]) -> None:
        self._saved_connections.clear()
        self._saved_connections.addItem(self.tr("none"), None)
        for connection in saved:
            self._saved_connections.addItem(connection.name, connection.url)
        for widget in (self._saved_connections, self._saved_label):
            widget.setVisible(bool(saved))

    def _saved_connection_chosen(self) -> None:
        if url := self._saved_connections.currentData():
            self._fill_form(AddressFields.from_url(url))
            self._password.clear()  # the keychain has it

    def enter_address(self, url: str) -> None:
        """As if it had been pasted."""
        self._server.set_checked()
        self._address.setText(url)
        self._read_address(url)

    def _address_edited(self, text: str) -> None:
        """What is pasted is read at once; what is typed, when all of it is there."""
        pasted = len(text) - len(self._address_before) > 1
        self._address_before = text
        if pasted:
            self._read_address(text)

    def _read_address(self, text: str) -> None:
        if not text.strip() or text == self._read:
            return
        self._read = text
        self.error_panel.clear()
        try:
            parts = AddressFields.from_url(text.strip())
        except BadDatabaseUrl as error:
            self.error_panel.show_error(error)
            return
        if parts.password is not None:  # it is in its own field now, hidden
            self._address.setText(parts.url)
            self._read = parts.url
        self._address_before = self._address.text()
        self._fill_form(parts)

    def _fill_form(self, fields: AddressFields) -> None:
        self._host.setText(fields.host)
        self._port.setText(str(fields.port))
        self._database.setText(fields.database)
        self._login.setText(fields.user)
        if fields.password is not None:
            self._password.setText(fields.password)
        usual = fields.sslmode == "verify-full" and not Address(fields.url).is_local
        index = self._sslmode.findData("" if usual else fields.sslmode)
        if index < 0:
            self._sslmode.addItem(self._sslmode_text(fields.sslmode), fields.sslmode)
            index = self._sslmode.count() - 1
        self._sslmode.setCurrentIndex(index)
        self._sslrootcert.setText(fields.sslrootcert)
        self._extra_parameters = fields.extra_parameters
        self._form_edited()

    def _sslmode_text(self, mode: str) -> str:
        return self.tr("Encrypted, server checked") if mode == "verify-full" else mode

    def _address_fields(self) -> AddressFields:
        return AddressFields(
            host=self._host.text().strip(),
            port=int(self._port.text() or DEFAULT_PORT),
            database=self._database.text().strip(),
            user=self._login.text().strip(),
            sslmode=self._sslmode.currentData() or "",
            sslrootcert=self._sslrootcert.text().strip(),
            extra_parameters=self._extra_parameters,
        )

    def _database_choice_changed(self) -> None:
        self._form.setVisible(self._server.is_checked)
        self._form_edited()

    def _form_edited(self) -> None:
        answers = self.answers
        answers.user_id = self._user_id.text().strip()
        answers.email = self._email.text().strip()
        if self._builtin.is_checked:
            answers.database = BUILTIN
            answers.password = None
            answers.create_tables = True
        else:
            fields = self._address_fields()
            answers.database = fields.url if fields.is_complete else ""
            answers.password = self._password.text() or None
            answers.create_tables = self._create_tables.isChecked()
        answers.connection_tested = False
        self.abandon_operation()
        self._show_checks(())
        self.notify_complete_changed()

    # ---- the test -------------------------------------------------------------------------------

    def _test_connection(self, on_passed: Callable[[], None] | None) -> None:
        answers, context = self.answers, self.context
        database, plan, workspace = answers.database, context.plan, context.workspace
        person = Person(answers.user_id or None, answers.email or None)
        named = bool(person.user_id or person.email)
        self._show_checks(())
        keep = self._server.is_checked and self._save_connection.isChecked()
        name, password = self._address_fields().suggested_name, answers.password

        def work(reporter: Reporter) -> list[Check]:
            with open_database(database, workspace, reporter) as engine:
                checks = check_database(database, plan, workspace, reporter)
                if named:
                    with engine.connect() as connection:
                        resolve_user_id(connection, plan, person, reporter)
            if keep:
                add_connection(workspace, name, database, password)
                if password is not None and (notice := workspace.credentials.fallback_notice):
                    reporter.warned(notice)
            return checks

        self._after_test = on_passed
        self._bar.show()
        self.start_operation(work, self._test_finished, self._test_failed, self)
        self._test_button.setEnabled(False)

    def on_question(self, question: Question, answer: Callable[[str | None], None]) -> None:
        answer(self.answers.password if question.topic is Topic.PASSWORD else None)

    def on_warning(self, message: Message) -> None:
        self._note.setText(self.localize(message))
        self._note.show()

    def _test_finished(self, checks: list[Check]) -> None:
        self._hide_progress()
        made = self.answers.create_tables
        bad = [each for each in checks if not each.ok and not (made and each.id is CheckId.TABLE)]
        essential = [check for check in bad if check.id in _REQUIRED_CHECKS]
        self.answers.connection_tested = not essential
        if self._after_test and not essential:
            self._after_test()  # nobody looks at the list any more
            return
        self._show_checks([each for each in checks if each.ok or each in bad])
        if essential:
            words, role = self.tr("This database cannot be used as it is."), "bad"
        elif bad:
            words = self.tr("%Ln point(s) to look at; you can go on.", "", len(bad))
            role = "warning"
        else:
            words, role = self.tr("Everything is in order."), "good"
        self._verdict.setText(words)
        self._verdict.setProperty("role", role)
        self._verdict.style().polish(self._verdict)
        announce(self, words, urgent=bool(essential))
        self._details.set_expanded(bool(bad))
        self.scroll_to(self._verdict)

    def _test_failed(self, error: MigratorError) -> None:
        self._hide_progress()
        self.error_panel.show_error(error)

    def _hide_progress(self) -> None:
        self._bar.hide()
        self._test_button.setEnabled(True)

    def _show_checks(self, checks: list[Check] | tuple[()]) -> None:
        self._bar.hide()
        self._test_button.setEnabled(True)
        if not checks and self._verdict.isHidden():
            return  # as at nearly every letter that is typed
        self._checks.show_checks(checks)
        self._details.setVisible(bool(checks))
        self._verdict.setVisible(bool(checks))


def _make_form() -> QFormLayout:
    form = QFormLayout()
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    form.setHorizontalSpacing(theme.GAP)
    form.setVerticalSpacing(theme.TIGHT)
    return form
