"""Backup files: nothing half-written counts, whatever happens on the way; and which are kept."""

import random
import resource
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.errors import (
    MigratorError,
    SealedFileNotVerified,
    SealedFileNotWritten,
    WrongKey,
)
from desktop_migrator.model import Profile, Record, StorageKey, Store, StoreFormat
from desktop_migrator.system.files import file_sha256
from desktop_migrator.vault.backup_folder import (
    BACKUP_KIND,
    BackupFolder,
    RetentionCandidate,
    expired_backup_ids,
    new_backup_id,
)
from desktop_migrator.vault.keys import Passphrase, SecretKey
from desktop_migrator.vault.sealed_file import (
    AtomicSealedFile,
    open_sealed_file,
    verify_sealed_file,
)
from tests.unit.vault.test_payload import MANIFEST

KEY = SecretKey(bytes(range(32)))
STORE = Store(Profile("x", "X", "p", Path("/p")), StoreFormat.FIREFOX, Path("/p/s"), 1)
AREA = StorageKey("https://a.test")


def draft(
    folder: BackupFolder, name: str = "one", key: SecretKey | Passphrase = KEY
) -> AtomicSealedFile:
    path = folder.path_for(name)
    return AtomicSealedFile(path, MANIFEST, kind=BACKUP_KIND, recipients=[key], identities=[key])


def record(number: int, size: int = 10) -> Record:
    return Record(STORE, AREA, f"key{number}", f"{number:x}" * size)


def test_a_finished_backup_is_private_listed_and_reads_back(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backups")
    begun = draft(folder)
    for number in range(1000):
        begun.payload.write_record(record(number))
    assert folder.list_files() == {}
    sealed = begun.commit()
    assert folder.list_files() == {"one": sealed.path}
    assert [each.name for each in folder.path.iterdir()] == ["one.dmbackup"]
    assert sealed.path.stat().st_mode & 0o777 == 0o600
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert sealed.size == sealed.path.stat().st_size
    output = subprocess.run(["sha256sum", sealed.path], capture_output=True, check=True, text=True)
    assert output.stdout.split()[0] == sealed.sha256 == file_sha256(sealed.path)
    with open_sealed_file(sealed.path, BACKUP_KIND, [KEY]) as reader:
        assert list(reader.records()) == [record(number) for number in range(1000)]
    assert b"key7" not in sealed.path.read_bytes()
    begun.discard()
    assert sealed.path.exists()


def test_an_abandoned_one_leaves_nothing(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    begun = draft(folder)
    begun.payload.write_record(record(1))
    begun.discard()
    assert list(tmp_path.iterdir()) == []


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    sealed = draft(folder, key=Passphrase("right")).commit()
    verify_sealed_file(sealed.path, BACKUP_KIND, [Passphrase("right")])
    for wrong in (Passphrase("wrong"), KEY):
        with pytest.raises(WrongKey):
            verify_sealed_file(sealed.path, BACKUP_KIND, [wrong])


@pytest.fixture(scope="module")
def sealed_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = BackupFolder(tmp_path_factory.mktemp("sealed"))
    begun = draft(folder)
    for number in range(200):
        begun.payload.write_record(record(number, 400))
    return begun.commit().path.read_bytes()


@given(data=st.data())
def test_whatever_is_changed_is_refused(
    sealed_bytes: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(sealed_bytes) - 1))
    changed = data.draw(
        st.sampled_from(
            [
                sealed_bytes[:place],
                sealed_bytes[:place] + sealed_bytes[place + 1 :],
                sealed_bytes[:place] + b"\x00" + sealed_bytes[place:],
                sealed_bytes + sealed_bytes[place:],
                bytes(
                    [
                        *sealed_bytes[:place],
                        sealed_bytes[place] ^ 1 << data.draw(st.integers(0, 7)),
                        *sealed_bytes[place + 1 :],
                    ]
                ),
            ]
        )
    )
    path = tmp_path_factory.mktemp("tampered") / "one.dmbackup"
    path.write_bytes(changed)
    with pytest.raises(MigratorError):
        verify_sealed_file(path, BACKUP_KIND, [KEY])


def test_what_reads_back_differently_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that lies: what is synced is not what was written."""
    folder = BackupFolder(tmp_path)
    begun = draft(folder)
    begun.payload.write_record(record(1))
    [partial] = tmp_path.iterdir()
    sync = begun._file.sync

    def lying_sync() -> None:
        sync()
        content = bytearray(partial.read_bytes())
        content[len(content) // 2] ^= 1
        partial.write_bytes(content)

    monkeypatch.setattr(begun._file, "sync", lying_sync)
    with pytest.raises(SealedFileNotVerified):
        begun.commit()
    assert list(tmp_path.iterdir()) == []


def test_a_container_of_another_kind_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "one.dmcapture"
    AtomicSealedFile(path, MANIFEST, kind="capture", recipients=[KEY], identities=[KEY]).commit()
    with pytest.raises(MigratorError, match="capture"):
        verify_sealed_file(path, BACKUP_KIND, [KEY])


WRITER = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from desktop_migrator.vault.backup_folder import BackupFolder
    from tests.unit.vault.test_backup_folder import draft, record
    begun = draft(BackupFolder(Path(sys.argv[1])))
    for number in range(int(sys.argv[2])):
        begun.payload.write_record(record(number, 3000))
        if number % 500 == 0:
            print(number, flush=True)
    begun.payload.write_record(record(number, 3000))
    print("finishing", flush=True)
    begun.commit()
    print("finished", flush=True)
""")


