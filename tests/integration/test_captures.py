"""Captures and uploads as their users meet them; the oracles are what pages read back, and SQL."""

import getpass
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path, PureWindowsPath
from typing import Any

import psycopg
import pytest

from desktop_migrator.migration.sealed.backup_writer import build_manifest
from desktop_migrator.model import Profile, Record, StorageKey, Store, StoreFormat
from desktop_migrator.vault.keys import Passphrase, PrivateKey, SecretKey
from desktop_migrator.vault.sealed_file import AtomicSealedFile, open_sealed_file
from tests.integration.command_line import CommandLine, Ended
from tests.recorded import APP, areas, unpack

PASSPHRASE = "a capture's passphrase"
FAMILIES = ("chromium-leveldb", "firefox")


@pytest.fixture
def program(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "data")


def told(program: CommandLine, *words: object, passphrase: str = PASSPHRASE) -> Ended:
    """Runs a command with a passphrase on its standard input."""
    return program("--json", *words, "--passphrase-stdin", given=f"{passphrase}\n")


def captured(program: CommandLine, tmp_path: Path, family: str, *words: object) -> Path:
    out = tmp_path / f"{family}.dmcapture"
    source = unpack(family, tmp_path)
    ended = told(program, "capture", "--source", source, "--origin", APP, "--out", out, *words)
    assert ended.exit_code == 0, ended.err
    return out


def upload(program: CommandLine, database: str, *files: object, user: str = "u1") -> Ended:
    options = ("--database", database, "--user-id", user, "--create-tables", "--no-backup")
    return told(program, "upload", *files, *options)


