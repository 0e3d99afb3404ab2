"""The commands of the documentation, found in its Markdown."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_SHELL = {"sh", "console", "text"}
_INLINE = re.compile(r"`(desktop-migrator [-a-z][^`]*)`")
_PROGRAM = "desktop-migrator"


@dataclass(frozen=True)
class Command:
    """One that a page shows: its words behind the program's name, and where its output goes."""

    page: str
    words: tuple[str, ...]
    out: str | None = None

    def __str__(self) -> str:
        return shlex.join(self.words)


def shown_commands(page: Path) -> list[Command]:
    """Those in blocks, to be run."""
    text = page.read_text("utf-8")
    blocks = [block for kind, block in _FENCED.findall(text) if kind in _SHELL]
    blocks += re.findall(r"(?:^    desktop-migrator .*\n)+", _FENCED.sub("", text), re.MULTILINE)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    found = []
    for line in lines:
        words = line.strip().removeprefix("$ ")
        if words.startswith(f"{_PROGRAM} "):
            found.append(_command(page.name, words))
    return found


def inline_commands(page: Path) -> list[Command]:
    """Those that a sentence or a table names: what they say must exist."""
    text = _FENCED.sub("", page.read_text("utf-8"))
    return [_command(page.name, words) for words in _INLINE.findall(text)]


def _command(page: str, line: str) -> Command:
    words = shlex.split(line, comments=True)[1:]
    if ">" in words:
        return Command(page, tuple(words[: words.index(">")]), words[words.index(">") + 1])
    return Command(page, tuple(words))
