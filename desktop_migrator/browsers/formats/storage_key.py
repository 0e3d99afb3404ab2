"""The browsers' spellings of an area's identity, read into `model.StorageKey`.

Chromium (Blink's `StorageKey::Serialize` and `SerializeForLocalStorage`): the origin, `/` and
what partitions it: `^0<site>`, `^31`, `^1<high>^2<low>` or `^4<high>^5<low>^6<precursor>`. The
origin of a first-party area ends with `/` in SQLite and without in LevelDB. What Chromium itself
would not read (opaque origins, leading zeros, other attributes) raises ValueError here too.

Firefox (`OriginAttributes::CreateSuffix`): the origin, then `^name=value&…`, form-urlencoded.
"""

import re
from urllib.parse import parse_qsl

from desktop_migrator.browsers.encoding import UndecodableError
from desktop_migrator.messages import Message
from desktop_migrator.model import StorageKey

_ORIGIN = r"(?:[a-z][a-z0-9+.-]*://[!-.0-\]_-~]+|file://)"  # a host: ASCII without `/`, `^`
_NUMBER = r"0|[1-9][0-9]{0,19}"
_CHROMIUM = re.compile(
    rf"""(?P<origin>{_ORIGIN})
    (?: /?
      | /\^0(?P<site>{_ORIGIN})
      | /\^3(?P<ancestor>1)
      | /\^1(?P<high>{_NUMBER})\^2(?P<low>{_NUMBER})
      | /\^4(?P<site_high>{_NUMBER})\^5(?P<site_low>{_NUMBER})\^6(?P<precursor>(?:{_ORIGIN})?)
    )""",
    re.VERBOSE,
)

# (scheme,base domain[,port][,f]), where f says that a cross-site frame lies between
_PARTITION_KEY = re.compile(r"\(([^,()]+),([^,()]+)(?:,([0-9]+))?(,f)?\)")


def parse_chromium(raw: bytes | str) -> StorageKey:
    """Reads the LevelDB spelling and the SQLite one; ValueError for anything else.

    `str()` of the result is the LevelDB spelling, byte for byte.
    """
    text = raw.decode("ascii") if isinstance(raw, bytes) else raw
    match = _CHROMIUM.fullmatch(text)
    if match is None:
        raise ValueError("not a storage key of Chromium")
    part = match.groupdict()
    return StorageKey(
        origin=part["origin"],
        top_level_site=part["site"],
        cross_site_ancestor=part["ancestor"] is not None,
        nonce=_parse_nonce(part["high"], part["low"]) if part["high"] else None,
        opaque_site=(
            (*_parse_nonce(part["site_high"], part["site_low"]), part["precursor"])
            if part["site_high"]
            else None
        ),
    )


def format_chromium(key: StorageKey, *, in_sqlite: bool) -> bytes:
    """The spelling of LevelDB or of SQLite; ValueError for an area that Chromium cannot have."""
    text = str(key)
    if parse_chromium(text) != key:
        raise ValueError("not a storage key of Chromium")
    if in_sqlite and key.first_party:
        text += "/"
    return text.encode("ascii")


def _parse_nonce(high: str, low: str) -> tuple[int, int]:
    """An unguessable token: 128 bits, never all zero."""
    token = int(high), int(low)
    if token == (0, 0) or max(token) >= 1 << 64:
        raise ValueError("not a token of Chromium")
    return token


def parse_firefox(origin_with_suffix: str) -> StorageKey:
    """Reads `https://a.test^userContextId=2`; ValueError where the suffix is not one."""
    origin, caret, suffix = origin_with_suffix.rpartition("^")
    if not caret:
        return storage_key_from_suffix(origin_with_suffix, "")
    return storage_key_from_suffix(origin, caret + suffix)


def storage_key_from_suffix(origin: str, suffix: str) -> StorageKey:
    """The key of an origin and its attributes, given apart; `suffix` is empty or begins with `^`.

    A plain partition key becomes the top-level site, or the cross-site ancestor where it names
    the origin's own site. Whatever that cannot say stays, exactly, among the attributes.
    """
    if not origin or (suffix and not re.match(r"\^.", suffix)):
        raise UndecodableError(Message("not an origin of Firefox"))
    pairs = (
        parse_qsl(suffix[1:], keep_blank_values=True, strict_parsing=True, errors="strict")
        if suffix
        else []
    )
    attributes = dict(pairs)
    if len(attributes) != len(pairs):
        raise UndecodableError(Message("an attribute stands twice"))
    site, cross_site_ancestor = None, False
    partition = _PARTITION_KEY.fullmatch(attributes.get("partitionKey", ""))
    if partition:
        scheme, domain, port, foreign = partition.groups()
        domain = domain.replace("+", ":")  # Firefox's stand-in, needed for IPv6 addresses
        own = _is_site_of(origin, scheme, domain)
        if not port and bool(foreign) == own:
            del attributes["partitionKey"]
            site, cross_site_ancestor = (None, True) if own else (f"{scheme}://{domain}", False)
    return StorageKey(
        origin=origin,
        top_level_site=site,
        cross_site_ancestor=cross_site_ancestor,
        attributes=tuple(sorted(attributes.items())),
    )


def _is_site_of(origin: str, scheme: str, domain: str) -> bool:
    own_scheme, _, host = origin.partition("://")
    host = re.sub(r":[0-9]+$", "", host)
    return own_scheme == scheme and (host == domain or host.endswith(f".{domain}"))
