"""The list of people in a CSV file."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from desktop_migrator.errors import UsageError
from desktop_migrator.migration.database.people import read_people
from desktop_migrator.migration.database.person import Person
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
        ('file,name,user_id\nx,"a\nb",1\nm.dmcapture,c,\n', "line 4: it says nobody"),
        ("user_id,file,user_id\n1,m.dmcapture,2\n", "line 1: .*the column user_id twice"),
        # An unquoted comma, which shifts what follows.
        ("name,user_id,file\nBraun, Maria,1,m.dmcapture\n", "line 2: it has more cells"),
    ],
)
def test_what_says_nobody_or_two_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        listed(tmp_path, text)


def test_a_list_may_be_utf_16_as_spreadsheet_programs_write_unicode(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("file\tuser_id\r\nm.dmcapture\t1\r\n", "utf-16")
    assert read_people(path).find(tmp_path / "m.dmcapture", CAPTURE) == Person("1")
    path.write_bytes("file,user_id\nmüller.dmcapture,1\n".encode("cp1252"))
    with pytest.raises(UsageError, match="neither UTF-8 nor UTF-16"):
        read_people(path)


def test_letters_of_file_names_are_compared_however_a_disk_spells_them(tmp_path: Path) -> None:
    composed, parted = "M\u00fcller.dmcapture", "Mu\u0308ller.dmcapture"
    for listed_name, name in ((composed, parted), (parted, composed)):
        path = tmp_path / "people.csv"
        path.write_text(f"file,user_id\n{listed_name},1\n", "utf-8")
        assert read_people(path).find(tmp_path / name, CAPTURE) == Person("1")