def tasks(sql: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return sql.execute("SELECT id, title, user_id, metadata FROM tasks ORDER BY id").fetchall()


def test_a_capture_says_what_it_holds_and_shows_nothing(
    program: CommandLine, tmp_path: Path
) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    out = tmp_path / "all.dmcapture"
    made = told(program, "capture", "--source", profile, "--out", out)
    assert made.exit_code == 0, made.err
    facts = made.last
    assert facts["path"] == str(out)
    assert facts["manifest"]["reason"] == "capture"
    assert facts["manifest"]["time_zone"][0] in "+-"
    plain = {
        area: records for area, records in areas("chromium-leveldb").items() if " in " not in area
    }
    counts = {each["origin"]: each["records"] for each in facts["summary"]["origins"]}
    for origin in (each for each in plain if each.startswith("http://app.")):
        assert counts[origin] >= len(plain[origin])
    with open_sealed_file(out, "capture", [Passphrase(PASSPHRASE)]) as reader:
        read: dict[str, dict[str, str]] = {}
        for record in reader.records():
            read.setdefault(str(record.storage_key), {})[record.key] = record.value
    for area, records in plain.items():
        assert read[area] == records
    for path in [out, *(tmp_path / "data").rglob("*")]:
        if path.is_file():
            assert b"tasks" not in path.read_bytes()
    again = told(program, "capture", "--source", profile, "--out", out)
    assert again.exit_code == 2


def test_a_capture_knows_whose_it_is_and_tells_only_who_opens_it(
    program: CommandLine, tmp_path: Path
) -> None:
    source = unpack("firefox", tmp_path)
    folder = tmp_path / "out"
    folder.mkdir()
    words = ("capture", "--source", source, "--origin", APP, "--out", folder)
    made = told(program, *words, "--user-email", "maria.braun@example.com")
    assert made.exit_code == 0, made.err
    [path] = folder.iterdir()
    assert made.last["path"] == str(path)
    assert path.stem.endswith(f"-mb-{datetime.now().astimezone().date()}")
    with open_sealed_file(path, "capture", [Passphrase(PASSPHRASE)]) as reader:
        manifest = reader.manifest
    assert (manifest.user_id, manifest.email) == (None, "maria.braun@example.com")
    assert (manifest.plan, manifest.login) == ("default", getpass.getuser())
    assert b"maria" not in path.read_bytes()


def test_several_recipients_can_each_open_a_capture(program: CommandLine, tmp_path: Path) -> None:
    keys = [PrivateKey.generate() for _ in range(2)]
    words: list[object] = []
    for number, key in enumerate(keys):
        file = tmp_path / f"{number}.dmkey"
        file.write_text(key.public_key.to_text("desk"))
        words += ["--recipient", file]
    source, out = unpack("firefox", tmp_path), tmp_path / "two.dmcapture"
    made = program("capture", "--source", source, "--origin", APP, "--out", out, *words)
    assert made.exit_code == 0, made.err
    for key in keys:
        with open_sealed_file(out, "capture", [key]) as reader:
            assert {each.key: each.value for each in reader.records()} == areas("firefox")[APP]


def test_only_the_desk_opens_what_is_sealed_for_it(program: CommandLine, tmp_path: Path) -> None:
    private = PrivateKey.generate()
    key_file = tmp_path / "desk.dmkey"
    key_file.write_text(private.public_key.to_text("desk"))
    out = tmp_path / "one.dmcapture"
    source = unpack("firefox", tmp_path)
    made = program(
        "--json", "capture", "--source", source, "--origin", APP, "--out", out,
        "--recipient", key_file,
    )  # fmt: skip
    assert made.exit_code == 0, made.err
    with open_sealed_file(out, "capture", [private]) as reader:
        read = {record.key: record.value for record in reader.records()}
    assert read == areas("firefox")[APP]
    refused = program("--json", "records", "--source", out)
    assert refused.exit_code == 7
    neither = program("capture", "--source", source, "--out", tmp_path / "two.dmcapture")
    assert neither.exit_code == 2


def test_captures_are_uploaded_once_however_often_they_are_sent(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    files = [captured(program, tmp_path, family) for family in FAMILIES]
    copy = tmp_path / "copy.dmcapture"
    copy.write_bytes(files[0].read_bytes())
    broken = tmp_path / "broken.dmcapture"
    broken.write_bytes(files[1].read_bytes()[:-1])
    other = tmp_path / "other.dmcapture"
    other.write_bytes(b"not a capture")
    first = upload(program, database, *files, copy, broken, other)
    events = {Path(each["file"]).name: each for each in first.events if each["event"] == "uploaded"}
    assert len(events) == 5
    assert {each["same_as"] for each in events.values()} - {None} <= {str(files[0]), str(copy)}
    assert events["broken.dmcapture"]["error"]["code"] == "DM-402"
    assert events["other.dmcapture"]["error"]["code"] == "DM-900"
    assert first.exit_code in {2, 7}
    expected = {
        record["title"] for family in FAMILIES for record in json.loads(areas(family)[APP]["tasks"])
    }
    rows = tasks(sql)
    assert {title for _, title, _, _ in rows} == expected
    again = upload(program, database, *files)
    assert again.exit_code == 0, again.err
    assert again.last["counts"]["inserted"] == 0
    assert again.last["counts"]["unchanged"] + again.last["counts"]["skipped"] > 0
    assert tasks(sql) == rows
    shown = program(
        *("upload", files[0], "--database", database, "--user-id", "u1"),
        *("--no-backup", "--passphrase-stdin"),
        given=f"{PASSPHRASE}\n",
    )
    assert files[0].name in shown.out  # whole, at 80 columns
    assert "Rejected" not in shown.out


def test_two_uploads_at_once_add_each_row_once(
    database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    programs = [CommandLine(tmp_path / name) for name in ("one", "two")]
    files = [captured(programs[0], tmp_path, family) for family in FAMILIES]
    orders = [files, files[::-1]]
    with ThreadPoolExecutor() as pool:
        ended = list(
            pool.map(
                lambda each: upload(each[0], database, *each[1]), zip(programs, orders, strict=True)
            )
        )
    assert [each.exit_code for each in ended] == [0, 0], [each.err for each in ended]
    [(rows, ids)] = sql.execute("SELECT count(*), count(DISTINCT id) FROM tasks").fetchall()
    assert rows == ids
    inserted = [each.last["counts"]["inserted"] for each in ended]
    assert sum(inserted) > 0


def test_nobody_waits_for_another_persons_upload(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    mine, hers = (captured(program, tmp_path, family) for family in FAMILIES)
    assert upload(program, database, hers, user="u2").exit_code == 0
    written = tasks(sql)
    sql.execute("DELETE FROM tasks")  # so that there is something to do; her others stay
    with psycopg.connect(database) as other:  # in whose way the first person's items are
        other.execute("LOCK TABLE environments IN SHARE MODE")
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(upload, CommandLine(tmp_path / "one"), database, mine)
            wait = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            while sql.execute(wait).fetchone() == (0,):
                assert not waiting.done(), waiting.result().err
            ended = upload(program, database, hers, user="u2")
            assert ended.exit_code == 0, ended.err
            assert [row for row in tasks(sql) if row[2] == "u2"] == written
            assert not waiting.done()
            other.rollback()
            assert waiting.result().exit_code == 0


def windows_capture(path: Path, value: str) -> None:
    """As made on a computer with Windows: paths are what they were there."""
    root = PureWindowsPath(r"C:\Users\Maria\AppData\Local\Google\Chrome\User Data\Default")
    profile = Profile("chrome", "Google Chrome", "Maria", Path(str(root)))
    store_path = Path(str(root / "Local Storage" / "leveldb"))
    store = Store(profile, StoreFormat.CHROMIUM_LEVELDB, store_path, 1)
    key = Passphrase(PASSPHRASE)
    draft = AtomicSealedFile(
        path,
        build_manifest("w", "capture", [APP]),
        kind="capture",
        recipients=[key],
        identities=[key],
    )
    draft.payload.write_record(Record(store, StorageKey(APP), "tasks", value))
    draft.commit()


def test_a_capture_from_windows_is_uploaded_on_any_system(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    path = tmp_path / "maria.dmcapture"
    good = [{"id": f"a{number}", "title": f"from Windows {number}"} for number in range(12)]
    windows_capture(path, json.dumps([*good, {"id": "b"}]))
    ended = upload(program, database, path)
    assert ended.exit_code == 3, ended.err
    assert {title for _, title, _, _ in tasks(sql)} == {each["title"] for each in good}
    [(store, reason)] = sql.execute(
        "SELECT store, reason FROM desktop_migrator.quarantine"
    ).fetchall()
    assert store.replace("\\\\", "\\") == (
        r"C:\Users\Maria\AppData\Local\Google\Chrome\User Data\Default\Local Storage\leveldb"
    )
    assert reason


def test_a_capture_is_a_source_like_any_other(
    program: CommandLine, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    path = captured(program, tmp_path, "chromium-leveldb")
    odd_name = tmp_path / "what.is.this"
    path.rename(odd_name)
    words = ("migrate", "--source", odd_name, "--database", database, "--user-id", "u1")
    ended = told(program, *words, "--create-tables", "--continue-on-error")
    assert ended.exit_code == 0, ended.err
    assert len(tasks(sql)) == 60
    assert ended.last["backup"]
    wrong = told(program, *words, passphrase="wrong")
    assert (wrong.exit_code, wrong.last["code"]) == (7, "DM-401")


def test_a_capture_can_be_looked_into_with_its_passphrase(
    program: CommandLine, tmp_path: Path
) -> None:
    path = captured(program, tmp_path, "firefox")
    shown = told(program, "records", "--source", path)
    assert shown.exit_code == 0, shown.err
    lines = [json.loads(line) for line in shown.out.splitlines()]
    page = areas("firefox")[APP]
    assert {each["key"]: each["value"] for each in lines} == page
    [profile] = told(program, "scan", "--source", path).last["profiles"]
    [store] = profile["stores"]
    [area] = store["origins"]
    assert (store["format"], profile["capture"]) == ("firefox", str(path))
    assert (area["origin"], area["records"]) == (APP, len(page))
    previewed = told(program, "preview", "--source", path)
    assert previewed.exit_code == 0, previewed.err
    events = [json.loads(line) for line in previewed.out.splitlines()]
    tasks_found = sum(each.get("entity") == "tasks" for each in events)
    assert tasks_found == len(json.loads(page["tasks"]))
    for command in ("scan", "records", "preview"):
        refused = told(program, command, "--source", path, passphrase="wrong")
        assert (refused.exit_code, refused.last["code"]) == (7, "DM-401")


def test_a_backup_is_no_capture(program: CommandLine, tmp_path: Path) -> None:
    key = SecretKey.generate()
    path = tmp_path / "one.dmbackup"
    described = build_manifest("b", "create", [])
    AtomicSealedFile(path, described, kind="backup", recipients=[key], identities=[key]).commit()
    refused = program("records", "--source", path)
    assert refused.exit_code == 1
    assert "DM-101" in refused.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other pipes")
def test_a_pipe_is_no_capture_and_nobody_waits_for_it(program: CommandLine, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.dmcapture"
    os.mkfifo(pipe)
    ended = upload(program, "builtin", pipe)
    assert ended.exit_code == 2
    assert "is no capture" in ended.events[0]["error"]["detail"]
    assert program("records", "--source", pipe).exit_code == 1
