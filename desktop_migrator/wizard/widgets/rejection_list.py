"""What could not be moved: each reason once, with how often and what to do about it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_migrator.messages import Message, Translator
from desktop_migrator.model import Rejection
from desktop_migrator.plan.item_titles import item_title
from desktop_migrator.wizard import theme
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout

_MAX_REASONS = 12
"""Shown here; the report has all."""
_MAX_REASON = 100
"""Characters of a reason; the details have all of it, with what those who know the plan can do."""
_MAX_TITLES = 3
"""Items that are named for a reason."""


class RejectionList(QWidget):
    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self._translator = translator
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(theme.TIGHT)
        self.setAccessibleName(self.tr("What could not be moved, and why"))

    def show_rejections(self, rejections: Iterable[Rejection], labels: Mapping[str, str]) -> None:
        """`labels` are what the plan calls its entities."""
        clear_layout(self._lines)
        reasons: Counter[tuple[str, Message, Message]] = Counter()
        titles: dict[tuple[str, Message, Message], list[str]] = {}
        for each in rejections:
            kind = each.entity, each.reason, each.remedy
            reasons[kind] += 1
            title = item_title(each.raw)
            if title and len(titles.setdefault(kind, [])) < _MAX_TITLES:
                profile = each.source.store.profile
                quoted = QLocale().quoteString(title)
                titles[kind].append(f"{quoted} ({profile.browser_name}, {profile.name})")
        self.setVisible(bool(reasons))
        if reasons:
            self._lines.addWidget(basics.make_heading(self.accessibleName()))
        for kind, number in reasons.most_common(_MAX_REASONS):
            entity, reason, _ = kind
            said = self._translator(reason)
            words = self.tr("{entity}, %Ln item(s): {reason}", "", number).format(
                entity=labels.get(entity, entity),
                reason=said if len(said) <= _MAX_REASON else f"{said[: _MAX_REASON - 1]}…",
            )
            self._lines.addWidget(basics.make_label("\n".join([*titles.get(kind, []), words])))
        if reasons:
            self._lines.addWidget(
                basics.make_label(
                    self.tr(
                        "These stay in the browser. Correct them in the app and start this program "
                        "again, or send the support bundle to the support desk: nothing is moved "
                        "twice."
                    ),
                    role="faint",
                )
            )
        if len(reasons) > _MAX_REASONS:
            self._lines.addWidget(
                basics.make_label(self.tr("The report has all of them."), role="faint")
            )
