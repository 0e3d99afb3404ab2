"""An error in the page itself: in words, with code and hint, and ready to be read to the desk."""

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from desktop_migrator import __version__
from desktop_migrator.errors import MigratorError, localize_error
from desktop_migrator.messages import Translator
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.announcements import announce
from desktop_migrator.wizard.flow import WizardStep
from desktop_migrator.wizard.widgets import basics


class ErrorPanel(QFrame):
    def __init__(self, step: WizardStep, translator: Translator) -> None:
        super().__init__()
        self._step = step
        self._translator = translator
        self._error: MigratorError | None = None
        self.setProperty("role", "error")
        self._title = basics.make_heading()
        self._title.setProperty("role", "bad")
        self._detail = basics.make_label()
        self._hint = basics.make_label()
        self._code = basics.make_label(role="faint")
        self._copy_button = QPushButton(self.tr("Cop&y for support"))
        self._copy_button.setAccessibleDescription(
            self.tr("Copies the code and what happened, without any of your data")
        )
        self._copy_button.clicked.connect(self.copy_for_support)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(theme.TIGHT)
        self._actions.addWidget(self._code, 1)
        self._actions.addWidget(self._copy_button)
        column = QVBoxLayout(self)
        column.setSpacing(theme.TIGHT)
        for label in (self._title, self._detail, self._hint):
            column.addWidget(label)
        column.addLayout(self._actions)
        self._action_buttons: list[QPushButton] = []
        self.hide()

    @property
    def error(self) -> MigratorError | None:
        return self._error

    def show_error(self, error: MigratorError, *actions: tuple[str, Callable[[], object]]) -> None:
        """Show it, with a button for each action."""
        self._error = error
        told = localize_error(error, self._translator)
        for label, words in (
            (self._title, told.title),
            (self._detail, told.detail),
            (self._hint, told.hint),
        ):
            label.setText(words)
            label.setVisible(bool(words))
        self._code.setText(
            self.tr("Code {code}, step {step}").format(code=error.code, step=self._step.code)
        )
        self.setAccessibleName(told.title)
        self.setAccessibleDescription(f"{told.detail} {told.hint}")
        self._set_actions(actions)
        self._copy_button.setText(self.tr("Cop&y for support"))
        self.show()
        announce(self, f"{told.title}. {told.detail} {told.hint}", urgent=True)

    def clear(self) -> None:
        self._error = None
        self.hide()

    def support_text(self) -> str:
        """What 'Copy for support' copies: always in English, as the desk's scripts know it."""
        if self._error is None:
            return ""
        return "\n".join(
            (
                f"Desktop Migrator {__version__}",
                f"Step: {self._step.code} {self._step.name.lower()}",
                f"Code: {self._error.code}",
                str(self._error),
            )
        )

    def _set_actions(self, actions: tuple[tuple[str, Callable[[], object]], ...]) -> None:
        for button in self._action_buttons:
            self._actions.removeWidget(button)
            button.deleteLater()
        self._action_buttons = []
        for words, call in actions:
            button = QPushButton(words)
            button.setAccessibleName(words.replace("&", ""))
            button.clicked.connect(lambda _=False, call=call: call())
            self._actions.addWidget(button)
            self._action_buttons.append(button)

    def copy_for_support(self) -> None:
        QGuiApplication.clipboard().setText(self.support_text())
        self._copy_button.setText(self.tr("Copied"))