def fill(begun: AtomicSealedFile, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        begun.payload.write_record(Record(STORE, AREA, f"k{number}", text))
    begun.commit()


def test_a_full_disk_leaves_no_backup_and_says_so(tmp_path: Path) -> None:
    """The system's limit on the size of files stands in for the end of the disk."""
    folder = BackupFolder(tmp_path)
    for number in range(3):
        draft(folder, f"before{number}").commit()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        begun = draft(folder)
        noise = random.Random(1)
        texts = ["".join(chr(noise.randrange(33, 250)) for _ in range(9000)) for _ in range(60)]
        with pytest.raises(SealedFileNotWritten) as refusal:
            fill(begun, texts)
        begun.discard()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert refusal.value.facts["path"]
    assert sorted(folder.list_files()) == ["before0", "before1", "before2"]
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize("mark", ["0", "1500", "finishing", "finished"])
def test_a_process_killed_leaves_a_whole_backup_or_none(tmp_path: Path, mark: str) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), "3000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if line.strip() == mark:
                process.kill()
                break
    left = list(tmp_path.iterdir())
    assert left
    folder = BackupFolder(tmp_path)  # removes what the process left
    for path in folder.list_files().values():
        assert verify_sealed_file(path, BACKUP_KIND, [KEY]).complete_summary.records == 3001
    assert {path.name for path in tmp_path.iterdir()} <= {"one.dmbackup"}
    if mark == "finished":
        assert folder.list_files()
    if mark in {"0", "1500"}:
        assert not folder.list_files()


NOW = datetime(2026, 7, 1, tzinfo=UTC)
aged = st.builds(
    RetentionCandidate,
    id=st.uuids().map(str),
    created=st.integers(0, 90).map(lambda days: NOW - timedelta(days=days)),
    owner=st.sampled_from([("db", "u1"), ("db", "u2"), (None, None)]),
    is_needed=st.booleans(),
)


@given(st.lists(aged, unique_by=lambda each: each.id))
def test_retention_keeps_the_young_the_last_and_the_needed(
    backups: list[RetentionCandidate],
) -> None:
    gone = set(expired_backup_ids(backups, NOW, timedelta(days=30)))
    kept = [each for each in backups if each.id not in gone]
    for each in backups:
        if NOW - each.created <= timedelta(days=30) or each.is_needed:
            assert each.id not in gone
    for owner in {each.owner for each in backups}:
        newest = max(each.created for each in backups if each.owner == owner)
        assert any(each.created == newest for each in kept if each.owner == owner)
    for each in kept:  # and nothing else
        alike = [other for other in backups if other.owner == each.owner]
        assert (
            each.is_needed
            or NOW - each.created <= timedelta(days=30)
            or each.created == max(other.created for other in alike)
        )


def test_ids_sort_by_time() -> None:
    ids = [new_backup_id(NOW + timedelta(seconds=number)) for number in range(5)]
    assert ids == sorted(ids)
    assert len({new_backup_id(NOW) for _ in range(100)}) == 100
