"""A passphrase from standard input, for scripts: never from an argument or the environment."""

import sys

from desktop_migrator.errors import UsageError
from desktop_migrator.vault.keys import Passphrase

_LONGEST = 4096


def passphrase_text(asked: bool) -> str | None:
    """The first line; None unless asked for. Raises UsageError if there is none."""
    return first_line("passphrase") if asked else None


def first_line(what: str) -> str:
    """The first line of standard input. Raises UsageError if there is none."""
    text = sys.stdin.readline(_LONGEST).rstrip("\r\n")
    if not text:
        raise UsageError(reason=f"There is no {what} on standard input.")
    return text


def passphrase(asked: bool) -> Passphrase | None:
    text = passphrase_text(asked)
    return None if text is None else Passphrase(text)
