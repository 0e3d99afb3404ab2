"""What browsers hold never reaches the terminal as a command to it."""

import subprocess
import sys
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from desktop_migrator.cli.output import PlainConsole, cell, escape_unprintable, print_line


@given(st.text(alphabet=st.characters(), max_size=50))
def test_only_printable_characters_are_shown(text: str) -> None:
    assert escape_unprintable(text).isprintable()
    escape_unprintable(text).encode("utf-8")  # no lone surrogate is left


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("café 数", "café 数"),
        ("k\x1b[31m", "k\\x1b[31m"),
        ("a\x00b\n", "a\\x00b\\n"),
        ("half \ud83d", "half \\ud83d"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
    ],
)
def test_what_would_not_show_is_spelled_out(text: str, expected: str) -> None:
    assert escape_unprintable(text) == expected


def test_nothing_printed_is_markup_or_a_control_code() -> None:
    shown = StringIO()
    console = PlainConsole(file=shown, force_terminal=True, width=200, color_system=None)
    probe = "[b]probe[/b] :smile: [/nothing] \x1b[31mred\x07 [link=file:///x]y[/link]"
    table = Table(title=probe)
    table.add_column(probe)
    table.add_row(probe)
    table.add_row(cell(probe))
    console.print(table)
    console.print(probe)
    print_line(console, probe)
    text = shown.getvalue()
    literal = probe.replace("\x1b", "\\x1b").replace("\x07", "\\x07")
    assert text.count(literal) >= 5
    assert "\x1b[31m" not in text
    assert "\x07" not in text
    assert "\x1b]8" not in text


def test_a_result_that_cannot_be_printed_fails_nothing() -> None:
    program = (
        "import os, sys\n"
        "from desktop_migrator.cli.output import whatever_the_terminal, write_json\n"
        "reader, writer = os.pipe()\n"
        "os.close(reader)\n"
        "os.dup2(writer, 1)\n"
        "with whatever_the_terminal():\n"
        "    write_json({'event': 'finished'})\n"
        "with whatever_the_terminal():\n"
        "    raise UnicodeEncodeError('ascii', 'x', 0, 1, 'no')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert (ended.returncode, ended.stderr) == (0, b"")
