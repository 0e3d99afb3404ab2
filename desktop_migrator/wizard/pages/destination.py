"""Whose data it is and where it goes; every check of the connection with its remedy."""

from collections.abc import Callable

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QWidget,
)

from desktop_migrator.errors import BadDatabaseUrl, MigratorError
from desktop_migrator.migration.database.open_database import (
    Person,
    check_database,
    open_database,
    person_id,
)
from desktop_migrator.migration.workspace.connections import (
    BUILTIN,
    SavedConnection,
    add,
    connections,
)
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.verify.connection_checks import Check
from desktop_migrator.reporter import Question, Reporter, Topic
from desktop_migrator.wizard import icons, messages, theme
from desktop_migrator.wizard.address_form import PORT, Parts
from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.checks import CheckList
from desktop_migrator.wizard.worker import Listener

_ESSENTIAL = {"Reached", "Version", "Writable", "Encoding", "Temporary tables", "Bookkeeping"}
"""Checks without which no migration can work; what a table lacks may concern none of the items."""


class DestinationPage(Page, Listener):
    step = Step.DESTINATION

    def build(self) -> None:
        self.introduce(
            self.tr("Where shall it go?"),
            self.tr("Say who you are in the app, and which database is the app's."),
        )
        self._others: tuple[tuple[str, str], ...] = ()
        self._then: Callable[[], None] | None = None
        self._build_person()
        self._build_choice()
        self._build_server()
        self._build_test()
        self.body.addStretch(1)

    def enter(self) -> None:
        answers = self.answers
        user_id, email, database = answers.user_id, answers.email, answers.database
        self._user.setText(user_id)
        self._email.setText(email)
        if database == BUILTIN:
            self._builtin.choose()
        elif database:
            self._fill(Parts.of(database))
        self._kind_changed()
        workspace = self.context.workspace
        self.run(lambda _: connections(workspace), self._show_saved)

    def leave(self) -> bool:
        if self.answers.tested:
            return True
        self._test(then=self.go_on)
        return False

    def isComplete(self) -> bool:
        ready = self._builtin.chosen or self._parts().complete
        return ready and super().isComplete()

    # ---- the form -------------------------------------------------------------------------------

    def _build_person(self) -> None:
        self.body.addWidget(basics.heading(self.tr("Who you are")))
        form = _form()
        lookup = self.context.plan.user is not None
        self._email = QLineEdit()
        self._email.setPlaceholderText("maria@example.com")
        self._user = QLineEdit()
        if lookup:
            self._field(form, self.tr("Your &e-mail address in the app"), self._email)
        self._field(
            form,
            self.tr("or your &id in the app") if lookup else self.tr("Your &id in the app"),
            self._user,
            self.tr("The app shows it in its settings or your profile; the support desk knows it"),
        )
        self.body.addLayout(form)

    def _build_choice(self) -> None:
        self.body.addWidget(basics.heading(self.tr("The database")))
        self._kinds = QButtonGroup(self)
        self._server = Card(
            self.tr("The app's &database"),
            (self.tr("On a server; the app's people gave you an address or a name."),),
            icon=icons.icon("server"),
            group=self._kinds,
        )
        self._builtin = Card(
            self.tr("O&ne on this computer, to try it"),
            (self.tr("Comes with this program; the app itself will not see it."),),
            icon=icons.icon("database"),
            group=self._kinds,
        )
        self._server.choose()
        for card in (self._server, self._builtin):
            card.chosen_changed.connect(lambda _: self._kind_changed())
            self.body.addWidget(card)

    def _build_server(self) -> None:
        self._form = QWidget()
        form = _form()
        form.setContentsMargins(0, 0, 0, 0)
        self._form.setLayout(form)
        self._saved = QComboBox()
        self._field(form, self.tr("Sa&ved connection"), self._saved)
        self._saved.activated.connect(lambda _: self._saved_chosen())
        self._saved_label = form.labelForField(self._saved)
        self._show_saved([])
        self._address = QLineEdit()
        self._address.setPlaceholderText("postgresql://user@host:5432/database")
        self._address.textEdited.connect(self._pasted)
        self._field(
            form,
            self.tr("&Paste an address"),
            self._address,
            self.tr("Fills in the fields below"),
        )
        self._host = QLineEdit()
        self._port = QSpinBox()
        self._port.setRange(1, 65535)
        self._port.setValue(PORT)
        self._port.setGroupSeparatorShown(False)
        self._database = QLineEdit()
        self._login = QLineEdit()
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._field(form, self.tr("&Host"), self._host)
        self._field(form, self.tr("P&ort"), self._port)
        self._field(form, self.tr("D&atabase name"), self._database)
        self._field(form, self.tr("&User"), self._login)
        self._field(
            form,
            self.tr("Pass&word"),
            self._password,
            self.tr("Kept in memory only, unless the connection is remembered"),
        )
        self._tls = QComboBox()
        for words, mode in (
            (self.tr("Encrypted, server checked (recommended)"), ""),
            (self.tr("Encrypted, server not checked"), "require"),
            (self.tr("Without encryption"), "disable"),
        ):
            self._tls.addItem(words, mode)
        self._field(form, self.tr("&Security"), self._tls)
        self._authority = QLineEdit()
        self._field(
            form,
            self.tr("Certificate authority's &file"),
            self._authority,
            self.tr("Only where the server's certificate comes from an authority of its own"),
        )
        choose = QPushButton(self.tr("Choose a certificate …"))
        choose.setAccessibleDescription(self.tr("Finds the authority's file on this computer"))
        choose.clicked.connect(self._choose_authority)
        form.addRow("", choose)
        self._remember = QCheckBox(self.tr("&Remember this connection"))
        self._remember.setAccessibleDescription(
            self.tr("The password goes into this computer's keychain, never into a file")
        )
        form.addRow("", self._remember)
        self._tables = QCheckBox(self.tr("&Make tables that are missing"))
        self._tables.setAccessibleDescription(
            self.tr("Only for a new, empty database: usually the app makes its tables itself")
        )
        self._tables.toggled.connect(lambda _: self._edited())
        form.addRow("", self._tables)
        self.body.addWidget(self._form)

    def _build_test(self) -> None:
        self._button = QPushButton(self.tr("&Test connection"))
        self._button.setAccessibleDescription(
            self.tr("Checks that the database is reached, safe, and lets you in; changes nothing")
        )
        self._button.clicked.connect(lambda: self._test(then=None))
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Testing the connection"))
        self._bar.hide()
        self._verdict = basics.text()
        self.add_row(self._button, stretch=True)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._verdict)
        self._checks = CheckList()
        self._details = self.add_details(self._checks)
        self._details.hide()
        self._verdict.hide()
        self._note = basics.text(role="warning")
        self._note.hide()
        self.body.addWidget(self._note)

    def _field(self, form: QFormLayout, words: str, field: QWidget, description: str = "") -> None:
        label = QLabel(words)
        label.setBuddy(field)
        field.setAccessibleName(words.replace("&", ""))
        field.setAccessibleDescription(description)
        field.setToolTip(description)
        form.addRow(label, field)
        if isinstance(field, QLineEdit) and words != self.tr("&Paste an address"):
            field.textChanged.connect(lambda _: self._edited())
        elif isinstance(field, QSpinBox):
            field.valueChanged.connect(lambda _: self._edited())
        elif isinstance(field, QComboBox) and field is not self._saved:
            field.currentIndexChanged.connect(lambda _: self._edited())

    def _choose_authority(self) -> None:
        named, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Certificate authority's file"),
            self._authority.text(),
            self.tr("Certificates (*.pem *.crt *.cer);;All files (*)"),
        )
        if named:
            self._authority.setText(named)

    def _show_saved(self, saved: list[SavedConnection]) -> None:
        self._saved.clear()
        self._saved.addItem(self.tr("none"), None)
        for connection in saved:
            self._saved.addItem(connection.name, connection.url)
        for widget in (self._saved, self._saved_label):
            widget.setVisible(bool(saved))

    def _saved_chosen(self) -> None:
        if url := self._saved.currentData():
            self._fill(Parts.of(url))
            self._password.clear()  # the keychain has it

    def enter_address(self, url: str) -> None:
        """As if it had been pasted."""
        self._server.choose()
        self._address.setText(url)
        self._pasted(url)

    def _pasted(self, text: str) -> None:
        self.errors.clear()
        if not text.strip():
            return
        try:
            parts = Parts.of(text.strip())
        except BadDatabaseUrl as error:
            self.errors.show_error(error)
            return
        if parts.password is not None:  # it is in its own field now, hidden
            self._address.setText(parts.url)
        self._fill(parts)

    def _fill(self, parts: Parts) -> None:
        self._host.setText(parts.host)
        self._port.setValue(parts.port)
        self._database.setText(parts.database)
        self._login.setText(parts.user)
        if parts.password is not None:
            self._password.setText(parts.password)
        usual = parts.tls == "verify-full" and not Address(parts.url).local
        index = self._tls.findData("" if usual else parts.tls)
        if index < 0:
            self._tls.addItem(self._tls_words(parts.tls), parts.tls)
            index = self._tls.count() - 1
        self._tls.setCurrentIndex(index)
        self._authority.setText(parts.authority)
        self._others = parts.others
        self._edited()

    def _tls_words(self, mode: str) -> str:
        return self.tr("Encrypted, server checked") if mode == "verify-full" else mode

    def _parts(self) -> Parts:
        return Parts(
            host=self._host.text().strip(),
            port=self._port.value(),
            database=self._database.text().strip(),
            user=self._login.text().strip(),
            tls=self._tls.currentData() or "",
            authority=self._authority.text().strip(),
            others=self._others,
        )

    def _kind_changed(self) -> None:
        self._form.setVisible(self._server.chosen)
        self._edited()

    def _edited(self) -> None:
        answers = self.answers
        answers.user_id = self._user.text().strip()
        answers.email = self._email.text().strip()
        if self._builtin.chosen:
            answers.database = BUILTIN
            answers.password = None
            answers.create_tables = True
        else:
            answers.database = self._parts().url
            answers.password = self._password.text() or None
            answers.create_tables = self._tables.isChecked()
        answers.tested = False
        self.drop_work()
        self._show_checks(())
        self.changed()

    # ---- the test -------------------------------------------------------------------------------

    def _test(self, then: Callable[[], None] | None) -> None:
        answers, context = self.answers, self.context
        database, plan, workspace = answers.database, context.plan, context.workspace
        person = Person(answers.user_id or None, answers.email or None)
        named = bool(person.user_id or person.email)
        self._show_checks(())
        keep = self._server.chosen and self._remember.isChecked()
        name, password = self._parts().name, answers.password

        def work(reporter: Reporter) -> list[Check]:
            with open_database(database, workspace, reporter) as engine:
                checks = check_database(database, plan, workspace, reporter)
                if named:
                    with engine.connect() as connection:
                        person_id(connection, plan, person, reporter)
            if keep:
                add(workspace, name, database, password)
                if password is not None and (notice := workspace.credentials.notice):
                    reporter.warned(notice)
            return checks

        self._then = then
        self._bar.show()
        self._button.setEnabled(False)
        self.run(work, self._tested, self._failed, self)

    def asked(self, question: Question, answer: Callable[[str | None], None]) -> None:
        answer(self.answers.password if question.topic is Topic.PASSWORD else None)

    def noted(self, text: str) -> None:
        self._note.setText(messages.said(text))
        self._note.show()

    def _tested(self, checks: list[Check]) -> None:
        self._ended()
        bad = [check for check in checks if not check.ok]
        essential = [check for check in bad if check.name in _ESSENTIAL]
        self.answers.tested = not essential
        if self._then and not essential:
            self._then()  # nobody looks at the list any more
            return
        self._show_checks(checks)
        if essential:
            words, role = self.tr("This database cannot be used as it is."), "bad"
        elif bad:
            words = self.tr("%n point(s) to look at; you can go on.", "", len(bad))
            role = "warning"
        else:
            words, role = self.tr("Everything is in order."), "good"
        self._verdict.setText(words)
        self._verdict.setProperty("role", role)
        self._verdict.style().polish(self._verdict)
        self._details.open(bool(bad))

    def _failed(self, error: MigratorError) -> None:
        self._ended()
        self.errors.show_error(error)

    def _ended(self) -> None:
        self._bar.hide()
        self._button.setEnabled(True)

    def _show_checks(self, checks: list[Check] | tuple[()]) -> None:
        self._bar.hide()
        self._button.setEnabled(True)
        if not checks and self._verdict.isHidden():
            return  # as at nearly every letter that is typed
        self._checks.show_checks(checks)
        self._details.setVisible(bool(checks))
        self._verdict.setVisible(bool(checks))


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    form.setHorizontalSpacing(theme.GAP)
    form.setVerticalSpacing(theme.TIGHT)
    return form
