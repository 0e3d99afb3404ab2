"""What screen readers are told things are, where Qt's widgets have no word for it."""

from typing import Any

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QLabel, QWidget


class Heading(QLabel):
    """The name of a page or of a part of it, to which screen readers can jump."""


class Group(QWidget):
    """Things that belong together; its accessible name says as what."""


class Silent(QLabel):
    """Words that a screen reader says with another control already."""


_ROLES: dict[type[QWidget], QAccessible.Role] = {
    Heading: QAccessible.Role.Heading,
    Group: QAccessible.Role.Grouping,
    Silent: QAccessible.Role.StaticText,
}


class _WithRole(QAccessibleWidget):
    def text(self, kind: QAccessible.Text) -> str:
        widget = self.object()
        if kind is not QAccessible.Text.Name or not isinstance(widget, QWidget):
            return super().text(kind)
        said = widget.text() if isinstance(widget, Heading) else ""
        return widget.accessibleName() or said

    def state(self) -> QAccessible.State:
        state = super().state()
        if isinstance(self.object(), Silent):
            state.invisible = True
        return state


def _make_interface(_: str, thing: Any) -> QAccessibleInterface | None:
    role = _ROLES.get(type(thing))
    return None if role is None else _WithRole(thing, role)


def install() -> None:
    """Once, before the first widget is made."""
    QAccessible.installFactory(_make_interface)
