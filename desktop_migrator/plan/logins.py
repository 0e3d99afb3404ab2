"""Recognises values that log somebody in, whatever their key: they are never migrated.

A value counts if it is, or holds in objects (through JSON in strings, not through arrays), a
member that OAuth 2.0 or OpenID Connect name as a token, in snake or camel case, or a JSON Web
Token (RFC 7519: three base64url parts, the first a JSON object, hence `eyJ`).
"""

import re

from msgspec import Raw

from desktop_migrator.plan.json_text import as_object, as_string

_TOKEN_MEMBERS = frozenset(
    ("access_token", "accessToken", "refresh_token", "refreshToken", "id_token", "idToken")
)
_WEB_TOKEN = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*", re.ASCII)
_OPAQUE = re.compile(r"[!-~]{16,}")
_LEVELS = 5
"""How far down logins are looked for: redux-persist's slices, then the slice's user, its token."""


def logs_in(data: bytes | Raw, levels: int = _LEVELS) -> bool:
    """Whether the JSON value is or holds a login."""
    text = as_string(data)
    if text is not None:
        if _WEB_TOKEN.fullmatch(text):
            return True
        return bool(levels) and text.startswith("{") and logs_in(text.encode(), levels - 1)
    members = as_object(data) if levels else None
    if members is None:
        return False
    return any(
        (name in _TOKEN_MEMBERS and bool(as_string(member))) or logs_in(member, levels - 1)
        for name, member in members.items()
    )


def opaque(text: str) -> bool:
    """Whether a text is one long word, as tokens are; plain or as a JSON string."""
    return _OPAQUE.fullmatch(text) is not None
