"""The support bundle, all of which the person sees before it is saved."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator.migration.desk.support_bundle import BundleFile
from desktop_migrator.wizard.widgets import basics


class SupportBundleDialog(QDialog):
    def __init__(self, parent: QWidget, pieces: Sequence[BundleFile]) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Support bundle"))
        self.resize(720, 520)
        text = QPlainTextEdit("\n".join(f"── {piece.name}\n{piece.text}" for piece in pieces))
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setAccessibleName(self.tr("What the bundle holds"))
        text.setAccessibleDescription(self.tr("All of it, as it will be saved"))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(
            basics.make_label(self.tr("This is all of it; none of your data is in it. Save it?"))
        )
        column.addWidget(text, 1)
        column.addWidget(buttons)

    def ask_path(self) -> Path | None:
        """Where to save it; None: not at all."""
        if self.exec() != QDialog.DialogCode.Accepted:
            return None
        name = f"support-{datetime.now().astimezone():%Y%m%d-%H%M}.zip"
        path, _ = QFileDialog.getSaveFileName(self, self.windowTitle(), name, "ZIP (*.zip)")
        return Path(path) if path else None
