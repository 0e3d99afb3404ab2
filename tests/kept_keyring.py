"""A keyring in a file, for commands that want one: `PYTHON_KEYRING_BACKEND` names it, and
`DM_TEST_KEYRING` the file."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class Keyring(KeyringBackend):
    priority = 1

    @property
    def _file(self) -> Path:
        return Path(os.environ["DM_TEST_KEYRING"])

    def _entries(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._file.read_text()) if self._file.exists() else {}
        return found

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        entries = self._entries() | {f"{service} {username}": password}
        self._file.write_text(json.dumps(entries))

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        del entries[f"{service} {username}"]
        self._file.write_text(json.dumps(entries))


def variables(folder: Path) -> dict[str, str]:
    """The environment of programs that use it."""
    return {
        "PYTHON_KEYRING_BACKEND": "tests.kept_keyring.Keyring",
        "DM_TEST_KEYRING": str(folder / "keyring.json"),
    }
