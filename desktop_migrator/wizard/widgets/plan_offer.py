"""For a web site that no plan knows: the offer to draft one, and what it found."""

from collections.abc import Sequence

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics


class PlanOffer(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._text = basics.make_label()
        self.button = QPushButton(self.tr("S&uggest how to move it"))
        self.button.setAccessibleDescription(
            self.tr("Reads the data of this web site and says what was found")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        column.addWidget(self._text)
        column.addWidget(self.button)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def offer(self) -> None:
        self._text.setText(
            self.tr(
                "This program does not know the app of this web site. It can look at the data"
                " and suggest how to move it."
            )
        )
        self.button.show()
        self.show()

    def show_found(self, lines: Sequence[str]) -> None:
        """What the drafted plan moves."""
        found = "\n".join(f"•\u00a0{line}" for line in lines)
        self._text.setText(self.tr("This was found and can be moved:") + f"\n{found}")
        self.button.hide()
        self.show()
