"""Which web site is the app's: cards for those whose data the plan knows, a list for the others.

Only one that fits alone is chosen by itself. Where several fit, or none, the person is asked.
"""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_migrator.migration.sources.matching_sites import App, SiteMatch
from desktop_migrator.plan.schema import Plan
from desktop_migrator.wizard import i18n, theme
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout
from desktop_migrator.wizard.widgets.card import Card

_MAX_CARDS = 8
"""Web sites that fit and have a card; more stand in the list."""
_VISIBLE_ROWS = 6


class SiteChoice(QWidget):
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._apps: Sequence[App] = ()
        self._labels: Mapping[str, str] = {}
        self._chosen: App | None = None
        self._cards: list[tuple[App | None, Card]] = []
        self._group = QButtonGroup(self)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        self._heading = basics.make_heading()
        column.addWidget(self._heading)
        self._card_group = basics.make_group(self.tr("Web site of the app"))
        column.addWidget(self._card_group)
        self._others: _OtherSites | None = None
        """Made when somebody asks for it: it is not cheap, and few do."""
        self.confirm_box = QCheckBox(self.tr("It is &this web site all the same"))
        self.confirm_box.setAccessibleDescription(
            self.tr("All that the web site keeps in the browser would be moved")
        )
        self.confirm_box.toggled.connect(lambda _: self.changed.emit())
        column.addWidget(self.confirm_box)

    @property
    def chosen(self) -> App | None:
        return self._chosen

    @property
    def cards(self) -> list[Card]:
        """Those that fit, and the one for all others."""
        return [card for _, card in self._cards]

    def show_apps(
        self, apps: Sequence[App], before: Sequence[str], say: Callable[[SiteMatch], str]
    ) -> None:
        """The likeliest first; `before` was chosen earlier, `say` tells what an app has."""
        if self._others:
            self._others.hide()
            with QSignalBlocker(self._others):
                self._others.show_apps([], {})
        self._apps = apps
        names = i18n.site_labels([app.origins[0] for app in apps])
        self._labels = names
        for card in self.cards:
            self._group.removeButton(card.button)
        self._cards = []
        layout = self._card_group.layout()
        assert layout is not None  # noqa: S101 - make_group gives one
        clear_layout(layout)
        fitting = [app for app in apps if app.match.total_items][:_MAX_CARDS]
        for app in fitting:
            card = Card(names[app.origins[0]], (say(app.match),), group=self._group)
            self._add_card(app, card)
        if len(apps) > len(fitting):
            self._add_card(None, Card(self.tr("&Another web site …"), group=self._group))
        chosen = next((app for app in apps if before and app.origins == tuple(before)), None)
        alone = fitting[0] if len(fitting) == 1 else None
        self._say_heading(len(fitting))
        self._choose(chosen or alone)

    def choose(self, origin: str) -> None:
        """As if the person had."""
        self._choose(next(app for app in self._apps if origin in app.origins))

    def _say_heading(self, fitting: int) -> None:
        self._heading.setText(
            self.tr("Which web site is the app's?")
            if fitting != 1
            else self.tr("Web site of the app")
        )

    def _add_card(self, app: App | None, card: Card) -> None:
        card.checked_changed.connect(lambda on, app=app: self._card_chosen(app) if on else None)
        self._cards.append((app, card))
        layout = self._card_group.layout()
        assert layout is not None  # noqa: S101 - make_group gives one
        layout.addWidget(card)

    def _choose(self, app: App | None) -> None:
        on_card = next((card for each, card in self._cards if each is app), None)
        other = next((card for each, card in self._cards if each is None), None)
        if app is None:
            self._show_others(shown=False)
            self._set_chosen(None)
        elif on_card:
            on_card.set_checked()
        elif other:
            other.set_checked()
            self._list_others(app)

    def _card_chosen(self, app: App | None) -> None:
        self._show_others(shown=app is None)
        self._set_chosen(app or (self._others.chosen if self._others else None))

    def _show_others(self, *, shown: bool) -> None:
        if shown and (self._others is None or self._others.is_empty):
            self._list_others()
        if self._others:
            self._others.setVisible(shown)

    def _list_others(self, chosen: App | None = None) -> None:
        if self._others is None:
            self._others = others = _OtherSites()
            others.changed.connect(lambda: self._set_chosen(others.chosen))
            self._column.insertWidget(self._column.indexOf(self.confirm_box), others)
        carded = [app for app, _ in self._cards if app]
        rest = [app for app in self._apps if app not in carded]
        self._others.show_apps(rest, self._labels, chosen)

    def _set_chosen(self, app: App | None) -> None:
        with QSignalBlocker(self.confirm_box):
            if app is not self._chosen:
                self.confirm_box.setChecked(False)
        self._chosen = app
        self.confirm_box.setVisible(app is not None and not app.match.total_items)
        self.changed.emit()


class _OtherSites(QWidget):
    """A list with a search field."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._apps: Sequence[App] = ()
        self._labels: Mapping[str, str] = {}
        self._search = QLineEdit()
        self._search.setClearButtonEnabled(True)
        self._search.setAccessibleName(self.tr("Search for a web site"))
        self._search.textChanged.connect(lambda _: self._fill())
        label = basics.make_caption(self.tr("S&earch for a web site"))
        label.setBuddy(self._search)
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Other web sites"))
        self._list.setFixedHeight((_VISIBLE_ROWS + 1) * self._list.fontMetrics().height())
        self._list.currentItemChanged.connect(lambda *_: self.changed.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.TIGHT)
        for widget in (label, self._search, self._list):
            column.addWidget(widget)

    @property
    def chosen(self) -> App | None:
        item = self._list.currentItem()
        return item.data(Qt.ItemDataRole.UserRole) if item else None

    @property
    def is_empty(self) -> bool:
        return self._list.count() == 0

    def show_apps(
        self, apps: Sequence[App], labels: Mapping[str, str], chosen: App | None = None
    ) -> None:
        """By `labels`, which has each one's first origin."""
        self._apps, self._labels = apps, labels
        self._fill(chosen)

    def _fill(self, chosen: App | None = None) -> None:
        wanted = self._search.text().casefold().split()
        with QSignalBlocker(self._list):
            self._list.clear()
            for app in sorted(self._apps, key=lambda app: self._labels[app.origins[0]]):
                name = self._labels[app.origins[0]]
                if all(word in name.casefold() for word in wanted):
                    item = QListWidgetItem(name, self._list)
                    item.setData(Qt.ItemDataRole.UserRole, app)
                    if app is chosen:
                        self._list.setCurrentItem(item)
        self.changed.emit()


def items_sentence(match: SiteMatch, plan: Plan, language: str) -> str:
    """What an app has, in the plan's words and order: `25 tasks, 3 environments`."""
    locale = QLocale()
    return ", ".join(
        f"{locale.toString(count)} {plan.counted(entity, count, language)}"
        for entity in plan.entities
        if (count := match.items.get(entity, 0))
    )
