"""For `classify`, until it calls `cut_logins` itself."""

from msgspec import Raw

from desktop_migrator.plan.secrets.cut import cut_logins
from desktop_migrator.plan.secrets.recognise import login_kind, looks_random


def looks_like_login(data: Raw) -> bool:
    """Whether the JSON value is or holds a login."""
    return cut_logins(data, "").count > 0


def looks_opaque(text: str) -> bool:
    """Whether a text is one long word, as tokens are."""
    return looks_random(text) or login_kind(text) is not None
