"""A web site that no plan knows: the wizard looks at its data and suggests how to move it."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop_migrator.migration.plans.infer_plan import PlanRequest, infer_plan
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.run_plans import keep_run_plan
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import NullReporter
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.flow import WizardAnswers, Workflow
from desktop_migrator.wizard.messages import make_translator
from desktop_migrator.wizard.pages.find import FindPage
from desktop_migrator.wizard.worker import Worker
from tests.integration.webkit_store import store_of
from tests.wizard.pages import idle

NOTES = [{"id": number, "title": "x", "text": "y"} for number in range(25)]


def test_the_drafted_plan_is_told_in_words_and_used(qtbot: QtBot, tmp_path: Path) -> None:
    folder = store_of(tmp_path / "browser", {"my-notes": NOTES, "theme": "dark"})
    plan = load_plan(None)
    context = WizardContext(
        Workspace.open(tmp_path / "data"),
        Worker(),
        make_translator(),
        WizardAnswers(workflow=Workflow.MIGRATE),
        folders=(folder,),
    )
    context.known_plan, context.loaded = plan, True
    page = FindPage(context)
    qtbot.addWidget(page, before_close_func=lambda _: context.worker.close())
    page.show()
    page.on_enter()
    qtbot.waitUntil(lambda: idle(page) and bool(page.sites.cards))
    assert context.answers.origins == ()  # nothing fits, so that nothing is chosen
    page.sites.choose("http://app.demo.test:3000")
    qtbot.waitUntil(lambda: idle(page) and page.offer.isVisible())
    assert not page.isComplete()
    page.offer.button.click()
    qtbot.waitUntil(lambda: idle(page) and context.plan is not plan)
    assert page.isComplete()
    assert "my notes: 25 items with title, text" in page.offer.text
    assert "one other record, which is kept as it is" in page.offer.text
    assert set(context.plan.entities) == {"my_notes", "custom_data"}
    [kept] = context.workspace.plans.iterdir()
    assert load_plan(kept) == context.plan


def test_the_plan_of_the_run_before_is_used_again(qtbot: QtBot, tmp_path: Path) -> None:
    folder = store_of(tmp_path / "browser", {"my-notes": NOTES, "theme": "dark"})
    workspace = Workspace.open(tmp_path / "data")
    before = infer_plan(PlanRequest([folder]), workspace, NullReporter()).plan
    catalog = Catalog(workspace.catalog)
    catalog.record_start(
        "r", user_id="u", database="d", plan=before.name, origins=["http://app.demo.test:3000"]
    )
    keep_run_plan(workspace, "r", before)
    catalog.set_outcomes({"r": Outcome.COMPLETED})
    store_of(tmp_path / "browser", {"my-notes": [*NOTES, {"id": "abc", "n": 1}], "z": {"a": 1}})
    context = WizardContext(
        *(workspace, Worker(), make_translator()),
        WizardAnswers(workflow=Workflow.MIGRATE),
        folders=(folder,),
    )
    context.known_plan, context.loaded = load_plan(None), True
    page = FindPage(context)
    qtbot.addWidget(page, before_close_func=lambda _: context.worker.close())
    page.show()
    page.on_enter()
    qtbot.waitUntil(lambda: idle(page) and bool(page.sites.cards))
    page.sites.choose("http://app.demo.test:3000")
    qtbot.waitUntil(lambda: idle(page) and page.offer.isVisible())
    page.offer.button.click()
    assert "What you moved on" in page.offer.text
    assert context.plan == before
