"""State libraries that persist JSON with an object of their own around it.

- zustand `persist`: `{"state": …, "version": n}`, the version missing in old releases
- XState snapshots and @xstate/store's persist: `context` in `{"context": …, "version": …}`
- easy-peasy: `{"data": …}`; lockr: `{"data": …}`
- TanStack Query's clients: `{"buster", "timestamp", "clientState": {"mutations", "queries"}}`
- TanStack Query's persister of one query: `data` in `{"state": {"data": …}, "queryKey",
  "queryHash", "buster"}`

Pinia, Vuex, jotai, nanostores, effector, recoil-persist and web pages themselves put nothing
around it.
"""

from collections.abc import Iterable

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
    State,
    as_json,
)
from desktop_migrator.plan.json_text import as_object


def _envelope(
    name: str, path: tuple[str, ...], others: Iterable[str] | None, needed: Iterable[str] = ()
) -> Decoder:
    """What lies at `path` in an object that has the members `needed`, and no members but those of
    `others`; None lets all be."""
    known = None if others is None else {path[0], *needed, *others}

    def step(state: State, _context: DecodeContext) -> Raw | None:
        value = as_json(state)
        members = None if value is None else as_object(value)
        if (
            members is None
            or path[0] not in members
            or not members.keys() >= set(needed)
            or (known is not None and not members.keys() <= known)
        ):
            return None
        found = members[path[0]]
        for part in path[1:]:
            inner = as_object(found)
            if inner is None or part not in inner:
                return None
            found = inner[part]
        return found

    return Decoder(name, step, path)


DECODERS = (
    _envelope("zustand", ("state",), ("version",)),
    _envelope("xstate", ("context",), None),
    _envelope("easy-peasy", ("data",), ()),
    _envelope("lockr", ("data",), ()),
    _envelope("tanstack-query", ("clientState",), (), ("buster", "timestamp")),
    _envelope(
        "tanstack-query-persister", ("state", "data"), ("buster",), ("queryKey", "queryHash")
    ),
)
