"""Where the data lies: browsers and profiles as cards, and the web site that it belongs to."""

from pathlib import Path

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from desktop_migrator.errors import MigratorError, NothingToMigrate
from desktop_migrator.migration.progress import Progress
from desktop_migrator.migration.sources.matching_sites import Finding, Findings, Site, find
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import i18n, icons, messages, theme
from desktop_migrator.wizard.flow import Step
from desktop_migrator.wizard.pages.base import Page
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import empty
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.worker import Listener


class FindPage(Page, Listener):
    step = Step.FIND

    def build(self) -> None:
        self.introduce(
            self.tr("Where is your data?"),
            self.tr("These browsers on this computer hold data. Choose the app's web site."),
        )
        self.setAcceptDrops(True)
        self._findings: Findings | None = None
        self._added: list[Path] = []
        self._cards: list[tuple[Finding, Card]] = []

        self._site = QComboBox()
        self._site.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._site.setAccessibleDescription(self.tr("Web sites with data that fits come first"))
        self._site.currentIndexChanged.connect(self._site_chosen)
        self._site_label = QLabel(self.tr("&Web site of the app"))
        self._site_label.setBuddy(self._site)
        self._site.setAccessibleName(self.tr("Web site of the app"))
        site = QVBoxLayout()
        site.setSpacing(theme.TIGHT)
        site.addWidget(self._site_label)
        site.addWidget(self._site)
        self.body.addLayout(site)

        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Looking into browsers"))
        self.body.addWidget(self._bar)
        self._state = basics.text(role="faint")
        self.body.addWidget(self._state)
        self._browsers = basics.heading(self.tr("Browsers"))
        self.body.addWidget(self._browsers)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.TIGHT)
        self.body.addLayout(self._list)

        self._add = QPushButton(self.tr("Add a &folder …"))
        self._add.setAccessibleDescription(
            self.tr("Choose a browser's profile folder that was not found by itself")
        )
        self._add.clicked.connect(self._choose_folder)
        self._again = QPushButton(self.tr("&Look again"))
        self._again.setAccessibleDescription(self.tr("Looks into all browsers once more"))
        self._again.clicked.connect(self._look)
        self.add_row(self._add, self._again)
        self._drop = basics.text(self.tr("You can also drop a folder here."), "faint")
        self.body.addWidget(self._drop)
        self._notes = basics.text(role="faint")
        self._details = self.add_details(self._notes)
        self.body.addStretch(1)

    def enter(self) -> None:
        if self._findings is None:
            self._look()

    @property
    def cards(self) -> list[Card]:
        return [card for _, card in self._cards]

    # ---- looking --------------------------------------------------------------------------------

    def _look(self) -> None:
        self._show(None)
        plan, workspace = self.context.plan, self.context.workspace
        folders, also = self.context.folders, tuple(self._added)

        def work(reporter: Reporter) -> Findings:
            return find(plan, folders, also, workspace, reporter)

        self.run(work, self._show, self._failed, self)

    def progressed(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.current)

    def _failed(self, error: MigratorError) -> None:
        if self._added and self._findings is None:
            self._added.pop()
        self._show(Findings((), (), ()))
        self.errors.show_error(error)

    def _show(self, findings: Findings | None) -> None:
        """Cards for what was found; None while looking."""
        self._findings = findings
        looking = findings is None
        self._bar.setVisible(looking)
        self._bar.setRange(0, 0)
        self._state.setText(self.tr("Looking into your browsers …") if looking else "")
        self._state.setVisible(looking)
        self._add.setEnabled(not looking)
        self._again.setEnabled(not looking)
        for shown in (self._site, self._site_label, self._browsers, self._details):
            shown.setVisible(not looking and bool(findings and findings.profiles))
        self._clear()
        if findings is None:
            return
        self._show_sites(findings)
        self._show_notes(findings)
        if not any(site.fitting for site in findings.sites):
            self.errors.show_error(NothingToMigrate())
        if not findings.profiles:
            self._state.setText(self.tr("No browser with data was found on this computer."))
            self._state.show()

    def _show_sites(self, findings: Findings) -> None:
        before = self.answers.origin
        self._site.blockSignals(True)
        self._site.clear()
        for site in findings.sites:
            self._site.addItem(self._site_text(site), site.origin)
        index = self._site.findData(before) if before else -1
        self._site.setCurrentIndex(max(index, 0))
        self._site.blockSignals(False)
        self._site_chosen()

    def _site_text(self, site: Site) -> str:
        if site.fitting:
            fits = self.tr("%n record(s) fit", "", site.fitting)
            return f"{site.origin} – {fits}"
        return f"{site.origin} – " + self.tr("nothing known")

    def _site_chosen(self) -> None:
        origin = self._site.currentData()
        self.answers.origin = origin
        self._clear()
        if self._findings and origin:
            for finding in self._findings.profiles:
                self._add_card(finding, str(origin))
        self._chosen()

    def _add_card(self, finding: Finding, origin: str) -> None:
        profile = finding.profile
        site = next((site for site in finding.sites if site.origin == origin), None)
        about = [self.tr("Profile {name}").format(name=profile.name)]
        if profile.last_used:
            day = i18n.local(profile.last_used, clock=False)
            about.append(self.tr("last used {when}").format(when=day))
        about.append(QLocale().formattedDataSize(finding.size))
        lines = [
            ", ".join(about),
            self.tr("%n record(s) of this web site", "", site.records)
            if site
            else self.tr("nothing of this web site"),
        ]
        notes = []
        if profile.running:
            notes.append(
                self.tr(
                    "This browser is open. That is fine; what you did there in the last minute "
                    "may be missing."
                )
            )
        if finding.damages:
            notes.append(self.tr("Parts of it are damaged; what can be read is taken."))
        card = Card(
            profile.browser_name,
            tuple(lines),
            icon=icons.browser(profile.browser),
            note=" ".join(notes),
        )
        card.setEnabled(site is not None)
        card.choose(site is not None)
        card.chosen_changed.connect(lambda _: self._chosen())
        self._cards.append((finding, card))
        self._list.addWidget(card)

    def _show_notes(self, findings: Findings) -> None:
        lines = [messages.said(each) for each in findings.warnings]
        lines += [f"{each.path}: {messages.said(each.reason)}" for each in findings.unreadable]
        for finding in findings.profiles:
            lines.append(f"{finding.profile.browser_name}: {finding.profile.path}")
            lines += [
                f"{damage.store.path}: {messages.said(damage.what)}" for damage in finding.damages
            ]
        self._notes.setText("\n".join(lines))

    def _chosen(self) -> None:
        self.answers.sources = tuple(
            finding.profile.path for finding, card in self._cards if card.chosen
        )
        self.changed()

    def _clear(self) -> None:
        self._cards.clear()
        empty(self._list)

    # ---- folders by hand ------------------------------------------------------------------------

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("A browser's profile folder"))
        if chosen:
            self.add_folder(Path(chosen))

    def add_folder(self, folder: Path) -> None:
        self._added.append(folder)
        self._look()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._added += paths
            self._look()
