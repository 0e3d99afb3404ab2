"""Cards: things to choose from, each with an icon, a name and what there is to know about it.

A card is a radio button or a check box as far as keyboard and screen readers are concerned; the
frame around it is chosen by a click anywhere on it.
"""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics

ICON_SIZE = 32


class Card(QFrame):
    checked_changed = Signal(bool)

    def __init__(
        self,
        title: str,
        lines: tuple[str, ...] = (),
        *,
        icon: QIcon | None = None,
        note: str = "",
        group: QButtonGroup | None = None,
    ) -> None:
        """With a `group` one of its cards is chosen, else any number; `note` is a warning."""
        super().__init__()
        self.setProperty("role", "card")
        self.button: QAbstractButton = QRadioButton(title) if group else QCheckBox(title)
        if group:
            group.addButton(self.button)
        font = self.button.font()
        font.setBold(True)
        self.button.setFont(font)
        self.button.setAccessibleName(title.replace("&", ""))
        self.button.setAccessibleDescription(" ".join((*lines, note)).strip())
        self.button.toggled.connect(self._toggled)
        self.button.installEventFilter(self)
        self.setFocusProxy(self.button)

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.button)
        for line in lines:
            words.addWidget(self._make_line(line, "faint"))
        if note:
            words.addWidget(self._make_line(note, "warning"))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        row.setSpacing(theme.GAP)
        if icon is not None:
            picture = basics.make_caption()
            picture.setPixmap(icon.pixmap(QSize(ICON_SIZE, ICON_SIZE), self.devicePixelRatio()))
            picture.setFixedWidth(ICON_SIZE)
            row.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    @property
    def is_checked(self) -> bool:
        return self.button.isChecked()

    def set_checked(self, checked: bool = True) -> None:
        self.button.setChecked(checked)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.button.setFocus(Qt.FocusReason.MouseFocusReason)
            self.button.click()
        super().mouseReleaseEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self._set_style_property("focused", event.type() is QEvent.Type.FocusIn)
        return super().eventFilter(watched, event)

    def _make_line(self, words: str, role: str) -> QLabel:
        line = basics.make_label(words, role)
        # A click on the words chooses the card as well.
        line.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        return line

    def _toggled(self, chosen: bool) -> None:
        self._set_style_property("chosen", chosen)
        self.checked_changed.emit(chosen)

    def _set_style_property(self, name: str, value: bool) -> None:
        self.setProperty(name, value)
        restyle(self)


def restyle(widget: QWidget) -> None:
    """Have the style sheet look at the widget's properties again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
