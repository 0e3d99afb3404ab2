"""A migration as somebody hears it who does not see the window."""

from pathlib import Path

import pytest

from desktop_migrator.plan.bind import planned_tables
from desktop_migrator.plan.schema import load_plan
from tests.summary import tell
from tests.wizard.app_server import AppServer
from tests.wizard.xvfb.person import Person, virtual_screen
from tests.wizard.xvfb.screen_reader import accessible_session
from tests.wizard.xvfb.test_whole_ways import back_up, reach


@pytest.mark.needs("xvfb", "at-spi")
def test_a_migration_is_said_from_its_first_page_to_its_numbers(
    app_server: AppServer,
    home: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    folder = tmp_path_factory.mktemp("bus")
    with virtual_screen() as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        with accessible_session(folder) as (environment, reader):
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            person = Person(screen, home)
            try:
                person.go_on("FIND")
                person.go_on("REVIEW")
                person.go_on("DESTINATION")
                reach(person, app_server)
                person.go_on("CONFLICTS")
                person.go_on("BACKUP")
                back_up(person)
                person.go_on("DONE", "alt+s", "Start now")
                person.close()
            finally:
                person.end()
    tell(pytestconfig, "what a screen reader hears of a migration", reader.heard)
    said = [line.removeprefix("says: ") for line in reader.heard if line.startswith("says: ")]
    focused = [line for line in reader.heard if line.startswith("focus: ")]
    titles = (
        "Move your data. ",
        "Where is your data? ",
        "What will be moved. ",
        "Where shall it go? ",
        "Comparing. ",
        "A backup first. ",
        "Moving your data. ",
        "Your data has moved. ",
    )
    told = iter(said)
    for title in titles:
        assert any(words.startswith(title) for words in told), title
    assert {"Making the backup", "Moving your data", "Checking what arrived"} <= set(said)
    assert any(words.endswith(" % done") for words in said)
    moved = sum(
        app_server.sql(f"SELECT count(*) FROM {table.name}")[0][0]
        for table in planned_tables(load_plan(None))
    )
    assert f"{moved} items" in said[-1]
    assert any("items were found" in words for words in said), "what the review came to"
    for button in ("Back", "Copy for support"):
        assert f"focus: push button, {button}" not in focused, reader.heard
    assert "focus: radio button, app.demo.test:3000" in focused, "what was found, once it is there"
    assert "focus: text, Your id in the app" in focused
    assert focused[-1] == "focus: push button, Close"
