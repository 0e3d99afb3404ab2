"""Origins as people write them."""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message

_PORTS = {"http": 80, "https": 443}


def parse_origins(texts: Iterable[str]) -> tuple[str, ...]:
    """The addresses of web sites, or of pages of them, as origins: `https://a.test:8443`.

    Those of other kinds, such as `file://` or an extension's, stay as they are. Raises UsageError.
    """
    return tuple(dict.fromkeys(_parse_origin(text.strip()) for text in texts))


def _parse_origin(text: str) -> str:
    try:
        parts = urlsplit(text)
        if parts.scheme not in _PORTS:
            return _other(text, parts)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except ValueError:  # UnicodeError too
        raise _no_origin(text) from None
    if not host:
        raise _no_origin(text)
    if ":" in host:
        host = f"[{host}]"
    shown = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def _other(text: str, parts: SplitResult) -> str:
    if not parts.scheme or "://" not in text:
        raise _no_origin(text)
    return text


def _no_origin(text: str) -> UsageError:
    return UsageError(
        reason=Message(
            "{text!r} is no web site's address; write it as https://app.example.com.", text=text
        )
    )
