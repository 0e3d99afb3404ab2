"""What browsers hold never reaches the terminal as a command to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.cli.output import escape_unprintable


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
