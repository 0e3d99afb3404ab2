"""What can be wrong with a database, as the page says it, and what is remembered of one."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_migrator.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    TlsFailed,
    localize_error,
)
from desktop_migrator.migration.workspace.connections import list_connections
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.wizard.messages import make_translator
from desktop_migrator.wizard.pages.destination import DestinationPage
from desktop_migrator.wizard.widgets.checks import CheckList
from tests.integration.postgres.test_connect import PASSWORD as TLS_PASSWORD
from tests.integration.postgres.test_connect import free_port
from tests.integration.postgres.test_tls import (
    HOST,
    TlsServer,
    tls,  # noqa: F401 - a fixture
)
from tests.integration.test_lock import pgbouncer
from tests.wizard.app_server import PASSWORD, AppServer
from tests.wizard.pages import Opened, named, open_page


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Opened:
    return open_page(qtbot, DestinationPage, tmp_path / "data", load_plan(None))


@pytest.fixture
def page(opened: Opened) -> DestinationPage:
    assert isinstance(opened.page, DestinationPage)
    opened.page.on_enter()
    return opened.page


def test_connection(page: DestinationPage, qtbot: QtBot) -> None:
    named(page, QPushButton, "Test connection").click()
    qtbot.waitUntil(lambda: page.operation is None)


test_connection.__test__ = False  # type: ignore[attr-defined]


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_a_wrong_password_is_told_and_the_right_one_may_follow(
    page: DestinationPage, app_server: AppServer, qtbot: QtBot
) -> None:
    page.enter_address(app_server.url)
    password = named(page, QLineEdit, "Password")
    password.setText("not the one")
    test_connection(page, qtbot)
    assert isinstance(page.error_panel.error, AuthenticationFailed)
    assert not page.answers.connection_tested
    assert "not the one" not in page.error_panel.support_text()
    password.setText(PASSWORD)
    test_connection(page, qtbot)
    assert page.error_panel.error is None
    assert page.answers.connection_tested
    assert "Everything is in order." in texts(page)


def test_a_password_that_nobody_typed_is_asked_for_in_words(
    page: DestinationPage, app_server: AppServer, qtbot: QtBot
) -> None:
    page.enter_address(app_server.url)
    test_connection(page, qtbot)
    assert isinstance(page.error_panel.error, AuthenticationFailed)


def test_a_server_that_is_not_there_is_told_with_a_remedy(
    page: DestinationPage, qtbot: QtBot
) -> None:
    page.enter_address(f"postgresql://ada@127.0.0.1:{free_port()}/app")
    test_connection(page, qtbot)
    assert isinstance(page.error_panel.error, ConnectionFailed)
    told = localize_error(page.error_panel.error, make_translator())
    assert told.hint
    assert told.hint in texts(page)


def test_a_server_without_encryption_is_refused_where_it_is_asked_for(
    page: DestinationPage, app_server: AppServer, qtbot: QtBot
) -> None:
    page.enter_address(app_server.url.replace("sslmode=disable", "sslmode=verify-full"))
    named(page, QLineEdit, "Password").setText(PASSWORD)
    test_connection(page, qtbot)
    assert isinstance(page.error_panel.error, TlsFailed)
    assert not page.answers.connection_tested
    security = named(page, QComboBox, "Security")
    security.setCurrentIndex(security.findData("disable"))
    test_connection(page, qtbot)
    assert page.answers.connection_tested


@pytest.mark.needs("postgresql-15")
def test_a_certificate_that_nobody_vouches_for_is_refused_until_its_authority_is_named(
    page: DestinationPage,
    tls: TlsServer,  # noqa: F811
    qtbot: QtBot,
) -> None:
    tls.show("right")
    page.enter_address(f"postgresql://ada@{HOST}:{tls.port}/postgres?sslmode=verify-full")
    named(page, QLineEdit, "Password").setText(TLS_PASSWORD)
    test_connection(page, qtbot)
    assert isinstance(page.error_panel.error, TlsFailed)
    named(page, QLineEdit, "Certificate authority's file").setText(str(tls.files["ours"]))
    test_connection(page, qtbot)
    assert page.error_panel.error is None
    assert "certificate verified" in texts(page.findChild(CheckList) or page)


@pytest.mark.needs("pgbouncer")
def test_a_pooler_by_which_no_lock_would_hold_is_told_before_anything_is_tried(
    page: DestinationPage, database: str, server_folder: Path, qtbot: QtBot
) -> None:
    folder = server_folder / "pooler-wizard"
    folder.mkdir()
    with pgbouncer(database, folder, "transaction") as address:
        page.enter_address(address)
        test_connection(page, qtbot)
    assert "This database cannot be used as it is." in texts(page)
    assert "works by transactions" in texts(page)
    assert not page.answers.connection_tested


def test_every_right_that_is_missing_is_listed_with_what_grants_it(
    page: DestinationPage, app_server: AppServer, qtbot: QtBot
) -> None:
    app_server.sql(f"CREATE ROLE bob LOGIN PASSWORD '{PASSWORD}'")
    app_server.admit("host app bob 127.0.0.1/32 scram-sha-256")
    page.enter_address(app_server.url.replace("ada@", "bob@"))
    named(page, QLineEdit, "Password").setText(PASSWORD)
    test_connection(page, qtbot)
    assert "This database cannot be used as it is." in texts(page)
    assert not page.answers.connection_tested
    remedies = [
        line
        for line in texts(page.findChild(CheckList) or page).splitlines()
        if line.startswith(("GRANT ", "CREATE SCHEMA "))
    ]
    assert len(remedies) >= 3
    for remedy in remedies:
        app_server.sql(remedy)
    test_connection(page, qtbot)
    assert page.answers.connection_tested


def test_a_connection_is_remembered_without_its_password(
    opened: Opened, page: DestinationPage, app_server: AppServer, qtbot: QtBot
) -> None:
    page.enter_address(app_server.url)
    named(page, QLineEdit, "Password").setText(PASSWORD)
    named(page, QCheckBox, "Remember this connection").setChecked(True)
    test_connection(page, qtbot)
    [saved] = list_connections(opened.context.workspace)
    root = opened.context.workspace.root
    assert not [
        path
        for path in root.rglob("*")
        if path.is_file() and PASSWORD.encode() in path.read_bytes()
    ]

    again = open_page(qtbot, DestinationPage, root, load_plan(None)).page
    assert isinstance(again, DestinationPage)
    again.on_enter()
    qtbot.waitUntil(lambda: again.operation is None)
    choice = named(again, QComboBox, "Saved connection")
    assert choice.isVisible()
    index = choice.findText(saved.name)
    choice.setCurrentIndex(index)
    choice.activated.emit(index)
    assert again.answers.database == app_server.url
    assert again.answers.password is None
