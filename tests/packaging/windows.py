"""A Windows to install into: a wine prefix of its own, and what is asked of it."""

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.waiting import PATIENCE

UNINSTALL_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\DesktopMigrator"
UNINSTALLER = "Uninstall Desktop Migrator.exe"


class Windows:
    """`prefix` becomes its disk; nothing of the person's own wine or home is used."""

    def __init__(self, prefix: Path, **environment: str) -> None:
        self.prefix = prefix
        self._started: list[subprocess.Popen[bytes]] = []
        home = prefix.with_name(f"{prefix.name}-home")
        home.mkdir()
        prefix.mkdir(exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "WINEPREFIX": str(prefix),
            "WINEDEBUG": "-all",
            # No Mono, no browser engine, no menu entries on the machine that tests.
            "WINEDLLOVERRIDES": "mscoree,mshtml=;winemenubuilder.exe=d",
            **environment,
        }
        # Its services stay up between programs, which then start in a fraction of the time; and
        # as they would hold a pipe open that they were started with, they get none.
        for command in (["wineserver", "--persistent"], ["wine", "wineboot", "--init"]):
            subprocess.run(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
                timeout=PATIENCE,
            )
        self.pretend("win10")

    def pretend(self, release: str) -> None:
        """Say that it is this Windows: `win10`, `win81`."""
        self.run("winecfg", "-v", release)

    def run(self, *command: str | Path, code: int | None = 0, timeout: float = PATIENCE) -> str:
        """Run a program to its end; what it wrote, if it ended well. `code` None: any will do."""
        # Into a file: what wine starts on the side would hold a pipe open.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                ["wine", *command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=timeout,
                check=False,
            )
            output.seek(0)
            told = output.read().decode("utf-8", "replace")
        assert code is None or done.returncode == code, (done.returncode, told)
        return told if done.returncode == 0 else ""

    def start(self, *command: str | Path) -> subprocess.Popen[bytes]:
        """Run a program beside the test, which waits for its end or has `end_started` bring it."""
        self._started.append(
            subprocess.Popen(
                ["wine", *command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        return self._started[-1]

    def end_started(self) -> None:
        for process in self._started:
            process.kill()
            process.wait(PATIENCE)
        self._started.clear()

    def end(self, program: str) -> None:
        """All processes of this name, if there are any."""
        self.run("taskkill", "/f", "/im", program, code=None)

    @property
    def user(self) -> Path:
        """The person's folder."""
        users = self.prefix / "drive_c" / "users"
        return next(path for path in users.iterdir() if path.name != "Public")

    @property
    def local(self) -> Path:
        return self.user / "AppData" / "Local"

    @property
    def programs(self) -> Path:
        return self.local / "Programs" / "Desktop Migrator"

    @property
    def start_menu(self) -> Path:
        return self.user.joinpath("AppData/Roaming/Microsoft/Windows/Start Menu/Programs")

    def registry(self, key: str, name: str | None = None) -> str | None:
        """A value (`name` None: the default one), as text; None where there is none."""
        which: Sequence[str] = ("/ve",) if name is None else ("/v", name)
        answer = self.run("reg", "query", key, *which, code=None)
        found = re.search(r"REG_(?:SZ|DWORD) +(.*?)\r?\n", answer)
        return found[1] if found else None

    def merge_classes(self) -> None:
        """What is opened with what: Windows reads the person's own together with the system's,
        wine only the system's."""
        self.run("reg", "copy", r"HKCU\Software\Classes", r"HKLM\Software\Classes", "/s", "/f")

    def uninstall(self, *options: str, folder: Path | None = None, code: int | None = 0) -> None:
        """As the system does, but waiting for it: `_?=` keeps it from copying itself away."""
        place = folder or self.programs
        # The last word, without quotes whatever is in it; wine would quote a word with a blank.
        last = f"_?={self.windows_path(place)}".split(" ")
        self.run(place / UNINSTALLER, "/S", *options, *last, code=code)
        if code == 0:
            (place / UNINSTALLER).unlink(missing_ok=True)
            if place.is_dir() and not any(place.iterdir()):
                place.rmdir()

    def windows_path(self, path: Path) -> str:
        return "C:\\" + str(path.relative_to(self.prefix / "drive_c")).replace("/", "\\")

    def shut_down(self) -> None:
        for option in ("-k", "-w"):  # all programs, and then until the services are gone
            subprocess.run(
                ["wineserver", option], env=self.environment, check=False, timeout=PATIENCE
            )
