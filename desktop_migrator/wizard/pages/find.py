"""Where the data lies: browsers and profiles as cards, and the web site that it belongs to."""

from pathlib import Path

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from desktop_migrator.errors import MigratorError, NothingToMigrate
from desktop_migrator.migration.plans.infer_plan import (
    PlanRequest,
    infer_plan,
    keep_plan,
    summarize,
)
from desktop_migrator.migration.progress import Progress
from desktop_migrator.migration.sources.matching_sites import (
    ProfileScan,
    SiteMatch,
    SiteScan,
    scan_sites,
)
from desktop_migrator.plan.infer.guesses import InferredPlan
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import i18n, icons, theme
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.plan_offer import PlanOffer
from desktop_migrator.wizard.worker import OperationListener


class FindPage(WizardPage, OperationListener):
    step = WizardStep.FIND

    def build(self) -> None:
        self.set_header(
            self.tr("Where is your data?"),
            self.tr("These browsers on this computer hold data. Choose the app's web site."),
        )
        self.setAcceptDrops(True)
        self._scan: SiteScan | None = None
        self._added_folders: list[Path] = []
        self._cards: list[tuple[ProfileScan, Card]] = []

        self._site_combo = QComboBox()
        self._site_combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._site_combo.setAccessibleDescription(
            self.tr("Web sites with data that fits come first")
        )
        self._site_combo.currentIndexChanged.connect(self._site_chosen)
        self._site_label = basics.make_caption(self.tr("&Web site of the app"))
        self._site_label.setBuddy(self._site_combo)
        self._site_combo.setAccessibleName(self.tr("Web site of the app"))
        site = QVBoxLayout()
        site.setSpacing(theme.TIGHT)
        site.addWidget(self._site_label)
        site.addWidget(self._site_combo)
        self.body.addLayout(site)

        self._offer = PlanOffer()
        self._offer.button.clicked.connect(self._draft_plan)
        self.body.addWidget(self._offer)
        self._known_plan: Plan | None = None
        """The plan that the wizard was opened with, while a drafted one is in its place."""

        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Looking into browsers"))
        self.body.addWidget(self._bar)
        self._state = basics.make_label(role="faint")
        self.body.addWidget(self._state)
        self._browsers = basics.make_heading(self.tr("Browsers"))
        self.body.addWidget(self._browsers)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.TIGHT)
        self.body.addLayout(self._list)

        self._add_button = QPushButton(self.tr("Add a &folder …"))
        self._add_button.setAccessibleDescription(
            self.tr("Choose a browser's profile folder that was not found by itself")
        )
        self._add_button.clicked.connect(self._choose_folder)
        self._rescan_button = QPushButton(self.tr("&Look again"))
        self._rescan_button.setAccessibleDescription(self.tr("Looks into all browsers once more"))
        self._rescan_button.clicked.connect(self._start_scan)
        self.add_row(self._add_button, self._rescan_button)
        self._drop = basics.make_label(self.tr("You can also drop a folder here."), "faint")
        self.body.addWidget(self._drop)
        self._notes = basics.make_label(role="faint")
        self._details = self.add_details(self._notes)
        self.body.addStretch(1)

    def on_enter(self) -> None:
        if self._scan is None:
            self._start_scan()

    @property
    def offer(self) -> PlanOffer:
        return self._offer

    @property
    def cards(self) -> list[Card]:
        return [card for _, card in self._cards]

    # ---- looking --------------------------------------------------------------------------------

    def _start_scan(self) -> None:
        self._show_scan(None)
        plan, workspace = self.context.plan, self.context.workspace
        folders, also = self.context.folders, tuple(self._added_folders)

        def work(reporter: Reporter) -> SiteScan:
            return scan_sites(plan, folders, also, workspace, reporter)

        self.start_operation(work, self._show_scan, self._scan_failed, self)

    def on_progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.current)

    def _scan_failed(self, error: MigratorError) -> None:
        if self._added_folders and self._scan is None:
            self._added_folders.pop()
        self._show_scan(SiteScan((), (), ()))
        self.error_panel.show_error(error)

    def _show_scan(self, scan: SiteScan | None) -> None:
        """Cards for what was found; None while looking."""
        self._scan = scan
        looking = scan is None
        self._bar.setVisible(looking)
        self._bar.setRange(0, 0)
        self._state.setText(self.tr("Looking into your browsers …") if looking else "")
        self._state.setVisible(looking)
        self._add_button.setEnabled(not looking)
        self._rescan_button.setEnabled(not looking)
        for shown in (self._site_combo, self._site_label, self._browsers, self._details):
            shown.setVisible(not looking and bool(scan and scan.profiles))
        self._clear_cards()
        if scan is None:
            return
        self._show_sites(scan)
        self._show_notes(scan)
        if not any(site.matching_records for site in scan.sites):
            self.error_panel.show_error(NothingToMigrate())
        if not scan.profiles:
            self._state.setText(self.tr("No browser with data was found on this computer."))
            self._state.show()

    def _show_sites(self, scan: SiteScan) -> None:
        before = self.answers.origin
        self._site_combo.blockSignals(True)
        self._site_combo.clear()
        for site in scan.sites:
            self._site_combo.addItem(self._site_text(site), site.origin)
        index = self._site_combo.findData(before) if before else -1
        self._site_combo.setCurrentIndex(max(index, 0))
        self._site_combo.blockSignals(False)
        self._site_chosen()

    def _site_text(self, site: SiteMatch) -> str:
        if site.matching_records:
            fits = self.tr("%n record(s) fit", "", site.matching_records)
            return f"{site.origin} – {fits}"
        return f"{site.origin} – " + self.tr("nothing known")

    def _site_chosen(self) -> None:
        origin = self._site_combo.currentData()
        self.answers.origin = origin
        self._clear_cards()
        if self._scan and origin:
            for finding in self._scan.profiles:
                self._add_card(finding, str(origin))
        self._offer_plan()
        self._profiles_chosen()

    def _offer_plan(self) -> None:
        """Where the plan at hand knows nothing of the site's data."""
        if self._known_plan is not None:
            self.context.plan, self._known_plan = self._known_plan, None
        self._offer.hide()
        sites = self._scan.sites if self._scan else ()
        chosen = next((site for site in sites if site.origin == self.answers.origin), None)
        is_move = self.answers.workflow is Workflow.MIGRATE
        if is_move and chosen and chosen.records and not chosen.matching_records:
            self._offer.offer()

    def _draft_plan(self) -> None:
        workspace = self.context.workspace
        request = PlanRequest(self.answers.sources, [self.answers.origin or ""])

        def work(reporter: Reporter) -> InferredPlan:
            inferred = infer_plan(request, workspace, reporter)
            keep_plan(inferred, workspace)
            return inferred

        self.start_operation(work, self._use_plan)

    def _use_plan(self, inferred: InferredPlan) -> None:
        self._known_plan = self._known_plan or self.context.plan
        self.context.plan = inferred.plan
        self._offer.show_found([self.localize(each) for each in summarize(inferred)])

    def _add_card(self, finding: ProfileScan, origin: str) -> None:
        profile = finding.profile
        site = next((site for site in finding.sites if site.origin == origin), None)
        about = [self.tr("Profile {name}").format(name=profile.name)]
        if profile.last_used:
            day = i18n.format_local_time(profile.last_used, with_time=False)
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
            icon=icons.browser_icon(profile.browser),
            note=" ".join(notes),
        )
        card.setEnabled(site is not None)
        card.set_checked(site is not None)
        card.checked_changed.connect(lambda _: self._profiles_chosen())
        self._cards.append((finding, card))
        self._list.addWidget(card)

    def _show_notes(self, scan: SiteScan) -> None:
        lines = [self.localize(each) for each in scan.warnings]
        lines += [f"{each.path}: {each.reason}" for each in scan.unreadable]
        for finding in scan.profiles:
            lines.append(f"{finding.profile.browser_name}: {finding.profile.path}")
            lines += [
                f"{damage.store.path}: {self.localize(damage.description)}"
                for damage in finding.damages
            ]
        self._notes.setText("\n".join(lines))

    def _profiles_chosen(self) -> None:
        self.answers.sources = tuple(
            finding.profile.path for finding, card in self._cards if card.is_checked
        )
        self.notify_complete_changed()

    def _clear_cards(self) -> None:
        self._cards.clear()
        clear_layout(self._list)

    # ---- folders by hand ------------------------------------------------------------------------

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("A browser's profile folder"))
        if chosen:
            self.add_folder(Path(chosen))

    def add_folder(self, folder: Path) -> None:
        self._added_folders.append(folder)
        self._start_scan()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._added_folders += paths
            self._start_scan()
