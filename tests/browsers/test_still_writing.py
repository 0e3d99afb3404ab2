"""A page that goes on writing is ahead of its disk; who closes the browser gets all of it."""

from pathlib import Path

import pytest

from desktop_migrator.browsers.read.read_stores import read_stores
from desktop_migrator.messages import Message
from desktop_migrator.migration.sources.open_sources import find_written
from desktop_migrator.model import Damage
from desktop_migrator.reporter import NullReporter, Question
from tests.browsers.launch import Chromium
from tests.browsers.site import Site


class Closing(NullReporter):
    """A person who has the browser asked to close."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings: list[Message] = []

    def warned(self, message: Message) -> None:
        self.warnings.append(message)

    def ask(self, question: Question) -> str | None:
        assert question.choices == ("wait", "close it", "go on")
        return "close it"


@pytest.mark.needs("chromium")
def test_what_a_page_goes_on_writing_is_there_once_its_browser_is_closed(
    site: Site, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    app = f"http://app.demo.test:{site.ports[0]}"
    with Chromium(site, profile) as browser:
        browser.session.visit(app, [("setItem", "first", "written at once")])
        browser.wait_until_saved("written at once")
        turns = [("setItem", "turn", str(turn)) for turn in range(100)]
        read_back = browser.session.visit(app, [*turns, ("setItem", "last", "a minute later")])

        def closed(_seconds: float) -> None:
            browser._ended()

        person = Closing()
        _, found = find_written([profile], person, closed)
        assert browser.process.poll() is not None
    (warning,) = person.warnings
    assert "is open and has just written" in str(warning)
    damages: list[Damage] = []
    records = read_stores(found.stores, tmp_path / "scratch", damages.append)
    of_app = {each.key: each.value for each in records if each.storage_key.origin == app}
    assert of_app == read_back
    assert of_app["turn"] == "99"
    assert not damages
