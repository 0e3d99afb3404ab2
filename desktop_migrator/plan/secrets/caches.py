"""Which values are caches: copies of what a server has, kept for a while.

A key that says so is not enough: `recipes_cache` is somebody's. Nor is a cache one as long as work
waits in it: TanStack Query's persisters keep changes that were made offline (`mutations`) beside
the copies.
"""

from typing import Any

from msgspec import Raw

from desktop_migrator.plan.json_text import decode, escape_json, unescape_unstorable
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.secrets.recognise import plain_name

_CONTENT_NAMES = frozenset(
    ("data", "value", "v", "val", "payload", "response", "body", "content", "result", "etag")
)
_TIME_NAMES = frozenset(
    (
        *("ttl", "maxage", "expires", "expiresat", "expiry", "expiration", "exp", "expireat", "e"),
        *("timestamp", "cachedat", "cachetime", "fetchedat", "lastfetched", "storedat"),
        *("staleat", "staletime"),
    )
)
_MAX_MEMBERS = 8
_MAX_ENTRIES = 1000
"""Entries of a map that are looked at."""


def has_paused_mutations(value: Raw) -> bool:
    """Whether it is a client as TanStack Query persists it, with changes that were never sent."""
    client = _client(_decoded(value))
    return client is not None and _has_unsent(client)


def looks_like_cache(value: Raw) -> bool:
    """Whether it is a copy with a time, a map of such, or a query library's store of copies.

    False for what no cache library wrote, and where work waits.
    """
    decoded = _decoded(value)
    if not isinstance(decoded, dict):
        return False
    client = _client(decoded)
    if client is not None:
        return not _has_unsent(client)
    # Apollo's normalised store; a query of TanStack's persister for single ones.
    if "ROOT_QUERY" in decoded or {"queryKey", "queryHash", "state"} <= decoded.keys():
        return True
    if _is_copy(decoded):
        return True
    return 0 < len(decoded) <= _MAX_ENTRIES and all(map(_is_copy, decoded.values()))


def _decoded(value: Raw) -> Any:
    """The value, out of one JSON text in the JSON where it is so; None if it cannot be read."""
    try:
        decoded = decode(value)
        if isinstance(decoded, str):
            decoded = decode(escape_json(unescape_unstorable(decoded)))
    except ItemRejected:
        return None
    # superjson, which persisters are often given to write with
    inner = decoded.get("json") if isinstance(decoded, dict) else None
    return inner if isinstance(inner, dict) and len(decoded) <= 2 else decoded


def _client(decoded: Any) -> dict[str, Any] | None:
    client = decoded.get("clientState") if isinstance(decoded, dict) else None
    return client if isinstance(client, dict) else None


def _has_unsent(client: dict[str, Any]) -> bool:
    mutations = client.get("mutations")
    if not isinstance(mutations, list):
        return mutations is not None
    return any(not _is_done(mutation) for mutation in mutations)


def _is_done(mutation: Any) -> bool:
    state = mutation.get("state") if isinstance(mutation, dict) else None
    return (
        isinstance(state, dict) and not state.get("isPaused") and state.get("status") == "success"
    )


def _is_copy(value: Any) -> bool:
    if not isinstance(value, dict) or not 2 <= len(value) <= _MAX_MEMBERS:
        return False
    names = {plain_name(name) for name in value}
    has_time = any(
        plain_name(name) in _TIME_NAMES and isinstance(member, int | str) and bool(member)
        for name, member in value.items()
    )
    return has_time and not names.isdisjoint(_CONTENT_NAMES)
