"""Every command that the documentation shows in a block is run, page by page, on a made-up person's
computer with a browser, a database and what the pages speak of."""

import shutil
import sys
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.testing import write_profile
from tests import kept_keyring
from tests.doc_commands import PAGES, ROOT, Command, inline_commands, shown_commands
from tests.integration.command_line import CommandLine, Ended

SITE = "https://app.example.com"
PASSPHRASE = "a long passphrase"
DATA = {
    SITE: {
        "tasks": [
            {"id": f"{number:02}", "title": f"Task {number}", "createdAt": "2026-03-01T12:00:00Z"}
            for number in range(5)
        ],
        "environments": [{"id": "1", "name": "dev", "config": {"url": "http://localhost"}}],
        "form_signup": {"email": "ada@example.com"},
    }
}
_TABLE = "from-the-old-guide.md"
_NOT_RUN = {
    "wizard": "opens a window",
    "analyze --profile": "wants the person named after an undo",
    "update check": "asks the internet",
    "electric verify": "asks an Electric server",
}
_MAY_END = {
    "checklist": {1},  # something is open
    "electric check": {1},  # a server that was not made for Electric
    "electric prepare": {1},
    "optimize": {1},  # the app's own tables wait for a word
    "plan check": {3},
    "repair": {1},
    "rollback": {1, 3},  # undone already
    "unlock": {0},
    "validate": {1},
    "backup delete": {7},  # still needed
    "backup restore": {1, 3},
    "test-connection": {1},  # by an administrator, without TLS
    "upload": {3},
    "migrate": {3, 4},  # conflicts are asked about, and nobody answers
    "status": {8},
}
"""Exit codes beside 0 that are an answer, by the command's name."""
_DONE_ALREADY = ("DM-509", "DM-540", "There is a key named desk-2026", "No run made this backup")
"""What is told where a line before has undone it, another page has it for granted, or `last` is a
backup that was made by hand."""


class Computer:
    """Ada's: her home, in which the pages' files are, and what the program keeps."""

    def __init__(self, folder: Path, database: str) -> None:
        self.home = folder / "home"
        self.database = database
        self.profile = write_profile(self.home / ".config/google-chrome/Default", DATA)
        self.run = CommandLine(folder / "data")
        self.folder = folder

    def __call__(self, *words: object) -> Ended:
        return self.run(
            *words,
            given=f"{PASSPHRASE}\n",
            HOME=str(self.home),
            USERPROFILE=str(self.home),
            XDG_CONFIG_HOME=None,
            XDG_DATA_HOME=None,
            EDITOR=f"{sys.executable} -c 0",
            **kept_keyring.variables(self.folder),
        )

    def prepare(self) -> None:
        """What pages take for granted: a desk's key, a plan, captures, a connection, a run."""
        shutil.copytree(self.profile, self.home / "browser")
        (self.home / "Documents").mkdir()
        for command in chain(*map(shown_commands, PAGES)):
            for before, word in pairwise(command.words):
                if before == "--plan":
                    shutil.copy(ROOT / "resources/plans/default.toml", self.home / word)
        people = "user_id,file\n4711,maria.dmcapture\n"
        for name in ("people.csv", "everybody.csv"):
            (self.home / name).write_text(people, "utf-8")
        capture = self.home / "inbox" / "maria.dmcapture"
        capture.parent.mkdir()
        there = ("--database", self.database, "--user-id", "ada", "--create-tables")
        for words in (
            ("keys", "new", "desk"),
            ("keys", "new", "desk-2026"),
            ("keys", "export", "desk", "--out", "desk.dmkey"),
            ("connection", "add", "prod", self.database, "--password-stdin"),
            ("connection", "add", "office", self.database, "--password-stdin"),
            ("capture", "--out", capture, "--recipient", "desk.dmkey"),
            ("migrate", "--origin", SITE, *there),
        ):
            ended = self(*words)
            assert ended.exit_code == 0, (words, ended.err)

    def words_of(self, command: Command) -> list[str]:
        """The command with what stands for something in place of it."""
        meant: list[str] = []
        for before, word in zip(("", *command.words), command.words, strict=False):
            if word.startswith("postgresql://") or (before == "--database" and word in "URL …"):
                meant.append(self.database)
            elif word == "PROFILE":
                meant.append(str(self.profile))
            elif word in {"ID", "RUN"}:
                meant.append("ada" if before == "--user-id" else "last")
            elif word.startswith("~/"):
                meant.append(str(self.home / word[2:]))
            elif "*" in word and before != "--debug":
                meant += sorted(str(each) for each in Path().glob(word)) or [word]
            else:
                meant.append(word.replace("https://app.example", SITE) if before == "--origin"
                             and word == "https://app.example" else word)  # fmt: skip
        return meant


class Copies:
    """A computer that was prepared once, and as it was then before each page."""

    def __init__(self, folder: Path, administrator: psycopg.Connection[Any], server: str) -> None:
        self._administrator = administrator
        self._folder = folder / "computer"
        self._kept = folder / "kept"
        self._folder.mkdir()
        administrator.execute("CREATE DATABASE shown")
        database = urlsplit(server)._replace(path="/shown").geturl()
        self.computer = Computer(self._folder, database)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.computer.home)
            self.computer.prepare()
        shutil.copytree(self._folder, self._kept, symlinks=True)
        administrator.execute("CREATE DATABASE shown_kept TEMPLATE shown")

    def renew(self) -> Computer:
        shutil.rmtree(self._folder)
        shutil.copytree(self._kept, self._folder, symlinks=True)
        self._administrator.execute("DROP DATABASE shown WITH (FORCE)")
        self._administrator.execute("CREATE DATABASE shown TEMPLATE shown_kept")
        return self.computer

    def remove(self) -> None:
        for name in ("shown", "shown_kept"):
            self._administrator.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def copies(server: BuiltinPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    folder = tmp_path_factory.mktemp("docs")
    with psycopg.connect(server.url, autocommit=True) as administrator:
        administrator.execute("CREATE ROLE electric")
        made = Copies(folder, administrator, server.url)
        yield made
        made.remove()
        administrator.execute("DROP ROLE electric")


def _run_commands(page: Path) -> list[Command]:
    """Of the table from the old guide those within sentences, too."""
    return inline_commands(page) if page.name == _TABLE else shown_commands(page)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if _run_commands(page)], ids=lambda page: page.name
)
def test_what_a_page_shows_works(
    copies: Copies, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer = copies.renew()
    monkeypatch.chdir(computer.home)
    for command in _run_commands(page):
        begin = " ".join(command.words[:2])
        if any(begin.startswith(each) for each in _NOT_RUN):
            continue
        ended = computer(*computer.words_of(command))
        if command.out:
            (computer.home / command.out).write_text(ended.out, "utf-8")
        if page.name == _TABLE:  # each of its lines stands alone
            (computer.run.data_dir / "config.toml").unlink(missing_ok=True)
        known = " ".join(word for word in command.words if not word.startswith("-"))
        answers = {0}.union(*(codes for name, codes in _MAY_END.items() if name in known))
        done_already = any(each in ended.err for each in _DONE_ALREADY)
        assert ended.exit_code in answers or done_already, (str(command), ended)
