"""By which decoders a record's text went.

Decoders are tried on the text and on what the others make of it, four deep. What is no JSON has to
end as an object or a list to count: many a text happens to be base64. Of what is JSON already a
decoder has to make something else, and to know the value by more than its looks; `_SIGNS` says by
what. Those that know a value for certain come first.
"""

import re
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Sequence

from msgspec import Raw

from desktop_migrator.model import Record
from desktop_migrator.plan.companions import Companions
from desktop_migrator.plan.decode.chain import DECODERS, DecodeChain
from desktop_migrator.plan.decode.decoder import DecodeContext, SetAside, State
from desktop_migrator.plan.decode.expiring import expiry_keys, is_expiry_key, keys_beside
from desktop_migrator.plan.decode.unreadable import has_unreadable
from desktop_migrator.plan.json_text import as_list, as_object, as_string, as_value, escape_json
from desktop_migrator.plan.reject import ItemRejected

_MAX_DEPTH = 4
_MAX_STATES = 40
_MIN_ENCODED = 8
_MAX_TEXT_LENGTH = 8 << 20
"""Of a text that is searched; longer ones are taken for what they are."""
_CONTAINER = (b"{", b"[")


class ChainFinder:
    def __init__(self, companions: Companions) -> None:
        self._companions = companions

    def find(self, record: Record) -> tuple[str, ...]:
        """The names of the decoders; none if the value is plain JSON, or nothing that is known."""
        if len(record.value) > _MAX_TEXT_LENGTH or not record.value:
            return ()
        context = self._companions.context(record)
        try:
            value = as_value(escape_json(record.value))
            if value is None:
                return self._through_texts(record.value, context)
            return self._through_json(value, context)
        except (ItemRejected, RecursionError):
            return ()

    def decode(self, record: Record, chain: tuple[str, ...]) -> Raw | SetAside | None:
        """As the chain has it; None also for what it cannot read."""
        try:
            if not chain:
                return as_value(escape_json(record.value))
            return DecodeChain(chain).decode(record.value, self._companions.context(record))
        except ItemRejected:
            return None

    def _through_texts(self, text: str, context: DecodeContext) -> tuple[str, ...]:
        """Breadth first, so that the shortest way counts."""
        waiting: deque[tuple[tuple[str, ...], str]] = deque([((), text)])
        seen: set[str] = set()
        states = 0
        while waiting and states < _MAX_STATES:
            chain, state = waiting.popleft()
            for name, begins in _BEGINNINGS.items():
                if not begins(state):
                    continue
                states += 1
                following = _step(name, state, context)
                if following is None or isinstance(following, SetAside) or following == state:
                    continue
                value = as_value(
                    escape_json(following) if isinstance(following, str) else following
                )
                if value is not None and bytes(value)[:1] in _CONTAINER:
                    rest = self._through_json(value, context)
                    return (*chain, name, *rest)
                inner = as_string(value) if value is not None else str(following)
                if inner and len(chain) + 1 < _MAX_DEPTH and inner not in seen:
                    seen.add(inner)
                    waiting.append(((*chain, name), inner))
        return ()

    def _through_json(self, value: Raw, context: DecodeContext) -> tuple[str, ...]:
        chain: list[str] = []
        while len(chain) < _MAX_DEPTH:
            following = _next_decoder(value, context, chain)
            if following is None:
                break
            name, made = following
            chain.append(name)
            if isinstance(made, SetAside):
                break
            inner = as_value(escape_json(made)) if isinstance(made, str) else made
            if inner is None:
                deeper = self._through_texts(str(made), context)
                return (*chain, *deeper) if deeper else ()
            value = inner
        return tuple(chain)


def _next_decoder(
    value: Raw, context: DecodeContext, before: Sequence[str]
) -> tuple[str, State | SetAside] | None:
    text = as_string(value)
    for name, sign in _SIGNS.items():
        looks_beside = DECODERS[name].asked_by is not None
        if (looks_beside and name in before) or not sign(value, text, context):
            continue
        made = _step(name, value, context)
        if made is None:
            continue
        if isinstance(made, SetAside):
            return name, made
        plain = made if isinstance(made, Raw) else escape_json(made)
        if bytes(plain) == bytes(value) and not looks_beside:
            continue
        if has_unreadable(plain) and name in _EASILY_MISTAKEN:
            continue
        return name, made
    return None


