"""Whose kit the wizard was opened with, where data will go, and how far that is to be believed."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from desktop_migrator.messages import Translator
from desktop_migrator.migration.desk.kits import Kit, SignatureStatus
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.card import restyle


def technical_lines(kit: Kit, translator: Translator) -> list[str]:
    """What the support desk may ask for: where data goes, and who signed it."""
    translate = QCoreApplication.translate
    lines = []
    if kit.database and kit.database != BUILTIN:
        address = Address(kit.database)
        where = translate("KitPanel", "Your data will go to: {server} ({protection})")
        server, protection = translator(address.server), translator(address.protection)
        lines.append(where.format(server=server, protection=protection))
    if kit.fingerprint:
        signed = translate("KitPanel", "Signed with the key {fingerprint}")
        lines.append(signed.format(fingerprint=kit.fingerprint))
    return lines


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
            self.tr("Your data will go to the database of {owner}.").format(owner=kit.owner)
            if kit.database
            else self.tr("It does not say where your data will go.")
        )
        column.addWidget(basics.make_label(where))
        if kit.contact:
            column.addWidget(basics.make_label(kit.contact, "faint"))
        believed = kit.trustworthy or kit.login is not None  # of which its code will tell
        self.setProperty("role", "card" if believed else "notice")
        if believed:
            return
        self._technical = basics.make_label("\n".join(technical_lines(kit, translator)), "faint")
        column.addWidget(self._technical)
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
        self._technical.hide()
        self.setProperty("role", "card")
        restyle(self)
        self._on_accept()
