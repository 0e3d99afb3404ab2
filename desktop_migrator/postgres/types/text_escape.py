"""Browser text in PostgreSQL without losing a character of it.

PostgreSQL's text holds neither U+0000 nor lone surrogates, both of which occur in localStorage.
Short texts that people look at are escaped as JSON and JavaScript would (`\\u0000`, `\\ud800`, and
`\\\\` for the backslash itself), so that no two texts become one. Long texts are kept as bytes:
UTF-8, in which a lone surrogate has the three bytes that UTF-8's rule would give it (WTF-8);
`convert_from(raw, 'UTF8')` reads them wherever the text is Unicode.
"""

import hashlib
import re

_ESCAPED = re.compile("[\\\\\0\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(\\|u[0-9a-f]{4})")
_LONGEST_IDENTITY = 512
_SHOWN = 400


def escape(text: str) -> str:
    return _ESCAPED.sub(
        lambda match: "\\\\" if match[0] == "\\" else f"\\u{ord(match[0]):04x}", text
    )


def unescape(text: str) -> str:
    """The exact inverse of `escape`."""
    return _ESCAPE.sub(lambda match: "\\" if match[1] == "\\" else chr(int(match[1][1:], 16)), text)


def identity_text(source_id: str) -> str:
    """The id escaped; a very long one, which no index takes, ends in its SHA-256 instead."""
    if len(source_id) <= _LONGEST_IDENTITY:
        return escape(source_id)
    digest = hashlib.sha256(to_bytes(source_id)).hexdigest()
    return f"{escape(source_id[:_SHOWN])}\\sha256:{digest}"


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def from_bytes(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")
