"""The folder that holds what the program keeps on this computer, readable by its owner alone."""

import logging
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from desktop_migrator.browsers.read import snapshot
from desktop_migrator.browsers.write import atomic_swap
from desktop_migrator.errors import DataFolderUnusable
from desktop_migrator.messages import N_, Fact, Message
from desktop_migrator.migration.workspace.settings import FILE_NAME, Settings, load_settings
from desktop_migrator.reporter import Reporter
from desktop_migrator.system import files
from desktop_migrator.system.file_lock import exclusive_lock
from desktop_migrator.vault.credentials import Credentials

_log = logging.getLogger(__name__)


_LOCK_SECONDS = 30
_NOT_NOTED = N_("It is done, but this computer could not note all about it: {reason}")

PORTABLE = "desktop-migrator-portable"
"""A file of this name beside the program has it keep everything there, as on a stick."""


_NAME = "desktop-migrator"


@contextmanager
def keeping(path: Path) -> Iterator[None]:
    """For writing something of the program's own: DataFolderUnusable where the system refuses."""
    try:
        yield
    except OSError as error:
        raise DataFolderUnusable(path=path, reason=files.os_error_reason(error)) from None


@contextmanager
def noting_only(reporter: Reporter) -> Iterator[None]:
    """For what is kept here about something done elsewhere, which is no less done without."""
    try:
        yield
    except OSError as error:
        reason: Fact = files.os_error_reason(error)
        reporter.warned(Message(_NOT_NOTED, reason=reason))
    except DataFolderUnusable as error:
        reporter.warned(Message(_NOT_NOTED, reason=error.detail_message))


def usual_place() -> Path:
    marker = Path(sys.executable).with_name(PORTABLE)
    if marker.is_file():
        return marker.with_name("data")
    return platformdirs.user_data_path(_NAME, appauthor=False)


def settings_file(root: Path | None) -> Path:
    """In the system's place for settings; where the data folder is not the usual one, in that."""
    if root is None and usual_place() == platformdirs.user_data_path(_NAME, appauthor=False):
        return platformdirs.user_config_path(_NAME, appauthor=False) / FILE_NAME
    return (root or usual_place()) / FILE_NAME


@dataclass(frozen=True, slots=True)
class Workspace:
    root: Path
    credentials: Credentials = field(default_factory=Credentials, compare=False, repr=False)
    """The secrets, which are not in the folder."""
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def open(cls, root: Path | None) -> "Workspace":
        """The folder `root`, or the system's usual place; what a crashed run left is removed
        or, where it was about to change a browser's profile, undone.

        Raises DataFolderUnusable and SettingsUnusable.
        """
        workspace = cls(root or usual_place(), settings=load_settings(settings_file(root)))
        try:
            for folder in (workspace.root, workspace.snapshots, workspace.logs):
                files.private_folder(folder)
            files.remove_stale_partials(workspace.root)
        except OSError as error:
            reason = files.os_error_reason(error)
            raise DataFolderUnusable(path=workspace.root, reason=reason) from None
        snapshot.remove_stale_snapshots(workspace.snapshots)
        for note in atomic_swap.recover(workspace.swaps):
            _log.warning(note)
        return workspace

    @contextmanager
    def settings_lock(self) -> Iterator[None]:
        """Alone among all processes to change a file of settings, of which each holds several.

        Raises DataFolderUnusable.
        """
        path = self.root / "settings.lock"
        with keeping(path), ExitStack() as held:
            try:
                held.enter_context(exclusive_lock(files.private_file(path), _LOCK_SECONDS))
            except (TimeoutError, sqlite3.Error):
                reason = Message("another process of this program holds it")
                raise DataFolderUnusable(path=path, reason=reason) from None
            yield

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def swaps(self) -> Path:
        """Where it stands which browser profiles a change is under way in."""
        return self.root / "swaps"

    @property
    def backups(self) -> Path:
        folder = self.settings.backups.folder
        return Path(folder) if folder else self.root / "backups"

    @property
    def arrivals(self) -> Path:
        """Which records each run has brought in; see arrivals.py."""
        return self.root / "arrivals"

    @property
    def logs(self) -> Path:
        folder = self.settings.logs.folder
        return Path(folder) if folder else self.root / "logs"

    @property
    def decisions(self) -> Path:
        """The wizard's answers to conflicts; see decisions.py."""
        return self.root / "decisions.json"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def plans(self) -> Path:
        """Plans that were drafted here."""
        return self.root / "plans"

    @property
    def run_plans(self) -> Path:
        """The plan that each run had; see run_plans.py."""
        return self.plans / "runs"

    @property
    def known_desks(self) -> Path:
        return self.root / "known-desks.json"

    @property
    def connections(self) -> Path:
        return self.root / "connections.json"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def catalog(self) -> Path:
        return self.root / "catalog.sqlite"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def demo(self) -> Path:
        return self.root / "demo"
