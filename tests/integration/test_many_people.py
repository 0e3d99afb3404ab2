"""Captures of many people in one call; the oracle is SQL, and what the captures were made of."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from msgspec.structs import replace

from desktop_migrator.errors import Cancelled
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.sealed.backup_writer import build_manifest
from desktop_migrator.migration.upload.upload import upload as upload_files
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Profile, Record, StorageKey, Store, StoreFormat
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import NullReporter, Stage
from desktop_migrator.vault.backup_folder import new_backup_id
from desktop_migrator.vault.keys import Passphrase
from desktop_migrator.vault.sealed_file import AtomicSealedFile
from tests.integration.command_line import CommandLine, Ended
from tests.recorded import APP

PASSPHRASE = "of all captures"
KEY = Passphrase(PASSPHRASE)  # stretched anew for each file's salt
MADE = datetime(2026, 11, 1, tzinfo=UTC)


def sealed(
    folder: Path,
    name: str,
    tasks: list[dict[str, Any]],
    *,
    made: int = 0,
    key: str = "tasks",
    **who: str,
) -> Path:
    """A capture of these tasks, or what else lies under `key`; `who` are the manifest's fields."""
    path = folder / f"{name}.dmcapture"
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = Profile("chrome", "Google Chrome", name, Path("/profiles") / name)
    store = Store(profile, StoreFormat.CHROMIUM_LEVELDB, profile.path / "leveldb", 1)
    manifest = build_manifest(new_backup_id(), "capture", [APP])
    manifest = replace(manifest, created=MADE + timedelta(days=made), **who)
    draft = AtomicSealedFile(path, manifest, kind="capture", recipients=[KEY], identities=[KEY])
    draft.payload.write_record(Record(store, StorageKey(APP), key, json.dumps(tasks)))
    draft.commit()
    return path


def tasks_of(person: str, count: int = 3) -> list[dict[str, Any]]:
    return [{"id": f"{person}-{n}", "title": f"{n} of {person}"} for n in range(count)]


@pytest.fixture
def program(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "data")


def upload(program: CommandLine, database: str, *words: object) -> Ended:
    options = ("--database", database, "--create-tables", "--no-backup", "--passphrase-stdin")
    return program("--json", "upload", *words, *options, given=f"{PASSPHRASE}\n")


def uploaded(ended: Ended) -> dict[str, dict[str, Any]]:
    """The events, by the files' names."""
    found = (each for each in ended.events if each["event"] == "uploaded")
    return {Path(each["file"]).stem: each for each in found}


def titles(sql: psycopg.Connection[Any], person: str) -> set[str]:
    rows = sql.execute("SELECT title FROM tasks WHERE user_id = %s", [person]).fetchall()
    return {title for (title,) in rows}