def _step(name: str, state: State, context: DecodeContext) -> State | SetAside | None:
    try:
        return DECODERS[name].step(state, context)
    except (ItemRejected, RecursionError):
        return None


def _is_base64(text: str) -> bool:
    """Of something that begins as JSON, JavaScript, percent-encoding, or packed data does."""
    if not _BASE64_START.match(text):
        return False
    try:
        start = b64decode(text[:8].replace("-", "+").replace("_", "/") + "==")
    except ValueError:
        return False
    return start[:1] in b'{["(%' or start.startswith(_PACKED)


def _is_packed(text: str) -> bool:
    """zlib's or gzip's first bytes: as characters, in base64, or as numbers."""
    return text.startswith(("\x1f\x8b", "\x78", "H4sI", "eJ", "eN", "eA", "120,", "31,139,"))


def _is_lz(text: str) -> bool:
    """lz-string's first ten bits are 00 and the first character's eight, the lowest first; they lie
    in 16 or 15 bits of a character, or in two digits of base64."""
    first = ord(text[0])
    if first >= _FIRST_NO_ASCII:
        return first >> 6 in _LZ_STARTS or first - 32 >> 5 in _LZ_STARTS
    digits = [_BASE64_DIGITS.find(each) for each in text[:2]]
    return len(digits) == 2 and (digits[0] << 4 | digits[1] >> 2) in _LZ_STARTS


def _is_javascript(text: str) -> bool:
    start = text[:_MAX_START].lstrip()
    return len(text) <= _MAX_SCRIPT_LENGTH and start.startswith(("{", "[", "(", "new "))


_BASE64_START = re.compile(r"[A-Za-z0-9+/_-]{4}")
_BASE64_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda")
_FIRST_NO_ASCII = 128
_LZ_STARTS = frozenset(int(f"00{ord(each):08b}"[:2] + f"{ord(each):08b}"[::-1], 2)
                       for each in '{["(%eWI')  # fmt: skip
_MAX_START = 100
_MAX_SCRIPT_LENGTH = 1 << 20
_BEGINNINGS: dict[str, Callable[[str], bool]] = {
    "uri": lambda text: "%" in text[:_MAX_START],
    "base64": _is_base64,
    "gzip": _is_packed,
    "zlib": _is_packed,
    "lz-string": _is_lz,
    "javascript": _is_javascript,
}
"""What is tried on texts, and how a text that it may have written begins."""

Sign = Callable[[Raw, str | None, DecodeContext], bool]
"""Whether a value, which may be a text, looks like a decoder's."""


def _members(*names: str) -> Sign:
    """An object that has all of them."""

    def sign(value: Raw, _text: str | None, _context: DecodeContext) -> bool:
        members = as_object(value)
        return members is not None and all(name in members for name in names)

    return sign


def _holds(*marks: bytes) -> Sign:
    return lambda value, _text, _context: any(mark in bytes(value) for mark in marks)


def _is_container(value: Raw) -> bool:
    return bytes(value)[:1] in _CONTAINER


def _state_within(value: Raw, _text: str | None, _context: DecodeContext) -> bool:
    state = (as_object(value) or {}).get("state")
    return state is not None and (_is_container(state) or bytes(state) == b"null")


def _is_machine(value: Raw, _text: str | None, _context: DecodeContext) -> bool:
    members = as_object(value) or {}
    machine = members.keys() & {"status", "value", "version", "children", "historyValue"}
    return bool(machine) and "context" in members and _is_container(members["context"])


def _data_alone(value: Raw, _text: str | None, context: DecodeContext) -> bool:
    members = as_object(value) or {}
    return members.keys() == {"data"} and _is_container(members["data"])


def _of_easy_peasy(value: Raw, text: str | None, context: DecodeContext) -> bool:
    return context.key.startswith("[") and _data_alone(value, text, context)


def _refers_to_itself(value: Raw, _text: str | None, _context: DecodeContext) -> bool:
    """A list that begins with an object or a list, as what is flattened does."""
    elements = as_list(value)
    return elements is not None and len(elements) > 1 and _is_container(elements[0])


