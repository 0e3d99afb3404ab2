"""redux-persist 5 and 6 (github.com/rt2zz/redux-persist), and its usual transforms.

- `redux-persist`: an object of slices, each JSON inside a JSON string, and `_persist`
- `redux-persist-compress` (redux-persist-transform-compress) after it: each slice a string of
  lz-string's UTF-16 form
- `redux-persist-immutable` (redux-persist-transform-immutable) after it: each slice a string of
  remotedev-serialize's JSON
"""

from collections.abc import Callable

from msgspec import Raw

from desktop_migrator.plan.decode import lz_string, tagged
from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
    DecodeStep,
    State,
    as_json,
    as_text,
)
from desktop_migrator.plan.json_text import as_object, as_value, encode_object, escape_json


def redux_persist(state: State, _context: DecodeContext) -> Raw | None:
    value = as_json(state)
    members = None if value is None else as_object(value)
    if members is None or "_persist" not in members:
        return None
    slices: dict[str, Raw] = {}
    for name, member in members.items():
        text = as_text(member)
        inner = None if text is None else as_value(escape_json(text))
        if inner is None:
            return None
        if name != "_persist":
            slices[name] = _without_own_member(inner)
    return Raw(encode_object(slices))


def _without_own_member(inner: Raw) -> Raw:
    """A slice that is persisted by a reducer of its own too has that one's `_persist` in it."""
    if b'"_persist"' not in bytes(inner):
        return inner
    members = as_object(inner)
    own = as_object(members["_persist"]) if members and "_persist" in members else None
    if members is None or own is None or not own.keys() <= {"version", "rehydrated"}:
        return inner
    del members["_persist"]
    return Raw(encode_object(members))


def _transform(restore: Callable[[str], Raw | None]) -> DecodeStep:
    def step(state: State, _context: DecodeContext) -> Raw | None:
        """Slices that the transform was told to leave alone are as they were."""
        value = as_json(state)
        slices = None if value is None else as_object(value)
        if slices is None:
            return None
        restored = 0
        for name, member in slices.items():
            text = as_text(member)
            inner = restore(text) if text else None
            if inner is not None:
                slices[name] = inner
                restored += 1
        return Raw(encode_object(slices)) if restored else None

    return step


def _decompress(text: str) -> Raw | None:
    unpacked = lz_string.decompress(text)
    return None if unpacked is None else as_value(escape_json(unpacked))


def _immutable(text: str) -> Raw | None:
    value = as_value(escape_json(text))
    return None if value is None else tagged.remotedev(value) or value


DECODERS = (
    Decoder("redux-persist", redux_persist),
    Decoder("redux-persist-compress", _transform(_decompress), None),
    Decoder("redux-persist-immutable", _transform(_immutable), None),
)
