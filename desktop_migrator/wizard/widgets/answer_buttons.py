"""The buttons that answer a conflict: one side, the other, or both."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop_migrator.model import Resolution
from desktop_migrator.wizard import plain_text, theme


class AnswerButtons(QWidget):
    answered = Signal(Resolution)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        self.buttons: dict[Resolution, QPushButton] = {}
        for answer in Resolution:
            button = self.buttons[answer] = QPushButton()
            button.clicked.connect(partial(self._clicked, answer))
            row.addWidget(button)
        row.addStretch(1)
        self.show_versions(None)

    def _clicked(self, answer: Resolution, *_: object) -> None:
        self.answered.emit(answer)

    def show_versions(self, names: tuple[str, str] | None) -> None:
        """Answers for two versions with these names; None: for a row and an item."""
        labels = self._version_labels(*names) if names else self._row_labels()
        for answer, (words, meaning) in labels.items():
            button = self.buttons[answer]
            button.setText(words)
            button.setAccessibleDescription(meaning)
            button.setToolTip(plain_text.tip(meaning))

    def _row_labels(self) -> dict[Resolution, tuple[str, str]]:
        """What each button says and means."""
        return {
            Resolution.KEEP: (
                self.tr("&Keep the database's"),
                self.tr("The database stays as it is"),
            ),
            Resolution.REPLACE: (
                self.tr("&Take the browser's"),
                self.tr("The browser's version counts"),
            ),
            Resolution.MERGE: (
                self.tr("&Merge both"),
                self.tr("Empty fields are filled, lists united; the database's values stay"),
            ),
        }

    def _version_labels(self, first: str, second: str) -> dict[Resolution, tuple[str, str]]:
        first, second = plain_text.shortened_name(first), plain_text.shortened_name(second)
        counts = self.tr("The version of {name} counts")
        return {
            Resolution.KEEP: (
                self.tr("Take &left: {name}").format(name=first.replace("&", "&&")),
                counts.format(name=first),
            ),
            Resolution.REPLACE: (
                self.tr("Take &right: {name}").format(name=second.replace("&", "&&")),
                counts.format(name=second),
            ),
            Resolution.MERGE: (
                self.tr("&Merge"),
                self.tr("Empty fields are filled, lists united; the values of {name} stay").format(
                    name=first
                ),
            ),
        }
