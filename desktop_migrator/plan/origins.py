"""Addresses as people write them, as the origins by which browsers name a site's area.

Hosts are spelled as the URL Standard says (https://url.spec.whatwg.org/#host-parsing):
percent-decoded, then by UTS 46, non-transitional, so that straße.test and strasse.test are two
sites. Of IDNA's further rules browsers check none, so that `☃.test` is a host too.
"""

import re
from urllib.parse import unquote

import idna

_DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_ADDRESS = re.compile(
    r"([a-z][a-z0-9+.-]*)://(?:[^/?#\\@]*@)?([^/?#\\]*)(?:[/?#\\].*)?", re.IGNORECASE | re.DOTALL
)
_PORT = re.compile(r"(.*?)(?::([0-9]*|\*))?", re.DOTALL)
_NO_HOST = re.compile(r"[\x00-\x20/:<>?@\\^|#]")


def canonical_origin(address: str) -> str:
    """The origin of a page's address, `scheme://host[:port]`; ValueError if it is none.

    Files have the origin `file://`, whatever their path. A `*` in a host or for a port stays, for
    patterns.
    """
    match = _ADDRESS.fullmatch(address.strip())
    if match is None:
        raise ValueError("no address with a scheme")
    scheme, authority = match[1].lower(), match[2]
    if scheme == "file":
        return "file://"
    parts = _PORT.fullmatch(authority)
    host, port = (parts[1], parts[2]) if parts else (authority, None)
    host = _canonical_host(host)
    if port and port != "*":
        if int(port) > 65535:
            raise ValueError("no port")
        port = str(int(port))
    if port and port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{port}"
    return f"{scheme}://{host}"


def canonical_pattern(pattern: str) -> str:
    """A plan's pattern of origins, as browsers spell what it is to match; others as they are."""
    if "://" not in pattern or "*" in pattern.partition("://")[0]:
        return pattern
    try:
        return canonical_origin(pattern)
    except ValueError:
        return pattern


def _canonical_host(text: str) -> str:
    if text.startswith("["):
        if not re.fullmatch(r"\[[0-9A-Fa-f:.]+\]", text):
            raise ValueError("no IPv6 address")
        return text.lower()
    host = unquote(text, errors="strict")
    if not host.isascii():
        # idna.encode also refuses what registries do not sell, such as emoji.
        labels = idna.uts46_remap(host, std3_rules=False, transitional=False).split(".")
        host = ".".join(
            label if label.isascii() else "xn--" + label.encode("punycode").decode()
            for label in labels
        )
    host = host.lower()
    if not host or _NO_HOST.search(host):
        raise ValueError("no host")
    return host
