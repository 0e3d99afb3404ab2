"""Which web site is offered and chosen: never another's data, and no guess where several fit."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_migrator.plan.schema import Plan, load_plan, parse_plan
from desktop_migrator.system.resources import resource
from desktop_migrator.wizard.flow import Requirement, WizardStep, Workflow, unmet_requirement
from desktop_migrator.wizard.pages.find import FindPage
from tests.integration.test_migrate import TASKS
from tests.integration.webkit_store import store_of
from tests.wizard.pages import Opened, idle, open_page

APP, OTHER, NEWS = "http://app.demo.test:3000", "http://localhost:3000", "http://news.example"


def plan_for(*origins: str) -> Plan:
    text = resource("plans", "default.toml").read_text("utf-8")
    return parse_plan(
        text.replace("origins = []", f"origins = {list(origins)}").encode(), Path("p")
    )


def find(qtbot: QtBot, tmp_path: Path, plan: Plan, **sites: object) -> tuple[Opened, FindPage]:
    """With a profile that holds these records of these hosts."""
    for host, values in sites.items():
        assert isinstance(values, dict)
        store_of(
            tmp_path / "browser", values, host=host.replace("__", ".").replace("_3000", "_3000")
        )
    opened = open_page(qtbot, FindPage, tmp_path / "data", plan)
    page = opened.page
    assert isinstance(page, FindPage)
    opened.context.folders = (tmp_path / "browser",)
    opened.answers.workflow = Workflow.MIGRATE
    page.on_enter()
    qtbot.waitUntil(lambda: idle(page))
    return opened, page


def test_under_a_plan_for_one_site_no_other_is_offered_or_goes(
    qtbot: QtBot, tmp_path: Path
) -> None:
    opened, page = find(qtbot, tmp_path, plan_for(APP), news__example_0={"draft": "private"})
    assert page.sites.cards == []
    assert list(opened.answers.origins) == []
    assert opened.answers.sources == ()
    assert not page.isComplete()
    assert page.error_panel.error is not None
    assert page.error_panel.error.code == "DM-203"


def test_a_site_of_which_nothing_is_known_goes_only_when_the_person_says_so(
    qtbot: QtBot, tmp_path: Path
) -> None:
    opened, page = find(qtbot, tmp_path, load_plan(None), news__example_0={"draft": "private"})
    assert list(opened.answers.origins) == []
    page.sites.choose(NEWS)
    assert unmet_requirement(WizardStep.FIND, opened.answers) is Requirement.SITE
    page.sites.confirm_box.click()
    assert page.isComplete()
    assert opened.answers.origins == (NEWS,)


def test_where_two_sites_fit_none_is_chosen_and_the_one_with_more_items_comes_first(
    qtbot: QtBot, tmp_path: Path
) -> None:
    few, many = {"tasks": TASKS[:1]}, {"tasks": [{**TASKS[0], "id": str(n)} for n in range(9)]}
    opened, page = find(
        qtbot, tmp_path, load_plan(None), localhost_3000=few, app__demo__test_3000=many
    )
    names = [card.button.text() for card in page.sites.cards]
    assert names == ["app.demo.test:3000", "localhost:3000"]
    assert list(opened.answers.origins) == []
    assert unmet_requirement(WizardStep.FIND, opened.answers) is Requirement.ORIGIN
    page.sites.cards[0].set_checked()
    assert opened.answers.origins == (APP,)
    assert page.isComplete()


@pytest.mark.parametrize("origins", [(APP, OTHER)])
def test_what_is_found_is_told_in_items_and_the_plans_words(
    qtbot: QtBot, tmp_path: Path, origins: tuple[str, ...]
) -> None:
    opened, page = find(qtbot, tmp_path, plan_for(*origins), app__demo__test_3000={"tasks": TASKS})
    assert opened.answers.origins == (APP,)  # it alone fits
    said = page.cards[0].button.accessibleDescription()
    assert f"{len(TASKS)} tasks" in said


def test_what_cannot_be_added_forgets_nothing_that_was_found(qtbot: QtBot, tmp_path: Path) -> None:
    opened, page = find(qtbot, tmp_path, load_plan(None), app__demo__test_3000={"tasks": TASKS})
    before = opened.answers.sources
    page.add_files(tmp_path / "nothing here")
    qtbot.waitUntil(lambda: idle(page))
    assert page.error_panel.error is not None
    assert opened.answers.sources == before != ()
    assert page.isComplete()
