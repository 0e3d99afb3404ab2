"""Labels as all pages use them: plain text.

Qt takes what looks like HTML for HTML, so that a value that a browser held could show a picture
of its own choosing, or open a file. All labels are made here, all dialogs in `prompts`,
tips with `plain_text`.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLayout, QSizePolicy, QWidget

from desktop_migrator.wizard import theme


def make_label(text: str = "", role: str = "", parent: QWidget | None = None) -> QLabel:
    """Plain text that wraps and can be marked for copying; `role` colours it, see wizard.qss."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if role:
        label.setProperty("role", role)
    return label


def make_caption(text: str = "", buddy: QWidget | None = None) -> QLabel:
    """Plain text in one line, the name of a field where there is a `buddy`."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if buddy is not None:
        label.setBuddy(buddy)
    return label


def make_heading(text: str = "", parent: QWidget | None = None) -> QLabel:
    """The name of a part of a page."""
    return theme.enlarge(make_label(text, parent=parent), 1.1, bold=True)


def clear_layout(layout: QLayout) -> None:
    """Take all widgets out, for good; at once out of sight, since Qt deletes them later."""
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
