"""Whose kit the wizard was opened with, where data will go, and how far that is to be believed."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from desktop_migrator.messages import Translator
from desktop_migrator.migration.desk.kits import Kit, SignatureStatus
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics


class KitPanel(QFrame):
    def __init__(self, kit: Kit, translator: Translator, on_accept: Callable[[], None]) -> None:
        super().__init__()
        self._kit = kit
        self._on_accept = on_accept
        column = QVBoxLayout(self)
        column.setSpacing(theme.TIGHT)
        column.addWidget(basics.make_heading(self.tr("A kit by {owner}").format(owner=kit.owner)))
        if kit.message:
            column.addWidget(basics.make_label(kit.message))
        where = (
            self.tr("Your data will go to: {server} ({protection})").format(
                server=translator(Address(kit.database).server),
                protection=translator(Address(kit.database).protection),
            )
            if kit.database
            else self.tr("It does not say where your data will go.")
        )
        column.addWidget(basics.make_label(where))
        if kit.contact:
            column.addWidget(basics.make_label(kit.contact, "faint"))
        if kit.fingerprint:
            key = self.tr("Signed with the key {fingerprint}").format(fingerprint=kit.fingerprint)
            column.addWidget(basics.make_label(key, "faint"))
        self.setProperty("role", "card" if kit.trustworthy else "notice")
        if kit.trustworthy:
            return
        self._warning = basics.make_label(self._warning_text(), "warning")
        self._button = QPushButton(self.tr("I &know and trust them"))
        self._button.setAccessibleDescription(self._warning.text())
        self._button.clicked.connect(self._accepted)
        column.addWidget(self._warning)
        column.addWidget(self._button)

    def _warning_text(self) -> str:
        known_as = self._kit.known_as or ""
        return {
            SignatureStatus.RENAMED: self.tr(
                "You know them as {name}. Ask them by phone whether that is their name now."
            ).format(name=known_as),
            SignatureStatus.NEW: self.tr(
                "You have had nothing from them before. Ask them by phone whether the kit is "
                "theirs and the key is the one above."
            ),
            SignatureStatus.OTHER_KEY: self.tr(
                "Careful: it uses the name of {name}, whom you know by another key. Ask them by "
                "phone before you go on."
            ).format(name=known_as),
        }.get(
            self._kit.signature,
            self.tr("Careful: nobody has signed this kit. Anybody may have made it."),
        )

    def _accepted(self) -> None:
        self._button.hide()
        self._warning.hide()
        self._on_accept()
