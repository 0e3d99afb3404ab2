"""Each test that docs/tables.md names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", (ROOT / "docs/tables.md").read_text("utf-8"))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_it_is_there(file: str, name: str) -> None:
    assert f"\ndef {name}(" in (ROOT / "tests" / file).read_text("utf-8")


def test_each_row_names_one() -> None:
    rows = re.findall(r"(?m)^\| (?!what \||---).*$", (ROOT / "docs/tables.md").read_text("utf-8"))
    assert len(NAMED) >= len(rows) > 40
    assert all("::test_" in row for row in rows)
