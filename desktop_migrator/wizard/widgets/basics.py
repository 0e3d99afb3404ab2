"""Labels as all pages use them: plain text.

Qt takes what looks like HTML for HTML, so that a value that a browser held could show a picture
of its own choosing, or open a file. All labels are made here, all dialogs in `prompts`,
tips with `plain_text`.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_migrator.wizard import accessible_roles, theme


def make_label(text: str = "", role: str = "", parent: QWidget | None = None) -> QLabel:
    """Plain text that wraps and can be marked for copying; `role` colours it, see wizard.qss."""
    label = QLabel(parent)
    dress(label, text, role)
    return label


def dress(label: QLabel, text: str, role: str = "") -> None:
    """Have it look and behave as all labels do."""
    label.setText(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if role:
        label.setProperty("role", role)


def make_caption(text: str = "", buddy: QWidget | None = None) -> QLabel:
    """Plain text in one line, the name of a field where there is a `buddy`."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if buddy is not None:
        label.setBuddy(buddy)
    return label


def make_heading(text: str = "", *, scale: float = 1.1) -> QLabel:
    """The name of a page or of a part of it, which screen readers can jump to."""
    heading = accessible_roles.Heading()
    dress(heading, text)
    return theme.enlarge(heading, scale, bold=True)


def clear_layout(layout: QLayout) -> None:
    """Take all widgets out, for good; at once out of sight, since Qt deletes them later."""
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()


def make_group(name: str, *widgets: QWidget) -> QWidget:
    """Widgets below each other that are one thing to a screen reader, with a name of its own."""
    group = accessible_roles.Group()
    group.setAccessibleName(name.replace("&", ""))
    column = QVBoxLayout(group)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.TIGHT)
    for widget in widgets:
        column.addWidget(widget)
    return group
