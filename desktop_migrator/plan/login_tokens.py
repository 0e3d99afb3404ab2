"""Recognises values that log somebody in, whatever their key: they are never migrated.

A value counts if it is, or holds in objects and lists (through JSON in strings too),

- a JSON Web Token (RFC 7519: three base64url parts, the first a JSON object, hence `eyJ`), also
  with `Bearer` before it as in an HTTP header (RFC 6750),
- a member that OAuth 2.0 or OpenID Connect name as a token, or MSAL's `secret` of one,
- a member with another usual name for a token and a value that looks like one: 16 characters or
  more, no blanks, letters and digits.

Names are compared without regard to case and to how their words are joined.
"""

import re

from msgspec import Raw

from desktop_migrator.model import normalize_name
from desktop_migrator.plan.json_text import as_bytes, as_list, as_object, as_string

_OAUTH_NAMES = frozenset(("accesstoken", "refreshtoken", "idtoken"))
_USUAL_NAMES = frozenset(
    f"{prefix}{kind}"
    for prefix in (
        "",
        "access",
        "api",
        "auth",
        "bearer",
        "id",
        "login",
        "refresh",
        "session",
        "user",
    )
    for kind in ("token", "jwt")
)
_MSAL_KIND = "credentialType"
_WEB_TOKEN = re.compile(r"(?:bearer\s+)?eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*", re.ASCII | re.IGNORECASE)
_TOKEN = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[!-~]{16,}")
_OPAQUE = re.compile(r"(?:bearer\s+)?(?![{[])[!-~]{16,}", re.IGNORECASE)
_LOGIN_HINT = re.compile(rb"token|jwt|eyj|\\u00", re.IGNORECASE)
"""What occurs in the text of any value that counts; a letter in it may be written as `\\u0074`."""
_MAX_DEPTH = 5
"""How far down logins are looked for: redux-persist's slices, then the slice's user, its token."""


def looks_like_login(data: bytes | Raw) -> bool:
    """Whether the JSON value is or holds a login."""
    return _LOGIN_HINT.search(as_bytes(data)) is not None and _contains_login(data, _MAX_DEPTH)


def looks_opaque(text: str) -> bool:
    """Whether a text is one long word, as tokens are, and no JSON object or list."""
    return _OPAQUE.fullmatch(text) is not None


def _contains_login(data: bytes | Raw, levels: int) -> bool:
    text = as_string(data)
    if text is not None:
        if _WEB_TOKEN.fullmatch(text):
            return True
        return (
            bool(levels) and text[:1] in ("{", "[") and _contains_login(text.encode(), levels - 1)
        )
    if not levels:
        return False
    members = as_object(data)
    if members is not None:
        return any(
            _is_token(name, member) or _contains_login(member, levels - 1)
            for name, member in members.items()
        ) or _is_msal_credential(members)
    return any(_contains_login(element, levels - 1) for element in as_list(data) or ())


def _is_token(name: str, member: Raw) -> bool:
    plain = normalize_name(name)
    if plain not in _USUAL_NAMES:
        return False
    text = as_string(member)
    if not text or " " in text:
        return False
    return plain in _OAUTH_NAMES or _TOKEN.fullmatch(text) is not None


def _is_msal_credential(members: dict[str, Raw]) -> bool:
    kind = as_string(members[_MSAL_KIND]) if _MSAL_KIND in members else None
    return (kind or "").lower() in _OAUTH_NAMES and "secret" in members
