"""The list of people in a CSV file."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from desktop_migrator.errors import UsageError
from desktop_migrator.migration.database.open_database import Person
from desktop_migrator.migration.database.people import read_people
from desktop_migrator.migration.sealed.backup_writer import build_manifest

CAPTURE = replace(build_manifest("c-1", "capture", []), host="PC-1", login="maria")


def listed(tmp_path: Path, text: str) -> Person | None:
    path = tmp_path / "people.csv"
    path.write_text(text, "utf-8")
    return read_people(path).find(tmp_path / "m.dmcapture", CAPTURE)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("capture,user_id\nC-1,1\nc-2,2\n", Person("1")),
        ("file\tuser_id\nm.dmcapture\t1\n", Person("1")),
        ("HOST;LOGIN;EMAIL\nother;maria;x@y.z\npc-1;MARIA;m@b.c\n", Person(email="m@b.c")),
        ("host,user_id\nPC-1,7\n", Person("7")),
        ("host,login,user_id\nPC-1,otto,7\n", None),
        ('name,user_id,file\n"Braun, Maria","1","m.dmcapture"\n\n', Person("1")),
        # The id says more than the file, and the file more than the computer.
        ("capture,file,host,user_id\n,,PC-1,3\n,m.dmcapture,,2\nc-1,,,1\n", Person("1")),
        ("file,user_id\nm.dmcapture,1\nm.dmcapture,1\n", Person("1")),
    ],
)
def test_a_person_is_found(tmp_path: Path, text: str, person: Person | None) -> None:
    assert listed(tmp_path, text) == person


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1: its first line names neither"),
        ("file,name\nm.dmcapture,Maria\n", "line 1: its first line names neither"),
        ("file,user_id\nm.dmcapture,\n", "line 2: it says nobody"),
        ("file,user_id\nm.dmcapture,1\nm.dmcapture,2\n", "more than once: lines 2, 3"),
    ],
)
def test_what_says_nobody_or_two_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        listed(tmp_path, text)
