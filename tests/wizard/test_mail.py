"""A letter with a file, as mail programs are asked to begin it."""

import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pytestqt.qtbot import QtBot

from desktop_migrator.wizard import mail

SUBJECT, BODY = "maria & co.dmcapture", "Größe: 1 + 1\n100 %"


def test_an_address_is_found_in_what_a_desk_wrote() -> None:
    contact = "Acme, +49 30 1234 or help.desk@acme.example (Mo-Fr)"
    assert mail.find_address(contact) == "help.desk@acme.example"
    assert mail.find_address("+49 30 1234") is None


def test_an_address_to_write_to_says_exactly_what_was_meant() -> None:
    parts = urlsplit(mail.mailto("a@b.example", SUBJECT, BODY).toEncoded().toStdString())
    assert (parts.scheme, parts.path) == ("mailto", "a@b.example")
    assert parse_qs(parts.query) == {"subject": [SUBJECT], "body": [BODY]}


@pytest.mark.skipif(sys.platform != "linux", reason="xdg-email is of Linux")
def test_where_the_system_takes_a_file_it_is_given(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    program = tmp_path / "xdg-email"
    program.write_text(f'#!/bin/sh\nprintf "%s\\0" "$@" > {told}.new && mv {told}.new {told}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert mail.begin_letter("a@b.example", SUBJECT, BODY, Path("/x y/z.dmcapture"))
    qtbot.waitUntil(told.exists)
    words = told.read_text().split("\0")[:-1]
    assert words == [
        *("--subject", SUBJECT, "--body", BODY),
        *("--attach", str(Path("/x y/z.dmcapture")), "a@b.example"),
    ]
