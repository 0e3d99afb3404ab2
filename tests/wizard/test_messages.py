"""What the engine says, in German, where the wizard shows it."""

import json

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_migrator.errors import ConnectionFailed, SnapshotFailed, localize_error
from desktop_migrator.messages import Message
from desktop_migrator.model import Rejection, damage_message
from desktop_migrator.postgres.verify.checks import CheckId
from desktop_migrator.postgres.verify.connection_checks import check_connection
from desktop_migrator.reporter import Stage
from desktop_migrator.wizard import app
from desktop_migrator.wizard.messages import make_translator, stage_name
from desktop_migrator.wizard.widgets.checks import CheckList
from desktop_migrator.wizard.widgets.rejection_list import RejectionList
from tests.unit.plan.helpers import extracted, record


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


@pytest.mark.usefixtures("german")
def test_a_warning_holds_an_error_and_is_german_throughout() -> None:
    translator = make_translator()
    error = ConnectionFailed(server="db.test:5432", reason=Message("the connection was lost"))
    told = localize_error(error, translator)
    warning = Message(
        "{error} Trying again in {pause:.1f} seconds.", error=error.message, pause=1.5
    )
    assert translator(warning) == f"{told} Neuer Versuch in 1,5 Sekunden."
    assert "die Verbindung ging verloren" in told.detail
    assert told.hint == "Prüfen Sie Servername, Port und Netzwerk; der Verbindungstest zeigt mehr."


@pytest.mark.usefixtures("german")
def test_an_error_gives_its_reason_in_german() -> None:
    reason = Message("{needed} MB are needed on the disk, {free} MB are free", needed=1200, free=7)
    told = localize_error(SnapshotFailed(path="/home/x", reason=reason), make_translator())
    assert "auf der Festplatte werden 1200 MB gebraucht, 7 MB sind frei" in told.detail


@pytest.mark.usefixtures("german")
def test_what_was_lost_is_told_with_its_place_as_it_is() -> None:
    what = Message("A record holds text in no known encoding.")
    assert make_translator()(damage_message("/a b/{0}/000003.ldb", what, None)) == (
        "/a b/{0}/000003.ldb: Ein Datensatz enthält Text in keiner bekannten Kodierung. "
        "Eine unbekannte Zahl von Datensätzen ist verloren."
    )


def test_in_english_a_sentence_stays_but_for_the_command_lines_options(qapp: QApplication) -> None:
    translators = app.install_translators(qapp, "en")
    try:
        translator = make_translator()
        for text in ("title is missing.", "Any other text: 50 % {done}", ""):
            assert translator(Message(text)) == text
        assert "--" not in translator(
            Message("Use --create-tables to have it made, or name another in the plan.")
        )
    finally:
        for each in translators:
            qapp.removeTranslator(each)


@pytest.mark.usefixtures("german")
def test_each_reason_is_told_once_with_how_often(qtbot: QtBot) -> None:
    tasks = [{"id": str(number), "title": "x" * 300} for number in range(3)] + [{"id": "4"}]
    outcomes = extracted([record("tasks", json.dumps(tasks))])
    rejections = [each for each in outcomes if isinstance(each, Rejection)]
    assert len(rejections) == 4
    widget = RejectionList(make_translator())
    qtbot.addWidget(widget)
    widget.show_rejections(rejections, {})
    heading, most, *_ = texts(widget)
    assert heading == "Was nicht übertragen werden konnte, und warum"
    named = [f"„{'x' * 39}…“ (Chrome, Default)"] * 3
    longer = "Das Feld title ist länger als die 255 Zeichen, die die Spalte aufnimmt."
    assert most.splitlines()[:-1] == named
    assert most.endswith(longer)
    assert any(words.endswith("Das Feld title fehlt.") for words in texts(widget))


@pytest.mark.usefixtures("german")
def test_what_was_checked_at_a_database_is_german_but_for_names(
    qtbot: QtBot, database: str
) -> None:
    widget = CheckList(make_translator())
    qtbot.addWidget(widget)
    checks = check_connection(database, ["nowhere"])
    widget.show_checks(checks)
    told_all = "\n".join(texts(widget))
    assert "fehlt\nKreuzen Sie „Fehlende Tabellen anlegen“ an" in told_all
    assert "keine, und auf diesem Computer auch nicht nötig" in told_all
    assert {"Erreichbar", "Tabelle nowhere", "Zeitzone"} <= set(texts(widget))
    same = {CheckId.ENCODING, CheckId.VERSION}
    english = {str(check.detail) for check in checks if check.id not in same}
    assert not english & set(texts(widget))


@pytest.mark.usefixtures("german")
def test_every_stage_that_the_wizard_goes_through_has_a_name() -> None:
    shown = set(Stage) - {Stage.PREVIEW, Stage.CLEAR}
    assert all(stage_name(stage) != stage.value for stage in shown)
