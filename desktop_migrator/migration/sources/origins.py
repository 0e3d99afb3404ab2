"""Origins as people write them."""

from collections.abc import Iterable

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.plan.origins import canonical_origin


def parse_origins(texts: Iterable[str]) -> tuple[str, ...]:
    """The addresses of web sites, or of pages of them, as origins: `https://a.test:8443`.

    Raises UsageError.
    """
    return tuple(dict.fromkeys(_parse_origin(text) for text in texts))


def _parse_origin(text: str) -> str:
    try:
        origin = canonical_origin(text)
    except ValueError:  # UnicodeError too
        raise _no_origin(text) from None
    if "*" in origin:
        raise _no_origin(text)
    return origin


def _no_origin(text: str) -> UsageError:
    return UsageError(
        reason=Message(
            "{text!r} is no web site's address; write it as https://app.example.com.", text=text
        )
    )