def _two_objects(value: Raw, _text: str | None, _context: DecodeContext) -> bool:
    """The first of them, or what is in it, not empty."""
    halves = as_list(value) or []
    if len(halves) != 2 or not all(map(_is_container, halves)):
        return False
    stamped = as_list(halves[0])
    tables = as_object(stamped[0] if stamped else halves[0])
    values = as_object(halves[1]) if stamped is None else {}
    return bool(tables or values)


def _all_versioned(value: Raw, _text: str | None, _context: DecodeContext) -> bool:
    rows = as_object(value)
    return bool(rows) and all((as_object(row) or {}).keys() == {"versionKey", "data"}
                              for row in (rows or {}).values())  # fmt: skip


def _json_in_members(value: Raw, _text: str | None, _context: DecodeContext) -> bool:
    """Texts that are JSON objects or lists, and no text that happens to be a number."""
    members = as_object(value) or {}
    found = False
    for member in members.values():
        text = as_string(member)
        inner = None if text is None else as_value(escape_json(text))
        if inner is not None:
            if not _is_container(inner):
                return False
            found = True
    return found


def _json_in_text(value: Raw, text: str | None, _context: DecodeContext) -> bool:
    return text is not None and text[:1] in ("{", "[") and as_value(escape_json(text)) is not None


def _encoded_text(value: Raw, text: str | None, context: DecodeContext) -> bool:
    """A JSON string in which further encodings may lie."""
    if text is None or len(text) < _MIN_ENCODED:
        return False
    return any(
        isinstance(made := _step(name, text, context), str)
        and as_value(escape_json(made)) is not None
        and made[:1] in ("{", "[")
        for name, begins in _BEGINNINGS.items()
        if begins(text)
    )


def _kept_in_lscache(value: Raw, _text: str | None, context: DecodeContext) -> bool:
    return context.key.endswith("-cacheexpiration") or (
        context.companion(f"{context.key}-cacheexpiration") is not None
    )


def _kept_in_storejs(value: Raw, _text: str | None, context: DecodeContext) -> bool:
    return is_expiry_key(context.key) or any(
        context.companion(key) is not None for key in expiry_keys(context.key)
    )


def _expires_beside(_value: Raw, _text: str | None, context: DecodeContext) -> bool:
    return any(context.companion(key) is not None for key in keys_beside(context.key))


def _has_marks(value: Raw, text: str | None, _context: DecodeContext) -> bool:
    return text is not None and text.startswith("__lfsc__:")


_SIGNS: dict[str, Sign] = {
    "superjson": _members("json"),
    "zustand": _state_within,
    "redux-persist": _members("_persist"),
    "tanstack-query": _members("buster", "timestamp", "clientState"),
    "tanstack-query-persister": _members("state", "queryKey", "queryHash"),
    "lokijs": _members("filename", "collections"),
    "tanstack-db": _all_versioned,
    "web-storage-cache": _members("c", "e", "v"),
    "vue-ls": _members("expire"),
    "localstorage-slim": _members("␛0000", "ttl"),
    "mobx-persist-store": _members("__mps__"),
    "expiring": lambda value, _text, _context: 2 <= len(as_object(value) or ()) <= 4,
    "easy-peasy": _of_easy_peasy,
    "lockr": _data_alone,
    "xstate": _is_machine,
    "legend-state": _holds(b'"__LSType"'),
    "remotedev-serialize": _holds(b'"__serializedType__"', b'"$jsan"'),
    "tagged-types": _holds(b'"__type"', b'"dataType"', b'"_type"', b'"$type"'),
    "typeson": _members("$types"),
    "telejson": _holds(b'"_date_', b'"_regexp_', b'"_undefined_', b'"_symbol_', b'"_function_'),
    "tinybase": _two_objects,
    "devalue": _refers_to_itself,
    "flatted": _refers_to_itself,
    "seroval": _members("t", "f"),
    "lscache": _kept_in_lscache,
    "storejs": _kept_in_storejs,
    "expiring-beside": _expires_beside,
    "localforage": _has_marks,
    "redux-persist-compress": lambda value, _text, context: context.key.startswith("persist:"),
    "json": lambda value, text, context: (
        _json_in_text(value, text, context) or _encoded_text(value, text, context)
    ),
    "json-members": _json_in_members,
}
"""The surest first."""
_EASILY_MISTAKEN = frozenset(("devalue", "flatted", "tinybase"))
"""Whose outcome does not count where a value in it cannot be read."""
