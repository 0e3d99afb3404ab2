"""Where the data lies: browsers and profiles as cards, and the web site that it belongs to."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import (
    QFileDialog,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from desktop_migrator.errors import Cancelled, MigratorError, NothingToMigrate
from desktop_migrator.migration.desk import kits
from desktop_migrator.migration.plans.earlier_plans import last_plan_of_site
from desktop_migrator.migration.plans.infer_plan import (
    PlanRequest,
    infer_plan,
    keep_plan,
    summarize,
)
from desktop_migrator.migration.progress import Progress
from desktop_migrator.migration.sealed import captures
from desktop_migrator.migration.sources.matching_sites import (
    App,
    ProfileScan,
    SiteMatch,
    SiteScan,
    scan_sites,
)
from desktop_migrator.plan.infer.guesses import InferredPlan
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter
from desktop_migrator.wizard import i18n, icons
from desktop_migrator.wizard.flow import WizardStep, Workflow
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.widgets import basics
from desktop_migrator.wizard.widgets.basics import clear_layout
from desktop_migrator.wizard.widgets.card import Card
from desktop_migrator.wizard.widgets.plan_offer import PlanOffer
from desktop_migrator.wizard.widgets.site_choice import SiteChoice, items_sentence
from desktop_migrator.wizard.worker import OperationListener


class FindPage(WizardPage, OperationListener):
    step = WizardStep.FIND

    def build(self) -> None:
        self.set_header(
            self.tr("Where is your data?"),
            self.tr("Look whether this is the app that you used, and where you used it."),
        )
        self._scan: SiteScan | None = None
        self._added_folders: list[Path] = []
        self._newly_added: tuple[Path, ...] = ()
        """Those of them that were not looked into yet."""
        self._former_scan = SiteScan((), (), ())
        self._cards: list[tuple[ProfileScan, Card]] = []

        self._no_site = basics.make_label()
        self.body.addWidget(self._no_site)
        self.sites = SiteChoice()
        self.sites.changed.connect(self._site_chosen)
        self.body.addWidget(self.sites)
        self._last_app: App | None = None

        self._offer = PlanOffer()
        self._offer.button.clicked.connect(self._draft_plan)
        self.body.addWidget(self._offer)

        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Looking into browsers"))
        self.body.addWidget(self._bar)
        self._state = basics.make_label(role="faint")
        self.body.addWidget(self._state)
        self._browsers = basics.make_heading(self.tr("Browsers"))
        self.body.addWidget(self._browsers)
        self._card_group = basics.make_group(self.tr("Browsers"))
        inner = self._card_group.layout()
        assert isinstance(inner, QVBoxLayout)  # noqa: S101 - as make_group makes it
        self._list = inner
        self.body.addWidget(self._card_group)

        self._make_buttons()
        self._drop = basics.make_label(self.tr("You can also drop a folder here."), "faint")
        self.body.addWidget(self._drop)
        self._notes = basics.make_label(role="faint")
        self._details = self.add_details(self._notes)
        self.body.addStretch(1)

    def _make_buttons(self) -> None:
        self._add_button = QPushButton(self.tr("Add a &folder …"))
        self._add_button.setAccessibleDescription(
            self.tr("Choose a browser's profile folder that was not found by itself")
        )
        self._add_button.clicked.connect(self._choose_folder)
        self._rescan_button = QPushButton(self.tr("&Look again"))
        self._rescan_button.setAccessibleDescription(self.tr("Looks into all browsers once more"))
        self._rescan_button.clicked.connect(lambda: self._start_scan(whole_disk=False))
        self.deep_button = QPushButton(self.tr("Search the whole &disk"))
        self.deep_button.setAccessibleDescription(
            self.tr("Looks for browsers and apps in all folders; can take some minutes")
        )
        self.deep_button.clicked.connect(lambda: self._start_scan(whole_disk=True))
        self.stop_button = QPushButton(self.tr("&Stop searching"))
        self.stop_button.setAccessibleDescription(self.tr("Shows what was found before"))
        self.stop_button.clicked.connect(self._stop_scan)
        self.add_row(self._add_button, self._rescan_button, self.deep_button, self.stop_button)

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

    def _start_scan(self, *, whole_disk: bool = False) -> None:
        before = self._scan
        plan, workspace = self.context.plan, self.context.workspace
        folders, also = self.context.folders, tuple(self._added_folders)

        def work(reporter: Reporter) -> SiteScan:
            return scan_sites(plan, folders, also, workspace, reporter, whole_disk=whole_disk)

        def failed(error: MigratorError) -> None:
            if isinstance(error, Cancelled) and before is not None:
                self._show_scan(before)
            else:
                self._scan_failed(error)

        self.start_operation(work, self._scanned, failed, self)
        self._show_scan(None)
        self.stop_button.setVisible(whole_disk)
        if whole_disk:
            self._state.setText(self.tr("Searching the whole disk …"))

    def _stop_scan(self) -> None:
        self.stop_button.setEnabled(False)
        if self.operation:
            self.operation.stop()

    def on_progress(self, progress: Progress) -> None:
        if progress.total is None and self.stop_button.isVisible():
            folders = self.tr("%Ln folder(s) searched", "", progress.current)
            self._state.setText(folders)
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.current)

    def _scanned(self, scan: SiteScan) -> None:
        self._former_scan, self._newly_added = scan, ()
        self._show_scan(scan)

    def _scan_failed(self, error: MigratorError) -> None:
        """Because of what was added, as a rule: what was found before stays."""
        for path in self._newly_added:
            self._added_folders.remove(path)
        self._newly_added = ()
        self._show_scan(self._former_scan)
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
        self.deep_button.setEnabled(not looking)
        self.stop_button.setEnabled(True)
        self.stop_button.hide()
        for shown in (self.sites, self._browsers, self._card_group, self._details):
            shown.setVisible(not looking and bool(scan and scan.profiles))
        self._no_site.hide()
        self._clear_cards()
        if scan is None:
            return
        self._show_sites(scan)
        self._show_notes(scan)

    def _show_sites(self, scan: SiteScan) -> None:
        apps = scan.apps(self.context.plan)
        self.sites.setVisible(bool(apps))
        self.sites.show_apps(apps, self.answers.origins, self._what_it_has)
        if not any(app.match.total_items for app in apps):
            self._say_nothing_found(scan)
        self._site_chosen()

    def _say_nothing_found(self, scan: SiteScan) -> None:
        """With what the person can try; the page's own sentence does not promise anything."""
        kit = self.context.kit
        words = [
            self.tr("Nothing of the app was found in these browsers.")
            if scan.profiles
            else self.tr("No browser with data was found on this computer."),
            self.tr("Did you use the app on another computer, or as another user of this one?"),
            self.tr("Else open the app once in the browser that you used, then look again here."),
        ]
        if kit and kit.contact:
            words.append(
                self.tr("Or ask {owner}: {contact}").format(owner=kit.owner, contact=kit.contact)
            )
        self._no_site.setText(" ".join(words))
        self._no_site.show()
        self.error_panel.show_error(NothingToMigrate())

    def _what_it_has(self, match: SiteMatch) -> str:
        words = [items_sentence(match, self.context.plan, self.context.translator.language)]
        if match.records > match.matching_records:
            words.append(self.tr("and other data"))
        return " ".join(words)

    def _site_chosen(self) -> None:
        app = self.sites.chosen
        self.answers.origins = app.origins if app else ()
        if app is not self._last_app:
            self._last_app = app
            self._clear_cards()
            if self._scan and app:
                for finding in self._scan.profiles:
                    self._add_card(finding, app)
            self._offer_plan()
        drafted = self.context.drafted_plan is not None
        self.answers.site_fits = bool(
            app and (app.match.total_items or drafted or self.sites.confirm_box.isChecked())
        )
        self._browsers.setVisible(bool(self._cards))
        self._profiles_chosen()

    def _offer_plan(self) -> None:
        """Where the plan at hand knows nothing of the site's data."""
        self.context.drafted_plan = None
        self._offer.hide()
        app = self.sites.chosen
        is_ours = self.answers.workflow is Workflow.MIGRATE and self.context.kit is None
        if is_ours and app and app.match.records and not app.match.total_items:
            self._offer.offer()

    def _draft_plan(self) -> None:
        workspace, known = self.context.workspace, self.context.known_plan
        origins = self.answers.origins
        request = PlanRequest(self.answers.sources, origins)

        # The plan of before gives items the ids of before, whatever has come since.
        for origin in origins:
            if before := last_plan_of_site(workspace, origin, other_than=known):
                run, plan = before
                day = i18n.format_local_time(run.started, with_time=False)
                again = self.tr("What you moved on {day}, in the same way").format(day=day)
                self._use_plan(plan, [again])
                return

        def work(reporter: Reporter) -> InferredPlan:
            inferred = infer_plan(request, workspace, reporter)
            keep_plan(inferred, workspace)
            return inferred

        def use(inferred: InferredPlan) -> None:
            self._use_plan(inferred.plan, [self.localize(each) for each in summarize(inferred)])

        self.start_operation(work, use)

    def _use_plan(self, plan: Plan, found: list[str]) -> None:
        self.context.drafted_plan = plan
        self._offer.show_found(found)
        self.sites.confirm_box.hide()
        self._site_chosen()

    def _add_card(self, finding: ProfileScan, app: App) -> None:
        profile = finding.profile
        match = finding.match(app.origins)
        if match is None:
            return  # where nothing of the app lies there is nothing to choose
        about = [self._what_it_has(match)]
        if profile.last_used:
            about.append(i18n.format_last_use(profile.last_used, datetime.now(UTC)))
        lines = [" · ".join(filter(None, about))]
        profiles = self._scan.profiles if self._scan else ()
        if sum(each.profile.browser == profile.browser for each in profiles) > 1:
            lines.append(self.tr("Profile {name}").format(name=profile.name))
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
        card.set_checked()
        card.checked_changed.connect(lambda _: self._profiles_chosen())
        self._cards.append((finding, card))
        self._list.addWidget(card)

    def _show_notes(self, scan: SiteScan) -> None:
        lines = [self.localize(each) for each in scan.warnings]
        lines += [f"{each.path}: {each.reason}" for each in scan.unreadable]
        for finding in scan.profiles:
            size = QLocale().formattedDataSize(finding.size)
            profile = finding.profile
            lines.append(f"{profile.browser_name}, {profile.name}, {size}: {profile.path}")
            lines += [f"{site.origin}: {site.records}" for site in finding.sites]
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
            self.add_files(Path(chosen))

    def takes_file(self, path: Path) -> bool:
        return path.suffix not in {kits.SUFFIX, captures.SUFFIX}

    def add_files(self, *paths: Path) -> None:
        """Profiles' folders, or single stores, that were not found by themselves."""
        self._newly_added = paths
        self._added_folders += paths
        self._start_scan()
