"""What the program is, whether there is a newer version, and whose work it is made of."""

from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator import __version__
from desktop_migrator.errors import MigratorError, localize_error
from desktop_migrator.migration.program.licences import third_party_licences
from desktop_migrator.migration.program.update_channel import UpdateChannel, makers_channel
from desktop_migrator.migration.program.updates import Announcement, check_for_update
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.worker import Worker

_LOGO_SIZE = QSize(48, 48)
_SIZE = QSize(720, 560)


class AboutDialog(QDialog):
    def __init__(self, parent: QWidget, context: WizardContext) -> None:
        super().__init__(parent)
        self.context = context
        self._worker = Worker()  # the context's may be busy with a migration
        self._page = ""
        self.setWindowTitle(self.tr("About Desktop Migrator"))
        self.resize(_SIZE)
        logo = basics.make_caption()
        logo.setPixmap(parent.windowIcon().pixmap(_LOGO_SIZE, self.devicePixelRatio()))
        words = QVBoxLayout()
        words.addWidget(basics.make_heading(f"Desktop Migrator {__version__}"))
        words.addWidget(basics.make_label(self.tr("Free software under the MIT licence.")))
        head = QHBoxLayout()
        head.setSpacing(theme.GAP)
        head.addWidget(logo)
        head.addLayout(words, 1)

        self._check_button = QPushButton(self.tr("Check for &updates"))
        self._check_button.setAccessibleDescription(
            self.tr("Asks once whether there is a newer version; installs nothing")
        )
        self._check_button.clicked.connect(self._check)
        self._open_button = QPushButton(self.tr("&Open its page"))
        self._open_button.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self._page)))
        self._open_button.hide()
        self._answer = basics.make_label()
        row = QHBoxLayout()
        row.setSpacing(theme.TIGHT)
        row.addWidget(self._check_button)
        row.addWidget(self._open_button)
        row.addWidget(self._answer, 1)

        self._licences = QPlainTextEdit()
        self._licences.setReadOnly(True)
        self._licences.setTabChangesFocus(True)
        self._licences.setAccessibleName(self.tr("The work of others in this program"))
        self._licences.setAccessibleDescription(self.tr("What it is made of, with the licences"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(theme.GAP)
        column.addLayout(head)
        column.addLayout(row)
        column.addWidget(basics.make_heading(self._licences.accessibleName()))
        column.addWidget(self._licences, 1)
        column.addWidget(buttons)
        self._worker.start(
            lambda _: third_party_licences(),
            on_success=self._licences.setPlainText,
            on_failure=self._show_error,
        )

    @property
    def answer(self) -> str:
        """What came of the last check."""
        return self._answer.text()

    def done(self, result: int) -> None:
        self._worker.leave()
        super().done(result)

    def _check(self) -> None:
        self._check_button.setEnabled(False)
        self._open_button.hide()
        self._answer.setText(self.tr("Asking …"))

        def work(_: Reporter) -> Announcement:
            return check_for_update(self._channel())

        self._worker.start(work, on_success=self._show_answer, on_failure=self._show_error)

    def _channel(self) -> UpdateChannel:
        """The kit's, once its desk is accepted, before the makers'."""
        kit = self.context.kit
        if kit and kit.updates and not self.context.answers.kit_not_accepted:
            return kit.updates
        return makers_channel()

    def _show_answer(self, found: Announcement) -> None:
        self._check_button.setEnabled(True)
        if not found.newer:
            self._answer.setText(self.tr("You have the newest version."))
            return
        there = self.tr("Version {version} is there.").format(version=found.version)
        self._answer.setText(f"{there} {found.notes}".strip())
        self._page = found.page
        self._open_button.setAccessibleDescription(found.page)
        self._open_button.show()

    def _show_error(self, error: MigratorError) -> None:
        self._check_button.setEnabled(True)
        told = localize_error(error, self.context.translator)
        self._answer.setText(f"{told.title}. {told.detail} {told.hint} ({error.code})")
