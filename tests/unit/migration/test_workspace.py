"""What lies in the data folder is its owner's, whole, and told where it cannot be kept."""

import errno
import os
import sqlite3
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop_migrator.errors import DataFolderUnusable, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.workspace import connections, private_database
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.backup_catalog import BackupCatalog
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.connections import add_connection, list_connections
from desktop_migrator.migration.workspace.workspace import Workspace, noting_only
from desktop_migrator.reporter import NullReporter
from desktop_migrator.system import files

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")


@pytest.fixture(params=[0o000, 0o277], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@posix
@pytest.mark.usefixtures("umask")
def test_folders_and_files_are_their_owners_whatever_the_umask(tmp_path: Path) -> None:
    root = tmp_path / "new" / "data"
    workspace = Workspace.open(root)
    Catalog(workspace.catalog)
    BackupCatalog(workspace.catalog)
    AuditTrail(workspace.catalog).record_local(AuditEvent(action="clear"))
    add_connection(workspace, "one", "postgresql://app@db.test/app", None)
    files.private_file(workspace.logs / "x.log")
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (root.parent, *root.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


@posix
def test_a_file_that_others_could_read_is_tightened(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.touch(0o644)
    Catalog(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_busy_data_folder_is_told_with_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog, trail = Catalog(path), AuditTrail(path)
    monkeypatch.setattr(private_database, "_WAIT_SECONDS", 0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DataFolderUnusable, match="locked"):
            catalog.runs()
        with pytest.raises(DataFolderUnusable, match="locked"):
            trail.record_local(AuditEvent(action="clear"))


def test_a_full_data_folder_is_told_with_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace.open(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataFolderUnusable, match="No space left"):
        add_connection(workspace, "one", "postgresql://app@db.test/app", None)


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), DataFolderUnusable(path="x", reason="full")],
)
def test_what_cannot_be_noted_of_a_finished_run_is_a_note(error: Exception) -> None:
    told: list[str] = []

    class Listening(NullReporter):
        def warned(self, message: Message) -> None:
            told.append(str(message))

    with noting_only(Listening()):
        raise error
    assert len(told) == 1
    assert told[0].startswith("It is done")


def test_two_that_save_at_once_both_keep_what_they_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspaces = [Workspace.open(tmp_path) for _ in range(2)]
    real = connections._write
    met = threading.Event()

    def slow(*saved: object) -> None:
        # While the first one writes, the second one is on its way; it cannot have read yet.
        if not met.is_set():
            met.set()
            other.start()
            other.join(0.05)
        real(*saved)  # type: ignore[arg-type]

    monkeypatch.setattr(connections, "_write", slow)
    url = "postgresql://app@db.test/app"
    other = threading.Thread(target=add_connection, args=(workspaces[1], "two", url, None))
    add_connection(workspaces[0], "one", url, None)
    other.join()
    assert [saved.name for saved in list_connections(workspaces[0])] == ["one", "two"]


@pytest.mark.parametrize("name", ["sslpassword", "scram_client_key"])
def test_a_secret_of_an_address_gets_into_no_file(tmp_path: Path, name: str) -> None:
    workspace = Workspace.open(tmp_path)
    if name not in connections._SECRET_PARAMETERS:
        pytest.fail(name)
    with pytest.raises((UsageError, Exception)) as refused:
        add_connection(workspace, "one", f"postgresql://app@db.test/app?{name}=hidden", None)
    assert "hidden" not in str(refused.value)
    assert not workspace.connections.exists()
