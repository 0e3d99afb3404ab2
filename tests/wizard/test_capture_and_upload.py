"""Saving in a file and uploading it, page by page; the database says what arrived."""

from pathlib import Path

from desktop_migrator.migration.upload import Upload
from desktop_migrator.wizard.flow import Entry, Missing, Step, missing
from desktop_migrator.wizard.operations import Captured
from desktop_migrator.wizard.pages.capture_file import SealPage
from desktop_migrator.wizard.pages.captures import CapturesPage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from tests.wizard.conftest import PASSPHRASE, Person
from tests.wizard.test_pages import rows


def choose(person: Person, entry: Entry) -> None:
    page = person.page
    assert isinstance(page, WelcomePage)
    page.choose(entry)


def captured(person: Person, file: Path) -> None:
    choose(person, Entry.CAPTURE)
    person.go_to(Step.SEAL)
    page = person.page
    assert isinstance(page, SealPage)
    assert missing(Step.SEAL, page.answers) is Missing.KEY
    page.keep_in(file)
    page.use_passphrase(PASSPHRASE, PASSPHRASE)
    person.go_on()
    person.wait(lambda: person.page.step is Step.DONE)


def test_what_is_saved_in_a_file_arrives_when_it_is_uploaded_and_once(
    person: Person, tmp_path: Path
) -> None:
    file = tmp_path / "maria.dmcapture"
    captured(person, file)
    context = person.window.context
    assert isinstance(context.result, Captured)
    assert context.result.records > 0

    counts: list[int] = []
    for _ in range(2):
        person.window.restart()
        choose(person, Entry.UPLOAD)
        person.go_to(Step.CAPTURES)
        page = person.page
        assert isinstance(page, CapturesPage)
        if not context.answers.captures:
            assert not page.isComplete()
            page.add(file)
            person.wait(lambda: bool(context.answers.captures))
        person.go_to(Step.DONE)
        assert isinstance(context.result, Upload)
        counts.append(context.result.counts.inserted)
        assert rows(context.workspace, "SELECT count(*) FROM tasks WHERE user_id = 'maria'") > 0
    assert counts[0] > counts[1] == 0
    title = rows(context.workspace, "SELECT title FROM tasks ORDER BY length(title) DESC")
    assert title.encode() not in file.read_bytes()


def test_a_file_that_is_no_capture_is_told_and_not_taken(person: Person, tmp_path: Path) -> None:
    other = tmp_path / "holiday.dmcapture"
    other.write_text("no capture")
    choose(person, Entry.UPLOAD)
    person.go_to(Step.CAPTURES)
    page = person.page
    assert isinstance(page, CapturesPage)
    page.add(other)
    person.wait(page.errors.isVisible)
    assert page.answers.captures == ()
    assert not page.isComplete()


def test_a_wrong_passphrase_uploads_nothing_and_says_why(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "maria.dmcapture"
    captured(person, file)
    person.window.restart()
    choose(person, Entry.UPLOAD)
    person.go_to(Step.CAPTURES)
    page = person.page
    assert isinstance(page, CapturesPage)
    page.add(file)
    person.wait(lambda: bool(page.answers.captures))
    page._passphrase.setText("another passphrase")
    person.go_to(Step.MIGRATE)
    work = person.page
    person.wait(work.errors.isVisible)
    assert work.errors.error is not None
    assert work.errors.error.code == "DM-401"
