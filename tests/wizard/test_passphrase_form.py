"""The form for a new passphrase: its verdict stands right below the fields."""

from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets.passphrase import NewPassphraseForm


def test_the_verdict_stands_right_below_the_fields(qtbot: QtBot) -> None:
    page, form = QWidget(), NewPassphraseForm("Keep it safe: nobody can open the backup without it")
    column = QVBoxLayout(page)
    column.addWidget(form)
    column.addStretch(1)
    qtbot.addWidget(page)
    page.resize(700, 500)
    page.show()
    form.set_passphrase("correct horse battery", "correct horse battery")
    for _ in range(10):
        QApplication.processEvents()
    [verdict] = (each for each in form.findChildren(QLabel) if "Keep it safe" in each.text())
    below = max(each.geometry().bottom() for each in form.findChildren(QLineEdit))
    assert 0 < verdict.geometry().top() - below <= theme.GAP
    assert verdict.height() < 2 * verdict.fontMetrics().height()
