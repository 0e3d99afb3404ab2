"""Captures: what browsers hold, sealed in a file for a later upload, and read from it like a store.

Nothing of it is ever on the disk in the clear: neither while it is captured nor while it is
uploaded, however often it is read.
"""

import os
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop_migrator.errors import (
    NotAContainer,
    UsageError,
    VaultError,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.sealed.sealing_keys import opening_keys, parse_typed_keys
from desktop_migrator.migration.wizard_options import CAPTURE_SUFFIX
from desktop_migrator.model import Record, damage_message
from desktop_migrator.reporter import Reporter
from desktop_migrator.vault.container import read_header
from desktop_migrator.vault.credentials import Credentials
from desktop_migrator.vault.keyring_keys import find_keys
from desktop_migrator.vault.keys import Identity
from desktop_migrator.vault.payload import BackupManifest
from desktop_migrator.vault.sealed_file import open_sealed_file

KIND = "capture"
SUFFIX = CAPTURE_SUFFIX
NOBODY = Person()
"""Nobody said whose data it is."""


@dataclass(frozen=True, slots=True)
class UnlockKey:
    """What opens captures: a passphrase or recovery key that was given, else the keyring's keys."""

    passphrase_or_key: str | None = field(default=None, repr=False)
    credentials: Credentials = field(default_factory=Credentials, compare=False, repr=False)
    typed: list[Identity] = field(init=False, compare=False, repr=False)
    """What was given, read once: a passphrase remembers what it was stretched to."""

    def __post_init__(self) -> None:
        given = self.passphrase_or_key
        object.__setattr__(self, "typed", parse_typed_keys(given) if given is not None else [])

    @classmethod
    def of(cls, keys: Sequence[Identity]) -> "UnlockKey":
        """These keys, which are known already."""
        unlock_key = cls()
        object.__setattr__(unlock_key, "typed", list(keys))
        return unlock_key


class Capture:
    """A file that can be read, as often as needed."""

    def __init__(self, path: Path, keys: Sequence[Identity], reporter: Reporter) -> None:
        """Raises FileUnreadable, PayloadUnreadable, and the container's errors."""
        self.path = path
        self.keys = keys
        self._reporter = reporter
        self._damages_reported = False
        with open_sealed_file(path, KIND, keys) as reader:
            self.manifest: BackupManifest = reader.manifest

    def records(self) -> Generator[Record, None, None]:
        """Raises as the constructor. What was lost when it was captured is told once."""
        with open_sealed_file(self.path, KIND, self.keys) as reader:
            yield from reader.records()
            summary = reader.complete_summary
        if not self._damages_reported:
            self._damages_reported = True
            for damage in summary.damages:
                self._reporter.warned(
                    damage_message(damage.store, Message(damage.what), damage.lost_records)
                )


def is_capture(path: Path) -> bool:
    """Whether the file is a capture, by its content; one that is cut off in its header counts."""
    try:
        if not path.is_file():  # a pipe would have us wait for ever
            return False
        with path.open("rb") as file:
            return read_header(file).kind == KIND
    except (NotAContainer, OSError):
        return False
    except VaultError:
        return path.suffix == SUFFIX


def find_capture_files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and of those in the folders named the captures: all that are called so, for
    none of them is to be passed over, and others by their content.

    Raises UsageError for a folder that has none.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - it does not raise where nobody may look
            inside = [each for each in sorted(path.rglob("*")) if _may_be_capture(each)]
            if not inside:
                raise UsageError(reason=Message("There is no capture in {path}.", path=str(path)))
            found |= dict.fromkeys(each.absolute() for each in inside)
        else:
            found[path.absolute()] = None
    return list(found)


def _may_be_capture(path: Path) -> bool:
    """What is still being written there has another name."""
    if path.suffix.lower() == SUFFIX:
        return not path.name.startswith(".") and not path.is_dir()
    return not path.suffix and is_capture(path)


def needs_typed_key(path: Path, credentials: Credentials) -> bool:
    """Whether the person has to type what opens it, since the keyring has nothing that does.

    Raises as `read_header` does.
    """
    with path.open("rb") as file:
        return not find_keys(credentials, read_header(file).recipients)


def open_captures(
    paths: Iterable[Path], unlock_key: UnlockKey, reporter: Reporter
) -> list[Capture]:
    """The newest first. Raises KeyNotGiven, and as `Capture`."""
    found = [open_capture(path, unlock_key, reporter) for path in paths]
    return sorted(found, key=lambda capture: capture.manifest.created, reverse=True)


def open_capture(path: Path, unlock_key: UnlockKey, reporter: Reporter) -> Capture:
    with path.open("rb") as file:
        recipients = read_header(file).recipients
    keys = unlock_key.typed or opening_keys(recipients, None, unlock_key.credentials, reporter)
    return Capture(path, keys, reporter)
