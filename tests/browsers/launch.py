"""Starts real browsers without a window, and ends them politely or not at all politely."""

import contextlib
import json
import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

from desktop_migrator.model import StoreFormat
from tests.browsers.marionette import Marionette
from tests.browsers.site import Session, Site
from tests.waiting import PATIENCE, wait_until

HOSTS = tuple(
    f"{name}.test"
    for name in (
        *("start", "app.demo", "hub.demo", "widget", "hard", "hardest", "big"),
        *("many", "churn", "cleared", "emptied", "news", "shop"),
    )
)
"""The names that lead to this machine in every browser."""


class Browser(ABC):
    """A running browser and the wire to its page; leaving the context kills what still runs."""

    format: ClassVar[StoreFormat]
    store_patterns: ClassVar[tuple[str, ...]]
    lock: ClassVar[str | None] = None
    """The symbolic link in the profile that a browser leaves behind when it is killed."""
    data_folder: ClassVar[str] = "."
    """Where below its folder the browser keeps what we read."""
    encoding: ClassVar[str] = "ascii"
    """In which plain texts lie on disk."""

    def __init__(self, site: Site, profile: Path, *flags: str) -> None:
        self.site = site
        self.profile = profile
        self.session = site.session()
        self.profile.mkdir(exist_ok=True)
        home = profile.with_name(f"{profile.name}-home")
        home.mkdir(exist_ok=True)
        start = self.session.address(f"http://start.test:{site.ports[0]}")
        self.process = subprocess.Popen(
            [*self.command(), *flags, start],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": str(home), "XDG_DATA_HOME": str(profile)},
            start_new_session=True,
        )
        try:
            self.session.arrived()
        except BaseException:
            self.kill()
            raise

    @abstractmethod
    def command(self) -> Sequence[str]: ...

    @abstractmethod
    def quit(self, *marks: str) -> None:
        """Ends the browser as its own menu would; it saves everything.

        `marks` are the texts written last, for a browser that saves only in its own time.
        """

    def kill(self) -> None:
        """Ends the browser and its helpers as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._ended()

    def _ended(self) -> None:
        self.process.wait(PATIENCE)
        if self.process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()

    def wait_until_saved(self, *marks: str) -> None:
        """Waits until the stores on disk hold each of these texts, which nothing else holds."""
        wanted = {mark.encode(self.encoding) for mark in marks}

        def saved() -> bool:
            for pattern in self.store_patterns:
                for file in self.profile.glob(pattern):
                    with contextlib.suppress(FileNotFoundError):
                        content = file.read_bytes()
                        wanted.difference_update([mark for mark in wanted if mark in content])
            return not wanted

        wait_until(saved, "the browser does not save", 0.25)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()


class Chromium(Browser):
    """Chromium with the backend that it chooses by itself: LevelDB in version 156."""

    format = StoreFormat.CHROMIUM_LEVELDB
    store_patterns = ("Default/Local Storage/leveldb/*.*", "Default/LocalStorage*")
    lock = "SingletonLock"
    features: ClassVar[tuple[str, ...]] = ()

    def command(self) -> Sequence[str]:
        return (
            # The shell hands the browser's debugging pipe (3 in, 4 out) its standard input.
            *("sh", "-c", 'exec "$0" "$@" 3<&0 4>/dev/null', "chromium"),
            *("--remote-debugging-pipe", "--headless=new", "--no-sandbox", "--disable-gpu"),
            *("--disable-quic", "--no-first-run", "--disable-background-networking"),
            *("--disable-component-update", "--disable-sync", "--disable-extensions"),
            *("--password-store=basic", "--host-resolver-rules=MAP *.test 127.0.0.1"),
            f"--user-data-dir={self.profile}",
            *self.features,
        )

    def quit(self, *marks: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(b'{"id":1,"method":"Browser.close"}\0')
        self.process.stdin.flush()
        self._ended()


class ChromiumSqlite(Chromium):
    """Chromium with the backend that is coming."""

    format = StoreFormat.CHROMIUM_SQLITE
    features = ("--enable-features=DomStorageSqlite,DomStorageSqliteNewDatabases",)


class ChromiumMovingToSqlite(Chromium):
    """Chromium that moves what it has in LevelDB, once its areas have been idle for a while."""

    format = StoreFormat.CHROMIUM_SQLITE
    features = (f"{ChromiumSqlite.features[0]},DomStorageSqliteMigration",)

    def move(self) -> None:
        """Closes the page and waits for the move, which begins within a minute."""
        self.session.steps.put({"go": "about:blank"})
        old = self.profile / "Default/Local Storage/leveldb"
        wait_until(lambda: not old.exists(), "the browser does not move", 1)


class Firefox(Browser):
    format = StoreFormat.FIREFOX
    store_patterns = ("storage/default/*/ls/data.sqlite*",)
    lock = "lock"
    preferences: ClassVar[dict[str, str | int | bool]] = {
        "network.dns.localDomains": ",".join(HOSTS),
        "marionette.port": 0,
        "browser.aboutwelcome.enabled": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.normandy.enabled": False,
        "dom.security.https_first": False,
    }

    def command(self) -> Sequence[str]:
        self.profile.joinpath("user.js").write_text(
            "".join(
                f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
                for name, value in self.preferences.items()
            )
        )
        self.profile.joinpath("MarionetteActivePort").unlink(missing_ok=True)
        return (
            *("firefox-esr", "--headless", "--no-remote", "--marionette"),
            *("--remote-allow-system-access", "--profile", str(self.profile)),
        )

    def quit(self, *marks: str) -> None:
        with self._marionette() as marionette:
            marionette.call("Marionette:Quit", flags=["eForceQuit"])
        self._ended()

    def open_container(self, number: int) -> Session:
        """Opens a tab in a container; the session leads to its page."""
        session = self.site.session()
        with self._marionette() as marionette:
            marionette.call("Marionette:SetContext", value="chrome")
            marionette.call(
                "WebDriver:ExecuteScript",
                script="""Services.wm.getMostRecentWindow("navigator:browser").gBrowser.addTab(
                    arguments[0], {
                        userContextId: arguments[1],
                        triggeringPrincipal: Services.scriptSecurityManager.getSystemPrincipal(),
                    });""",
                args=[session.address(f"http://start.test:{self.site.ports[0]}"), number],
            )
            session.arrived()
            marionette.call("WebDriver:DeleteSession")
        return session

    def _marionette(self) -> Marionette:
        port = self.profile / "MarionetteActivePort"
        wait_until(lambda: port.exists() and port.read_text(), "Firefox opens no port")
        return Marionette(int(port.read_text()))


class WebKit(Browser):
    """WebKitGTK's own small browser, which needs a display, if only a pretended one."""

    format = StoreFormat.WEBKIT
    data_folder = "webkitgtk-4.1/MiniBrowser"
    store_patterns = (f"{data_folder}/localstorage/*",)
    encoding = "utf-16-le"
    program = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"

    def command(self) -> Sequence[str]:
        proxy = f"--proxy=http://127.0.0.1:{self.site.ports[0]}"
        return ("xvfb-run", "--auto-servernum", self.program, proxy)

    def quit(self, *marks: str) -> None:
        # It has no polite end without a person; it saves half a second after a page writes, one
        # area after the other as they were written.
        self.wait_until_saved(*marks)
        os.killpg(self.process.pid, signal.SIGTERM)
        self._ended()
