"""A desktop session of one's own, with a real gnome-keyring in it and nobody else's secrets."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import secretstorage

from tests.processes import running


@dataclass(frozen=True)
class Session:
    environment: Mapping[str, str]
    """What a program needs to be part of it."""

    @property
    def _bus(self) -> str:
        return self.environment["DBUS_SESSION_BUS_ADDRESS"]

    def secrets(self) -> dict[str, str]:
        """Everything in the keyring, by its label, as another program reads it."""
        with self._collection() as collection:
            return {
                item.get_label(): item.get_secret().decode() for item in collection.get_all_items()
            }

    def lock(self) -> None:
        with self._collection() as collection:
            collection.lock()
            assert collection.is_locked()

    @contextmanager
    def _collection(self) -> Iterator[secretstorage.Collection]:
        before = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = self._bus
        try:
            with closing(secretstorage.dbus_init()) as bus:
                yield secretstorage.get_default_collection(bus)
        finally:
            if before is None:
                del os.environ["DBUS_SESSION_BUS_ADDRESS"]
            else:
                os.environ["DBUS_SESSION_BUS_ADDRESS"] = before


@contextmanager
def desktop_session(folder: Path) -> Iterator[Session]:
    """Bus and keyring, the keyring unlocked as at a login."""
    environment = {"XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
    bus = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"]
    keyring = ["gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with running(bus, text=True, env=os.environ | environment, **pipes) as service:
        assert service.stdout
        environment["DBUS_SESSION_BUS_ADDRESS"] = service.stdout.readline().strip()
        variables = os.environ | environment
        with running(keyring, stdin=subprocess.PIPE, env=variables, **pipes) as daemon:
            assert daemon.stdin
            assert daemon.stdout
            daemon.stdin.write(b"the login's password")
            daemon.stdin.close()
            daemon.stdout.readline()  # it says where its sockets are once it is there
            yield Session(environment)
