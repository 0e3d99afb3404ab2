"""Wrappers that let what they store expire, in the object around it or in a record beside it.

- `lscache`: JSON; `KEY-cacheexpiration` beside it has minutes since 1970
- `storejs` (store.js 2 with its expire plugin): JSON; `__storejs_expire_mixin_KEY` has milliseconds
- `web-storage-cache`: `{"c": created, "e": expires, "v": JSON text}`
- `vue-ls`: `{"value": …, "expire": milliseconds or null}`, no value for undefined
- `localstorage-slim`: `{"\\u0000": …, "ttl": milliseconds}`, or the value alone; with `encrypt`, it
  is JSON text whose characters are moved by 75
- `mobx-persist-store`: its own members in `__mps__`, with `expireInTimestamp`
- `store2`: JSON or a text; nothing expires
- `expiring`: an object of a value and when it expires, under the names that people give them
- `expiring-beside`: a value whose moment stands in a record of its own: `KEY_expiry`,
  `KEYExpiresAt` … as people call it, `__expired_storage_ts__KEY` of expired-storage

What expires counts as the library does it when it reads: what is past by then is no more there.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
    SetAside,
    State,
    as_members,
    as_text,
)
from desktop_migrator.plan.json_text import (
    as_object,
    as_value,
    encode_object,
    escape_json,
)

_NUMBER = re.compile(r"\s*([0-9]{1,18}(?:\.[0-9]{0,18})?)\s*")
_LSCACHE_SUFFIX = "-cacheexpiration"
_STOREJS_PREFIX = "__storejs_"
_STOREJS_EXPIRY = "expire_mixin_"
# The one member's name, U+0000, in the escaped form.
_SLIM_VALUE = "␛0000"
_SLIM_SHIFT = 75
# Below it a moment is told in seconds, above in milliseconds: 1973 in one, 5138 in the other.
_FIRST_MILLISECONDS = 100_000_000_000
_VALUE_NAMES = ("value", "data", "val", "v", "content", "item")
_EXPIRY_NAMES = (
    "expire", "expires", "expiry", "expiration", "exp", "ttl", "e", "expiresAt", "expires_at",
    "expireAt", "expiryTime", "expirationTime", "expiryDate", "expirationDate", "expireTime",
    "expireInTimestamp", "validUntil", "_expiresAt",
)  # fmt: skip
_BESIDE_PREFIX = "__expired_storage_ts__"
_BESIDE_WORDS = (
    "expiry", "expires", "expire", "expiration", "expires_at", "expires-at", "expiresAt",
    "expiryTime", "expirationTime", "expiryDate", "expirationDate",
)  # fmt: skip
_BESIDE_SUFFIXES = tuple(
    dict.fromkeys(
        [f"{mark}{word}" for mark in ("_", "-", ":", ".", "/") for word in _BESIDE_WORDS]
        + [word[0].upper() + word[1:] for word in _BESIDE_WORDS if word.isalpha()]
    )
)
_FIRST_MOMENT = 1_000_000_000_000
"""Milliseconds; a smaller number beside a value says how long, not until when."""
_OTHER_NAMES = frozenset(
    ("c", "created", "createdAt", "timestamp", "time", "ts", "savedAt", "cachedAt", "version")
)


def lscache(state: State, context: DecodeContext) -> State | SetAside | None:
    if context.key.endswith(_LSCACHE_SUFFIX):
        return SetAside.METADATA
    expires = _number(context.companion(context.key + _LSCACHE_SUFFIX))
    if expires is not None and _now(context) // 60_000 >= expires:
        return SetAside.EXPIRED
    return state


def _lscache_asker(key: str) -> Iterator[str]:
    if key.endswith(_LSCACHE_SUFFIX):
        yield key.removesuffix(_LSCACHE_SUFFIX)


def storejs(state: State, context: DecodeContext) -> State | SetAside | None:
    if is_expiry_key(context.key):
        return SetAside.METADATA
    for place in expiry_keys(context.key):
        expires = _number(context.companion(place))
        if expires is not None and _now(context) >= expires:
            return SetAside.EXPIRED
    return state


def is_expiry_key(key: str) -> bool:
    """Whether store.js keeps there when something else expires."""
    return key.startswith(_STOREJS_PREFIX) and _STOREJS_EXPIRY in key


def expiry_keys(key: str) -> Iterator[str]:
    """Where store.js may keep when what lies under the key expires."""
    yield _STOREJS_PREFIX + _STOREJS_EXPIRY + key
    if key.startswith(_STOREJS_PREFIX):
        # `__storejs_NAMESPACE_NAME`; either may have underscores in it.
        parts = key.split("_")
        for end in range(4, len(parts)):
            namespace, name = "_".join(parts[:end]), "_".join(parts[end:])
            yield f"{_STOREJS_PREFIX}{namespace}_{_STOREJS_EXPIRY}{name}"


def _storejs_asker(key: str) -> Iterator[str]:
    if is_expiry_key(key):
        before, _, name = key.removeprefix(_STOREJS_PREFIX).partition(_STOREJS_EXPIRY)
        yield before + name


def web_storage_cache(state: State, context: DecodeContext) -> State | SetAside | None:
    members = _members(state)
    if members is None or members.keys() != {"c", "e", "v"}:
        return None
    expires = _moment(members["e"])
    text = as_text(members["v"])
    if expires is None or text is None:
        return None
    return SetAside.EXPIRED if _now(context) >= expires else as_value(escape_json(text))


def vue_ls(state: State, context: DecodeContext) -> State | SetAside | None:
    members = _members(state)
    if members is None or "expire" not in members or not members.keys() <= {"value", "expire"}:
        return None
    if bytes(members["expire"]) != b"null":
        expires = _moment(members["expire"])
        if expires is None:
            return None
        if _now(context) >= expires:
            return SetAside.EXPIRED
    return members.get("value", Raw(b"null"))


def localstorage_slim(state: State, context: DecodeContext) -> State | SetAside | None:
    value = as_json_unopened(state)
    members = None if value is None else as_object(value)
    if members is not None and members.keys() == {_SLIM_VALUE, "ttl"}:
        expires = _moment(members["ttl"])
        if expires is not None and _now(context) > expires:
            return SetAside.EXPIRED
        value = members[_SLIM_VALUE]
    if value is None:
        return None
    return _unshift(value) or value


def _unshift(value: Raw) -> Raw | None:
    text = as_text(value)
    if not text or min(text) < chr(_SLIM_SHIFT):
        return None
    return as_value(escape_json("".join(chr(ord(each) - _SLIM_SHIFT) for each in text)))


def mobx_persist_store(state: State, context: DecodeContext) -> State | SetAside | None:
    members = as_members(state)
    if members is None:
        return None
    own = members.pop("__mps__", None)
    if own is None:
        return state
    facts = as_object(own) or {}
    expires = _moment(facts["expireInTimestamp"]) if "expireInTimestamp" in facts else None
    if expires is not None and _now(context) >= expires:
        return SetAside.EXPIRED
    return Raw(encode_object(members))


def store2(state: State, _context: DecodeContext) -> State | None:
    """store2 gives a text back as it is if it is no JSON."""
    text = as_text(state)
    if text is None:
        return state
    return as_value(escape_json(text)) or text


def expiring(state: State, context: DecodeContext) -> State | SetAside | None:
    members = _members(state)
    if members is None:
        return None
    value = _one_of(members, _VALUE_NAMES)
    expiry = _one_of(members, _EXPIRY_NAMES)
    if value is None or expiry is None or members.keys() - {value, expiry} - _OTHER_NAMES:
        return None
    if bytes(members[expiry]) not in {b"null", b"0", b"false"}:
        expires = _moment(members[expiry])
        if expires is None:
            return None
        if _now(context) >= expires:
            return SetAside.EXPIRED
    return members[value]


def expiring_beside(state: State, context: DecodeContext) -> State | SetAside | None:
    if any(True for _ in _beside_asker(context.key)):
        value = as_json_unopened(state)
        if isinstance(state, str) and _moment_beside(state) is not None:
            return SetAside.METADATA
        if value is not None and _moment_beside(str(value, "utf-8")) is not None:
            return SetAside.METADATA
    for place in keys_beside(context.key):
        expires = _moment_beside(context.companion(place))
        if expires is not None and _now(context) >= expires:
            return SetAside.EXPIRED
    return state


def keys_beside(key: str) -> Iterator[str]:
    """Where people keep when what lies under the key expires."""
    yield _BESIDE_PREFIX + key
    for suffix in _BESIDE_SUFFIXES:
        yield key + suffix


def _beside_asker(key: str) -> Iterator[str]:
    if key.startswith(_BESIDE_PREFIX):
        yield key.removeprefix(_BESIDE_PREFIX)
    for suffix in _BESIDE_SUFFIXES:
        if key.endswith(suffix) and key != suffix:
            yield key.removesuffix(suffix)


def _moment_beside(text: str | None) -> float | None:
    moment = None if text is None else _moment_of_text(text.strip().strip('"'))
    return moment if moment is not None and moment >= _FIRST_MOMENT else None


def as_json_unopened(state: State) -> Raw | None:
    return as_value(escape_json(state)) if isinstance(state, str) else state


def _members(state: State) -> dict[str, Raw] | None:
    return as_members(state)


def _one_of(members: dict[str, Raw], names: Iterable[str]) -> str | None:
    found = [name for name in names if name in members]
    return found[0] if len(found) == 1 else None


def _now(context: DecodeContext) -> float:
    """Milliseconds since 1970."""
    return context.now.timestamp() * 1000


def _number(text: str | None) -> float | None:
    found = _NUMBER.fullmatch(text) if text else None
    return float(found[1]) if found else None


def _moment(value: Raw) -> float | None:
    """Milliseconds since 1970, from milliseconds, seconds or an ISO 8601 text."""
    text = as_text(value)
    if text is None:
        text = str(value, "utf-8")
    return _moment_of_text(text)


def _moment_of_text(text: str) -> float | None:
    number = _number(text)
    if number is not None:
        return number if number >= _FIRST_MILLISECONDS else number * 1000
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000


DECODERS = (
    Decoder("lscache", lscache, asked_by=_lscache_asker),
    Decoder("storejs", storejs, asked_by=_storejs_asker),
    Decoder("web-storage-cache", web_storage_cache, None),
    Decoder("vue-ls", vue_ls, ("value",)),
    Decoder("localstorage-slim", localstorage_slim, None),
    Decoder("mobx-persist-store", mobx_persist_store),
    Decoder("store2", store2),
    Decoder("expiring", expiring, None),
    Decoder("expiring-beside", expiring_beside, asked_by=_beside_asker),
)
