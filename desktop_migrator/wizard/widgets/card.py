"""Cards: things to choose from, each with an icon, a name and what there is to know about it.

A card is a radio button or a check box as far as keyboard and screen readers are concerned; the
frame around it is chosen by a click anywhere on it.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
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

from desktop_migrator.wizard import accessible_roles, icons, theme
from desktop_migrator.wizard.widgets import basics

_ICON_SIZE = 32
_RING = 2
"""Pixels, of the ring that shows where the focus is; the frame's own colour says what is chosen."""


class Card(QFrame):
    checked_changed = Signal(bool)

    def __init__(
        self,
        title: str,
        lines: tuple[str, ...] = (),
        *,
        icon: str | QIcon | None = None,
        note: str = "",
        group: QButtonGroup | None = None,
    ) -> None:
        """With a `group` one of its cards is chosen, else any number; `note` is a warning.

        `icon` is one of icons.py's by its name, or a picture that is not ours.
        """
        super().__init__()
        self.setProperty("role", "card")
        self.button: QAbstractButton = QRadioButton(title) if group else QCheckBox(title)
        if group:
            group.addButton(self.button)
        font = self.button.font()
        font.setBold(True)
        self.button.setFont(font)
        self.button.setAccessibleName(title.replace("&", ""))
        self._lines: list[QLabel] = []
        self.button.toggled.connect(self._toggled)
        self.button.installEventFilter(self)
        self.setFocusProxy(self.button)

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.button)
        self._words = words
        self._say([(line, "faint") for line in lines] + ([(note, "warning")] if note else []))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        row.setSpacing(theme.GAP)
        self._icon = icon
        self._picture = basics.make_caption()
        if icon is not None:
            row.addWidget(self._picture, alignment=Qt.AlignmentFlag.AlignTop)
            self._draw_icon()
        row.addLayout(words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    @property
    def is_checked(self) -> bool:
        return self.button.isChecked()

    def set_checked(self, checked: bool = True) -> None:
        self.button.setChecked(checked)

    def set_lines(self, *lines: str) -> None:
        """Other words below the name."""
        for label in self._lines:
            label.hide()
            label.deleteLater()
        self._lines = []
        self._say([(line, "faint") for line in lines])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._draw_icon()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.button.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), _RING))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), 5, 5)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.pos()):
            self.button.setFocus(Qt.FocusReason.MouseFocusReason)
            self.button.click()
        super().mouseReleaseEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            self.update()
        return super().eventFilter(watched, event)

    def _say(self, lines: Sequence[tuple[str, str]]) -> None:
        """Words with their roles, which a screen reader says with the button, and once."""
        for words, role in lines:
            line = accessible_roles.Silent()
            basics.dress(line, words, role)
            # A click on the words chooses the card as well.
            line.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            self._words.addWidget(line)
            self._lines.append(line)
        self.button.setAccessibleDescription(" ".join(words for words, _ in lines).strip())

    def _draw_icon(self) -> None:
        if self._icon is not None:
            side = theme.scaled(_ICON_SIZE)
            icon = icons.icon(self._icon) if isinstance(self._icon, str) else self._icon
            pixmap = icon.pixmap(QSize(side, side), self.devicePixelRatio())
            self._picture.setPixmap(pixmap)
            self._picture.setFixedWidth(side)

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
