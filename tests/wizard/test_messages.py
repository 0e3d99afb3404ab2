"""What the engine says, in German: whatever it was made of."""

import json

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_migrator.errors import ConnectionFailed, SnapshotFailed
from desktop_migrator.model import Rejection, damage_sentence
from desktop_migrator.postgres.verify.connection_checks import check_connection
from desktop_migrator.wizard import app
from desktop_migrator.wizard.messages import localize, localize_error
from desktop_migrator.wizard.widgets.checks import CheckList
from desktop_migrator.wizard.widgets.rejection_list import RejectionList
from tests.unit.plan.helpers import extracted, record


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


@pytest.mark.usefixtures("german")
def test_a_warning_holds_an_error_and_is_german_throughout() -> None:
    error = ConnectionFailed(server="db.test:5432", reason="the connection was lost")
    told = localize_error(error)
    assert localize(f"{error} Trying again in 1.5 seconds.") == (
        f"{told.title}: {told.detail} Neuer Versuch in 1.5 Sekunden."
    )
    assert "die Verbindung ging verloren" in told.detail


@pytest.mark.usefixtures("german")
def test_an_error_gives_its_reason_in_german() -> None:
    error = SnapshotFailed(path="/home/x", reason="1,200 MB are needed on the disk, 7 MB are free")
    assert (
        "auf der Festplatte werden 1,200 MB gebraucht, 7 MB sind frei"
        in localize_error(error).detail
    )


@pytest.mark.usefixtures("german")
def test_what_was_lost_is_told_with_its_place_as_it_is() -> None:
    text = damage_sentence("/a b/{0}/000003.ldb", "A record holds text in no known encoding.", None)
    assert localize(text) == (
        "/a b/{0}/000003.ldb: Ein Datensatz enthält Text in keiner bekannten Kodierung. "
        "Eine unbekannte Zahl von Datensätzen ist verloren."
    )


def test_in_english_a_sentence_stays_but_for_the_command_lines_options(qapp: QApplication) -> None:
    translators = app.install_translators(qapp, "en")
    try:
        for text in ("title is missing.", "Any other text: 50 % {done}", ""):
            assert localize(text) == text
        assert "--" not in localize(
            "Use --create-tables to have it made, or name another in the plan."
        )
    finally:
        for translator in translators:
            qapp.removeTranslator(translator)


@pytest.mark.usefixtures("german")
def test_each_reason_is_told_once_with_how_often(qtbot: QtBot) -> None:
    tasks = [{"id": str(number), "title": "x" * 300} for number in range(3)] + [{"id": "4"}]
    outcomes = extracted([record("tasks", json.dumps(tasks))])
    rejections = [each for each in outcomes if isinstance(each, Rejection)]
    assert len(rejections) == 4
    widget = RejectionList()
    qtbot.addWidget(widget)
    widget.show_rejections(rejections)
    heading, most, remedy, *_ = texts(widget)
    assert heading == "Was nicht übertragen werden konnte, und warum"
    longer = "Das Feld title ist länger als die 255 Zeichen, die die Spalte aufnimmt."
    assert most == f"tasks, 3 Einträge: {longer}"
    assert remedy == "Kürzen Sie es in der App, oder lassen Sie die Spalte vergrößern."
    assert "tasks, 1 Eintrag: Das Feld title fehlt." in texts(widget)


@pytest.mark.usefixtures("german")
def test_what_was_checked_at_a_database_is_german_but_for_names(
    qtbot: QtBot, database: str
) -> None:
    widget = CheckList()
    qtbot.addWidget(widget)
    checks = check_connection(database, ["nowhere"])
    widget.show_checks(checks)
    told_all = "\n".join(texts(widget))
    assert "fehlt\nKreuzen Sie „Fehlende Tabellen anlegen“ an" in told_all
    assert "keine, und auf diesem Computer auch nicht nötig" in told_all
    english = {check.detail for check in checks if check.name not in {"Reached", "Encoding"}}
    version = {each for each in english if each.startswith("PostgreSQL ")}
    assert not (english - version) & set(texts(widget))