def test_a_folder_goes_to_the_people_whose_it_is_and_one_bad_file_harms_none(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    sealed(inbox, "ada", tasks_of("ada"), user_id="ada")
    sealed(inbox / "sub", "bob", tasks_of("bob"), host="PC-7", login="Bob")
    sealed(inbox, "cy", tasks_of("cy"), user_id="nobody any more")
    sealed(inbox, "nameless", tasks_of("x"), host="PC-8")
    (inbox / "broken.dmcapture").write_bytes((inbox / "ada.dmcapture").read_bytes()[:-1])
    (inbox / "notes.txt").write_text("no capture")
    people = tmp_path / "people.csv"
    people.write_text("File;Host;Login;User_Id\ncy.dmcapture;;;cy\n;pc-7;bob;bob\n", "utf-8-sig")
    report = tmp_path / "report.csv"
    ended = upload(program, database, inbox, "--people", people, "--csv", report)
    events = uploaded(ended)
    assert events.keys() == {"ada", "bob", "cy", "nameless", "broken"}
    assert {name for name, each in events.items() if each["error"]} == {"nameless", "broken"}
    assert ended.exit_code in {2, 7}
    for person in ("ada", "bob", "cy"):
        assert titles(sql, person) == {each["title"] for each in tasks_of(person)}
    assert sql.execute("SELECT count(DISTINCT user_id) FROM tasks").fetchone() == (3,)
    with report.open(encoding="utf-8", newline="") as file:
        rows = {Path(row["file"]).stem: row for row in csv.DictReader(file)}
    assert (rows["bob"]["person"], rows["bob"]["new"]) == ("bob", "3")
    assert rows["broken"]["problem"].startswith("DM-402")
    progress = [each for each in ended.events if each["event"] == "progress"]
    assert {each["stage"] for each in progress} == {"upload"}
    assert progress[-1]["current"] == progress[-1]["total"] == 5


def test_nothing_that_is_called_a_capture_is_passed_over_and_none_overwritten(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    ada = sealed(inbox, "ada", tasks_of("ada"), user_id="ada")
    ada.rename(inbox / "ada.DMCAPTURE")  # as a disk that knows no small letters
    (inbox / "empty.dmcapture").touch()
    (inbox / "link.dmcapture").symlink_to("nowhere")
    os.mkfifo(inbox / "pipe.dmcapture")
    (inbox / "folder.dmcapture").mkdir()
    ended = upload(program, database, inbox)
    events = uploaded(ended)
    problems = {name: (each["error"] or {}).get("code") for name, each in events.items()}
    assert problems == {"ada": None, "empty": "DM-900", "link": "DM-441", "pipe": "DM-900"}
    assert ended.exit_code != 0
    assert titles(sql, "ada") == {each["title"] for each in tasks_of("ada")}
    bob = sealed(tmp_path, "bob", tasks_of("bob"), user_id="bob")
    people = tmp_path / "people.csv"
    people.write_text("file,user_id\nbob.dmcapture,bob\n", "utf-8")
    before = {path: path.read_bytes() for path in (bob, people)}
    for out in before:
        refused = upload(program, database, bob, "--people", people, "--csv", out)
        assert refused.exit_code == 2
    assert {path: path.read_bytes() for path in before} == before
    assert titles(sql, "bob") == set()


def test_a_capture_that_takes_anothers_id_does_not_stand_for_it(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    """Whoever has the desk's public key can make one; what it does is told."""
    ada = sealed(tmp_path, "ada", tasks_of("ada"), user_id="ada", id="20261101-120000-0badcafe")
    mallory = sealed(
        *(tmp_path, "mallory", tasks_of("mallory")),
        made=1,
        user_id="mallory",
        id="20261101-120000-0badcafe",
    )
    copy = tmp_path / "copy.dmcapture"
    copy.write_bytes(ada.read_bytes())
    ended = upload(program, database, ada, mallory, copy)
    events = uploaded(ended)
    assert ended.exit_code == 7
    assert events["ada"]["error"]["code"] == "DM-541"
    assert (events["ada"]["same_as"], events["mallory"]["same_as"]) == (None, None)
    assert uploaded(upload(program, database, ada, copy, "--reassign"))["ada"]["error"] is None
    assert titles(sql, "ada") == {each["title"] for each in tasks_of("ada")}


class _CancelledAfterOne(NullReporter):
    """Somebody gives up as soon as the first file is done."""

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        if stage is Stage.UPLOAD:
            self.cancel.set()


def test_what_was_given_up_is_told_of_each_file(
    database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    names = ("ada", "bob", "cy")
    paths = [sealed(tmp_path, name, tasks_of(name), user_id=name) for name in names]
    job = Job(
        plan=load_plan(None),
        database=database,
        person=Person(),
        create_tables=True,
        backup=False,
        capture_passphrase_or_key=PASSPHRASE,
    )
    workspace = Workspace.open(tmp_path / "data")
    done = upload_files(paths, job, workspace, _CancelledAfterOne())
    assert [each.path.stem for each in done.files] == [*names]
    assert [type(each.error) for each in done.files] == [type(None), Cancelled, Cancelled]
    assert isinstance(done.error, Cancelled)
    assert [bool(titles(sql, name)) for name in names] == [True, False, False]


def test_a_capture_goes_to_one_person_unless_somebody_says_otherwise(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    path = sealed(tmp_path, "one", tasks_of("one"))
    assert upload(program, database, path, "--user-id", "ada").exit_code == 0
    refused = upload(program, database, path, "--user-id", "bob")
    assert (refused.exit_code, uploaded(refused)["one"]["error"]["code"]) == (7, "DM-541")
    assert titles(sql, "bob") == set()
    other = CommandLine(tmp_path / "another computer")  # the ledger is the database's
    assert upload(other, database, path, "--user-id", "bob").exit_code == 7
    migrated = program(
        *("--json", "migrate", "--source", path, "--origin", APP, "--database", database),
        *("--user-id", "bob", "--no-backup", "--passphrase-stdin"),
        given=f"{PASSPHRASE}\n",
    )
    assert (migrated.exit_code, migrated.last["code"]) == (7, "DM-541")
    assert upload(program, database, path, "--user-id", "bob", "--reassign").exit_code == 0
    assert titles(sql, "bob") == titles(sql, "ada") == {t["title"] for t in tasks_of("one")}

    named = sealed(tmp_path, "two", tasks_of("two"), user_id="ada")
    refused = upload(program, database, named, "--user-id", "bob")
    assert uploaded(refused)["two"]["error"]["code"] == "DM-541"
    people = tmp_path / "people.csv"
    people.write_text("file,user_id\ntwo.dmcapture,bob\n", "utf-8")
    listed = upload(program, database, named, "--user-id", "bob", "--people", people, "--dry-run")
    assert (listed.exit_code, uploaded(listed)["two"]["user_id"]) == (0, "bob")
    # What is said once for everything does not overrule what a capture says.
    said = program(
        *("--json", "upload", named, "--database", database, "--no-backup", "--passphrase-stdin"),
        given=f"{PASSPHRASE}\n",
        DESKTOP_MIGRATOR_USER_ID="bob",
    )
    assert uploaded(said)["two"]["user_id"] == "ada"


def test_what_was_taken_back_may_go_to_somebody_else(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    path = sealed(tmp_path, "one", tasks_of("one"))
    first = upload(program, database, path, "--user-id", "ada")
    run = uploaded(first)["one"]["run"]
    undone = program("--json", "rollback", "--run", run, "--database", database, "--yes")
    assert undone.exit_code == 0, undone.err
    assert upload(program, database, path, "--user-id", "bob").exit_code == 0
    assert (titles(sql, "ada"), len(titles(sql, "bob"))) == (set(), 3)


def test_what_is_done_is_not_done_again_and_what_differs_is(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    sealed(tmp_path, "ada", tasks_of("ada"), user_id="ada")
    only = upload(program, database, tmp_path / "ada.dmcapture", "--dry-run", "--conflict", "skip")
    assert uploaded(only)["ada"]["outcome"] == "dry_run"
    some = upload(program, database, tmp_path / "ada.dmcapture", "--exclude", "tasks")
    assert some.exit_code != 0 or uploaded(some)["ada"]["counts"]["inserted"] == 0
    whole = upload(program, database, tmp_path / "ada.dmcapture")
    assert uploaded(whole)["ada"]["counts"]["inserted"] == 3
    again = uploaded(upload(program, database, tmp_path / "ada.dmcapture"))["ada"]
    assert again["done_before"] == uploaded(whole)["ada"]["run"]
    runs = "SELECT count(*) FROM desktop_migrator.runs"
    [(before,)] = sql.execute(runs).fetchall()
    for words in ((), ("--again",), ("--conflict", "overwrite")):
        ended = upload(program, database, tmp_path / "ada.dmcapture", *words)
        assert ended.exit_code == 0, ended.err
        assert len(titles(sql, "ada")) == 3
    assert sql.execute(runs).fetchall() == [(before + 2,)]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_whatever_is_killed_each_item_of_each_person_is_there_once(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    inbox, people = tmp_path / "inbox", [f"p{number}" for number in range(5)]
    for number, person in enumerate(people):
        sealed(inbox, person, tasks_of(person, 40), made=number, user_id=person)
    words = (
        *("--json", "upload", inbox, "--database", database, "--create-tables", "--no-backup"),
        "--passphrase-stdin",
    )
    done: list[str] = []
    for _ in range(2):  # killed twice, each after one more file
        with subprocess.Popen(
            program.command(*words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{PASSPHRASE}\n")
            process.stdin.close()
            for line in process.stdout:
                event = json.loads(line)
                if event["event"] == "uploaded" and event["done_before"] is None:
                    done.append(event["user_id"])
                    process.kill()
                    break
    assert len(set(done)) == 2  # the second call went on after the first one's
    ended = upload(program, database, inbox)
    assert ended.exit_code == 0, ended.err
    for person in people:
        assert titles(sql, person) == {each["title"] for each in tasks_of(person, 40)}
    assert sql.execute("SELECT count(*) FROM tasks").fetchone() == (200,)
    events = uploaded(ended)
    assert {name for name, each in events.items() if each["done_before"]} >= set(done)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_several_processes_do_it_once_and_one_that_is_killed_costs_nothing(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    inbox, people = tmp_path / "inbox", [f"p{number}" for number in range(6)]
    for number, person in enumerate(people):
        sealed(inbox, person, tasks_of(person, 40), made=number, user_id=person)
    (inbox / "broken.dmcapture").write_bytes((inbox / "p0.dmcapture").read_bytes()[:-1])
    created = upload(program, database, inbox / "p0.dmcapture")
    assert created.exit_code == 0, created.err
    words = ("--json", "upload", inbox, "--database", database, "--no-backup", "--jobs", 2)
    events: list[dict[str, Any]] = []
    with subprocess.Popen(
        program.command(*words, "--passphrase-stdin"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{PASSPHRASE}\n")
        process.stdin.close()
        killed = False
        for line in process.stdout:
            events.append(json.loads(line))
            if not killed and events[-1]["event"] == "uploaded" and events[-1].get("run"):
                workers = [
                    each
                    for each in psutil.Process(process.pid).children(recursive=True)
                    if each.ppid() != process.pid
                ]
                assert len(workers) == 2
                workers[0].kill()
                killed = True
    assert killed
    told = [Path(each["file"]).stem for each in events if each["event"] == "uploaded"]
    assert sorted(told) == sorted([*people, "broken"])  # each once
    assert [each for each in events if each["event"] == "uploaded" and each["error"]] == [
        each for each in events if each.get("file", "").endswith("broken.dmcapture")
    ]
    for person in people:
        assert titles(sql, person) == {each["title"] for each in tasks_of(person, 40)}
    assert sql.execute("SELECT count(*) FROM tasks").fetchone() == (240,)


def test_a_passphrase_is_stretched_once_a_file(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stretch, salts = hashlib.pbkdf2_hmac, list[bytes]()

    def counted(name: str, secret: bytes, salt: bytes, *rest: int) -> bytes:
        salts.append(salt)
        return stretch(name, secret, salt, *rest)

    paths = [sealed(tmp_path, name, tasks_of(name), user_id=name) for name in ("ada", "bob")]
    monkeypatch.setattr("desktop_migrator.vault.keys.hashlib.pbkdf2_hmac", counted)
    job = Job(
        plan=load_plan(None),
        database=database,
        person=Person(),
        create_tables=True,
        continue_on_error=True,
        backup=False,
        capture_passphrase_or_key=PASSPHRASE,
    )
    done = upload_files(paths, job, Workspace.open(tmp_path / "data"), NullReporter())
    assert done.error is None
    assert len(salts) == len(set(salts)) == 2
