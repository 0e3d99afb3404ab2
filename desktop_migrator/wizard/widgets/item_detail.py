"""One item before and after, side by side; of one that cannot go, why, and what to do."""

import json
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_migrator.migration.preview.preview_store import Detail
from desktop_migrator.wizard import messages, theme
from desktop_migrator.wizard.widgets import basics

_LONGEST = 100_000
"""Characters that are shown of a text."""
_LINES = 6


class ItemDetail(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._where = basics.text(role="faint")
        self._why = QFrame()
        self._why.setProperty("role", "notice")
        self._reason, self._remedy = basics.text(), basics.text()
        why = QVBoxLayout(self._why)
        why.setSpacing(theme.TIGHT)
        why.addWidget(self._reason)
        why.addWidget(self._remedy)
        self._before, self._after = _box(), _box()
        grid = QGridLayout()
        grid.setSpacing(theme.TIGHT)
        grid.setHorizontalSpacing(theme.GAP)
        for column, (words, box) in enumerate(
            (
                (self.tr("As the b&rowser has it"), self._before),
                (self.tr("As the &database would have it"), self._after),
            )
        ):
            label = QLabel(words)
            label.setWordWrap(True)
            label.setBuddy(box)
            box.setAccessibleName(words.replace("&", ""))
            grid.addWidget(label, 0, column)
            grid.addWidget(box, 1, column)
            grid.setColumnStretch(column, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.TIGHT)
        whole.addWidget(self._where)
        whole.addWidget(self._why)
        whole.addLayout(grid, 1)
        self.clear()

    def clear(self) -> None:
        self._where.setText(self.tr("Choose an item to see it in full."))
        self._why.hide()
        self._before.clear()
        self._after.clear()

    def show_detail(self, detail: Detail) -> None:
        place = f"{detail.key} [{detail.position}]" if detail.position else detail.key
        self._where.setText(f"{detail.browser} · {detail.profile} · {detail.origin} · {place}")
        self._why.setVisible(detail.reason is not None)
        self._reason.setText(messages.said(detail.reason or ""))
        self._remedy.setText(messages.said(detail.remedy or ""))
        self._before.setPlainText(_cut(pretty(detail.before)))
        self._after.setPlainText(_cut(_as_lines(detail.after or {})))


class _Box(QPlainTextEdit):
    def sizeHint(self) -> QSize:
        """No larger than it must be: what room there is, the page shares out."""
        return self.minimumSize()


def _box() -> QPlainTextEdit:
    box = _Box()
    box.setReadOnly(True)
    box.setTabChangesFocus(True)
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(box.font().pointSizeF())
    box.setFont(font)
    box.setMinimumHeight(_LINES * box.fontMetrics().lineSpacing())
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return box


def pretty(text: str) -> str:
    """JSON with a member a line, as exactly as its text; anything else as it is."""
    if len(text) > _LONGEST:
        return text
    try:
        value = json.loads(text, parse_float=_Exact, parse_int=_Exact)
        return _spelled(value, "")
    except (ValueError, RecursionError):
        return text


class _Exact(str):
    """A number, as it is spelled."""

    __slots__ = ()


def _spelled(value: Any, indent: str) -> str:
    deeper = indent + "  "
    if isinstance(value, _Exact):
        return str(value)
    if isinstance(value, dict) and value:
        members = (
            f"{deeper}{json.dumps(name, ensure_ascii=False)}: {_spelled(member, deeper)}"
            for name, member in value.items()
        )
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        members = (deeper + _spelled(member, deeper) for member in value)
        return "[\n" + ",\n".join(members) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _as_lines(row: dict[str, Any]) -> str:
    lines = []
    for name, value in row.items():
        if value is None:
            lines.append(f"{name}: –")
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        text = pretty(text) if text[:1] in "{[" else text
        lines.append(f"{name}: {text}")
    return "\n".join(lines)


def _cut(text: str) -> str:
    """What Qt can show: cut, and halves of surrogate pairs spelled as escapes."""
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} …"
    return text.encode("utf-8", "backslashreplace").decode()
