"""Saving in a file and uploading it, page by page; the database says what arrived."""

from pathlib import Path

from desktop_migrator.migration.upload.upload import UploadResult
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.vault.sealed_file import open_sealed_file
from desktop_migrator.wizard.flow import Requirement, WizardStep, Workflow, unmet_requirement
from desktop_migrator.wizard.operations import CaptureResult
from desktop_migrator.wizard.pages.capture_file import CaptureFilePage
from desktop_migrator.wizard.pages.captures import CapturesPage
from desktop_migrator.wizard.pages.welcome import WelcomePage
from tests.wizard.conftest import PASSPHRASE, Person
from tests.wizard.test_pages import rows


def choose(person: Person, entry: Workflow) -> None:
    page = person.page
    assert isinstance(page, WelcomePage)
    page.choose_workflow(entry)


def captured(person: Person, file: Path) -> None:
    choose(person, Workflow.CAPTURE)
    person.go_to(WizardStep.CAPTURE_FILE)
    page = person.page
    assert isinstance(page, CaptureFilePage)
    assert unmet_requirement(WizardStep.CAPTURE_FILE, page.answers) is Requirement.KEY
    page._person.setText("maria")
    assert page.answers.capture_file is not None
    assert "-maria-" in page.answers.capture_file.name
    page.set_capture_file(file)
    page.use_passphrase(PASSPHRASE, PASSPHRASE)
    person.go_on()
    person.wait(lambda: person.page.step is WizardStep.DONE)


def test_what_is_saved_in_a_file_arrives_when_it_is_uploaded_and_once(
    person: Person, tmp_path: Path
) -> None:
    file = tmp_path / "maria.dmcapture"
    captured(person, file)
    context = person.window.context
    assert isinstance(context.result, CaptureResult)
    assert context.result.records > 0

    with open_sealed_file(file, "capture", [Passphrase(PASSPHRASE)]) as reader:
        assert reader.manifest.user_id == "maria"

    counts: list[int] = []
    for _ in range(2):
        person.window.restart()
        choose(person, Workflow.UPLOAD)
        person.go_to(WizardStep.CAPTURES)
        page = person.page
        assert isinstance(page, CapturesPage)
        if not context.answers.captures:
            assert not page.isComplete()
            page.add_files(file)
            person.wait(lambda: bool(context.answers.captures))
        person.go_to(WizardStep.DONE)
        assert isinstance(context.result, UploadResult)
        counts.append(context.result.counts.inserted)
        assert rows(context.workspace, "SELECT count(*) FROM tasks WHERE user_id = 'maria'") > 0
    assert counts[0] > counts[1] == 0
    title = rows(context.workspace, "SELECT title FROM tasks ORDER BY length(title) DESC")
    assert title.encode() not in file.read_bytes()


def test_a_file_that_is_no_capture_is_told_and_not_taken(person: Person, tmp_path: Path) -> None:
    other = tmp_path / "holiday.dmcapture"
    other.write_text("no capture")
    choose(person, Workflow.UPLOAD)
    person.go_to(WizardStep.CAPTURES)
    page = person.page
    assert isinstance(page, CapturesPage)
    page.add_files(other)
    person.wait(page.error_panel.isVisible)
    assert page.answers.captures == ()
    assert not page.isComplete()


def test_a_wrong_passphrase_is_told_where_another_may_be_typed(
    person: Person, tmp_path: Path
) -> None:
    file = tmp_path / "maria.dmcapture"
    captured(person, file)
    person.window.restart()
    choose(person, Workflow.UPLOAD)
    person.go_to(WizardStep.CAPTURES)
    page = person.page
    assert isinstance(page, CapturesPage)
    page.add_files(file)
    person.wait(lambda: bool(page.answers.captures) and page.operation is None)
    assert page._passphrase.isVisible()
    for wrong, code in (("another passphrase", "DM-401"), ("", "DM-445")):
        page._passphrase.setText(wrong)
        person.go_on()
        assert person.page is page
        assert page.error_panel.error is not None
        assert page.error_panel.error.code == code
        assert page.answers.passphrase == ""
    page._passphrase.setText(PASSPHRASE)
    person.go_to(WizardStep.DONE)
    assert isinstance(person.window.context.result, UploadResult)
