"""A passphrase from standard input, for scripts: never from an argument or the environment."""

import sys

from desktop_migrator.errors import UsageError
from desktop_migrator.vault.keys import Passphrase

_LONGEST = 4096


def passphrase_text(asked: bool) -> str | None:
    """The first line; None unless asked for. Raises UsageError if there is none."""
    if not asked:
        return None
    text = sys.stdin.readline(_LONGEST).rstrip("\r\n")
    if not text:
        raise UsageError(reason="There is no passphrase on standard input.")
    return text


def passphrase(asked: bool) -> Passphrase | None:
    text = passphrase_text(asked)
    return None if text is None else Passphrase(text)
