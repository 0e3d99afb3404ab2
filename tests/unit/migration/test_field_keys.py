"""A key of sensitive fields is made once, kept in the keyring and nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_migrator.errors import BadKey, KeyUnknown
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.field_keys import (
    export_field_key,
    field_key_for_run,
    find_field_key,
)
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.vault.credentials import Credentials
from tests.recording_reporter import RecordingReporter

JOB = Job(plan=load_plan(None), database="builtin", person=Person("u"))


class Keyring:
    """A keyring in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(service)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service]


@pytest.fixture
def keyring() -> Keyring:
    return Keyring()


@pytest.fixture
def workspace(tmp_path: Path, keyring: Keyring) -> Workspace:
    return Workspace(tmp_path, Credentials(lambda: keyring))


def test_it_is_made_once_told_without_its_secret_and_exported_for_its_owner(
    workspace: Workspace, keyring: Keyring, tmp_path: Path
) -> None:
    reporter = RecordingReporter()
    key = field_key_for_run(JOB, workspace, reporter)
    assert key is not None
    assert list(keyring.kept.values()) == [key.text]
    assert "keys export default --field" in str(reporter.warnings[0])
    assert key.text not in str(reporter.warnings[0])
    again = Workspace(tmp_path, Credentials(lambda: keyring))
    found = field_key_for_run(JOB, again, reporter)
    assert found is not None
    assert found.text == key.text
    assert len(reporter.warnings) == 1
    known = find_field_key(JOB.plan, None, again)
    assert known is not None
    assert known.text == key.text
    path = tmp_path / "out.key"
    export_field_key(again, "default", path)
    assert path.read_text() == f"{key.text}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadKey):
        export_field_key(again, "default", path)


def test_a_given_key_counts_and_is_not_kept(workspace: Workspace, keyring: Keyring) -> None:
    given = FieldKey.generate()
    assert field_key_for_run(replace(JOB, field_key=given), workspace, RecordingReporter()) is given
    assert keyring.kept == {}


def test_a_dry_run_keeps_nothing(workspace: Workspace, keyring: Keyring) -> None:
    assert field_key_for_run(replace(JOB, dry_run=True), workspace, RecordingReporter()) is not None
    assert keyring.kept == {}


def test_without_a_keyring_there_is_none_and_that_is_said(tmp_path: Path) -> None:
    reporter = RecordingReporter()
    assert field_key_for_run(JOB, Workspace(tmp_path), reporter) is None
    assert str(reporter.warnings[0]).startswith("There is no key for sensitive fields.")
    with pytest.raises(KeyUnknown):
        export_field_key(Workspace(tmp_path), "default", tmp_path / "k")


def test_an_entry_that_is_no_key_is_not_overwritten(workspace: Workspace, keyring: Keyring) -> None:
    keyring.kept["desktop-migrator field key default"] = "MARKER"
    with pytest.raises(BadKey) as raised:
        field_key_for_run(JOB, workspace, RecordingReporter())
    assert "MARKER" not in str(raised.value)
    assert keyring.kept == {"desktop-migrator field key default": "MARKER"}
