"""Browser text in PostgreSQL without losing a character of it.

PostgreSQL's text holds neither U+0000 nor lone surrogates, both of which occur in localStorage.
Short texts that people look at are escaped as JSON and JavaScript would (`\\u0000`, `\\ud800`, and
`\\\\` for the backslash itself), so that no two texts become one. Long texts are kept as bytes:
UTF-8, in which a lone surrogate has the three bytes that UTF-8's rule would give it (WTF-8);
`convert_from(raw, 'UTF8')` reads them wherever the text is Unicode.
"""

import hashlib
import re

_UNSTORABLE = re.compile("[\\\\\0\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(\\|u[0-9a-f]{4})")
_MAX_IDENTITY_LENGTH = 512
_IDENTITY_PREFIX_LENGTH = 400


def escape_unstorable(text: str) -> str:
    return _UNSTORABLE.sub(
        lambda match: "\\\\" if match[0] == "\\" else f"\\u{ord(match[0]):04x}", text
    )


def unescape_unstorable(text: str) -> str:
    """The exact inverse of `escape`."""
    return _ESCAPE.sub(lambda match: "\\" if match[1] == "\\" else chr(int(match[1][1:], 16)), text)


def identity_text(source_id: str) -> str:
    """The id escaped; a very long one, which no index takes, ends in its SHA-256 instead."""
    if len(source_id) <= _MAX_IDENTITY_LENGTH:
        return escape_unstorable(source_id)
    digest = hashlib.sha256(to_wtf8(source_id)).hexdigest()
    return f"{escape_unstorable(source_id[:_IDENTITY_PREFIX_LENGTH])}\\sha256:{digest}"


def to_wtf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def from_wtf8(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")
