"""The manual pages that the Linux package brings, as groff sets them and the commands are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_migrator.cli.app import COMMANDS
from tests.packaging.conftest import ROOT

_WRITE = """
import sys
from pathlib import Path
from manual_pages import manual_pages
for name, text in manual_pages("1.2.3").items():
    Path(sys.argv[1], f"{name}.1").write_text(text, "ascii")
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    subprocess.run(
        [sys.executable, "-c", _WRITE, folder],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'packaging'}", "PATH": "/usr/bin:/bin"},
        check=True,
    )
    return folder


def _read(page: Path) -> str:
    """What a reader sees, on lines that are long enough for everything."""
    shown = subprocess.run(
        ["groff", "-man", "-Tutf8", "-P-cbou", "-rLL=999n", "-rHY=0", page],
        capture_output=True,
        check=True,
    )
    return shown.stdout.decode()


@pytest.mark.needs("groff")
def test_the_pages_are_set_without_a_warning(pages: Path) -> None:
    found = sorted(pages.iterdir())
    told = subprocess.run(
        ["groff", "-man", "-ww", "-z", "-Tutf8", *found], capture_output=True, text=True, check=True
    )
    assert (told.stdout, told.stderr) == ("", "")


@pytest.mark.needs("groff")
def test_the_program_page_leads_to_every_command(pages: Path) -> None:
    shown = _read(pages / "desktop-migrator.1")

    listed = shown.partition("COMMANDS")[2].partition("\nOPTIONS")[0]
    assert set(re.findall(r"^       ([a-z-]+)(?: |$)", listed, re.MULTILINE)) == set(COMMANDS)
    leads = set(re.findall(r"([a-z-]+)\(1\)", shown.partition("SEE ALSO")[2]))
    assert {f"{each}.1" for each in leads} | {"desktop-migrator.1"} == {
        page.name for page in pages.iterdir()
    }


@pytest.mark.needs("groff")
@pytest.mark.parametrize("words", ["migrate", "backup restore", "plan infer"])
def test_a_page_tells_what_help_tells(pages: Path, words: str) -> None:
    page = _read(pages / f"desktop-migrator-{words.replace(' ', '-')}.1")
    helped = subprocess.run(
        [sys.executable, "-m", "desktop_migrator", *words.split(), "--help"],
        env={"COLUMNS": "400", "PATH": "/usr/bin:/bin", "HOME": str(pages), "LANG": "C.UTF-8"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    options = set(re.findall(r"(?<![\w-])--[a-z-]+", helped))
    assert options <= set(re.findall(r"--[a-z-]+", page))
    examples = re.findall(r"^ +(desktop-migrator .*\S)", helped, re.MULTILINE)
    assert examples
    assert all(example in page for example in examples)
