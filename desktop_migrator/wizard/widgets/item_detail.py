"""One item before and after, side by side; of one that cannot go, why, and what to do."""

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QGridLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop_migrator.messages import NOTHING, Translator
from desktop_migrator.migration.preview.preview_store import PreviewDetail
from desktop_migrator.plan.item_titles import item_title
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics

_MAX_CHARACTERS = 100_000
"""Characters that are shown of a text."""
_VISIBLE_LINES = 6


class ItemDetail(QWidget):
    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self._translator = translator
        self._location = basics.make_label(role="faint")
        self._rejection_box = QFrame()
        self._rejection_box.setProperty("role", "notice")
        self._reason, self._remedy = basics.make_label(), basics.make_label()
        why = QVBoxLayout(self._rejection_box)
        why.setSpacing(theme.TIGHT)
        why.addWidget(self._reason)
        why.addWidget(self._remedy)
        self._before, self._after = _make_text_box(), _make_text_box()
        self._both = QWidget()
        grid = QGridLayout(self._both)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.TIGHT)
        grid.setHorizontalSpacing(theme.GAP)
        for column, (words, box) in enumerate(
            (
                (self.tr("As the b&rowser has it"), self._before),
                (self.tr("As the &database would have it"), self._after),
            )
        ):
            label = basics.make_caption(words)
            label.setWordWrap(True)
            label.setBuddy(box)
            box.setAccessibleName(words.replace("&", ""))
            grid.addWidget(label, 0, column)
            grid.addWidget(box, 1, column)
            grid.setColumnStretch(column, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.TIGHT)
        whole.addWidget(self._location)
        whole.addWidget(self._rejection_box)
        whole.addWidget(self._both, 1)
        self.clear()

    def clear(self) -> None:
        self._location.setText(self.tr("Choose an item to see it in full."))
        self._rejection_box.hide()
        self._show_both(False)
        self._before.clear()
        self._after.clear()

    def _show_both(self, shown: bool) -> None:
        """Empty boxes say nothing; the table has their room until there is something in them."""
        self._both.setVisible(shown)
        height = QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, height)

    def show_detail(self, detail: PreviewDetail, labels: Mapping[str, str]) -> None:
        """`labels` are what people call the columns; the others are the program's own affair."""
        title = item_title(detail.before)
        where = f"{detail.browser}, {detail.profile}"
        self._location.setText(f"{QLocale().quoteString(title)} · {where}" if title else where)
        self._rejection_box.setVisible(detail.reason is not None)
        self._reason.setText(self._translator(detail.reason or NOTHING))
        self._remedy.setText(self._translator(detail.remedy or NOTHING))
        self._show_both(True)
        self._before.setPlainText(_truncate(_item_lines(detail.before)))
        after = {
            labels[name]: cell for name, cell in (detail.after or {}).items() if name in labels
        }
        self._after.setPlainText(_truncate(_row_lines(after)))


def technical_text(detail: PreviewDetail) -> str:
    """Where an item lies, and exactly as what: for the support desk."""
    place = f"{detail.key} [{detail.position}]" if detail.position else detail.key
    row = _row_lines(detail.after) if detail.after else ""
    return _truncate("\n".join([f"{detail.origin}  {place}", pretty_json(detail.before), row]))


class _TextBox(QPlainTextEdit):
    def sizeHint(self) -> QSize:
        """No larger than it must be: what room there is, the page shares out."""
        return self.minimumSize()


def _make_text_box() -> QPlainTextEdit:
    box = _TextBox()
    box.setReadOnly(True)
    box.setTabChangesFocus(True)
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(box.font().pointSizeF())
    box.setFont(font)
    box.setMinimumHeight(_VISIBLE_LINES * box.fontMetrics().lineSpacing())
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return box


def pretty_json(text: str) -> str:
    """JSON with a member a line, as exactly as its text; anything else as it is."""
    if len(text) > _MAX_CHARACTERS:
        return text
    try:
        value = json.loads(text, parse_float=_RawNumber, parse_int=_RawNumber)
        return _dump_json(value, "")
    except (ValueError, RecursionError):
        return text


class _RawNumber(str):
    """A number, as it is spelled."""

    __slots__ = ()


def _dump_json(value: Any, indent: str) -> str:
    deeper = indent + "  "
    if isinstance(value, _RawNumber):
        return str(value)
    if isinstance(value, dict) and value:
        members = (
            f"{deeper}{json.dumps(name, ensure_ascii=False)}: {_dump_json(member, deeper)}"
            for name, member in value.items()
        )
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        members = (deeper + _dump_json(member, deeper) for member in value)
        return "[\n" + ",\n".join(members) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _item_lines(text: str) -> str:
    """An object with a member a line, without the signs of JSON where it has no deeper ones."""
    try:
        value = json.loads(text, parse_float=_RawNumber, parse_int=_RawNumber)
    except (ValueError, RecursionError):
        return text
    if len(text) > _MAX_CHARACTERS or not isinstance(value, dict):
        return pretty_json(text)
    return "\n".join(
        f"{name}: {member if isinstance(member, str) else _dump_json(member, '')}"
        for name, member in value.items()
    )


def _row_lines(row: dict[str, Any]) -> str:
    lines = []
    for name, value in row.items():
        if value is None:
            lines.append(f"{name}: –")
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        text = pretty_json(text) if text[:1] in "{[" else text
        lines.append(f"{name}: {text}")
    return "\n".join(lines)


def _truncate(text: str) -> str:
    """What Qt can show: cut, and halves of surrogate pairs spelled as escapes."""
    if len(text) > _MAX_CHARACTERS:
        text = f"{text[:_MAX_CHARACTERS]} …"
    return text.encode("utf-8", "backslashreplace").decode()
