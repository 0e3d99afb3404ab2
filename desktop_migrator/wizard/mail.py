"""A letter with a file, begun in the person's mail program; the person sends it."""

import re
import shutil
from pathlib import Path
from urllib.parse import quote, urlencode

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_XDG_EMAIL = "xdg-email"


def find_address(text: str) -> str | None:
    """The first e-mail address in what somebody wrote about how to be reached."""
    found = _ADDRESS.search(text[:1000])
    return found[0] if found else None


def begin_letter(address: str, subject: str, body: str, file: Path) -> bool:
    """Whether a mail program was asked to. Where it can be given no file, `body` has to say which.

    A `mailto:` address has no place for a file (RFC 6068), xdg-email on Linux takes one.
    """
    program = shutil.which(_XDG_EMAIL)
    if program:
        options = ["--subject", subject, "--body", body, "--attach", str(file), address]
        started, _ = QProcess.startDetached(program, options)
        if started:
            return True
    return QDesktopServices.openUrl(mailto(address, subject, body))


def mailto(address: str, subject: str, body: str) -> QUrl:
    fields = urlencode({"subject": subject, "body": body}, quote_via=quote)
    return QUrl(f"mailto:{quote(address, safe='@')}?{fields}")
