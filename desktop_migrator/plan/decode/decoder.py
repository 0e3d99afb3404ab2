"""What every decoder gets and gives.

A decoder takes one state to the next: a text exactly as the page wrote it, with any lone
surrogates, or JSON text in the escaped form of `json_text.escape_json`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.plan.json_text import (
    as_object,
    as_string,
    as_value,
    encode,
    escape_json,
    escape_unstorable,
    has_escapes,
    unescape_unstorable,
)
from desktop_migrator.plan.reject import ItemRejected, RejectionCode

State = str | Raw

MAX_DECODED = 64 * 2**20
"""The most that one decoder makes of a record, in characters or bytes."""


@dataclass(frozen=True, slots=True)
class DecodeContext:
    """What a decoder may need beside the text."""

    key: str
    now: datetime
    """Aware; what expires before it counts as expired."""
    companion: Callable[[str], str | None]
    """Another record's value in the same storage area, by key."""


class SetAside(StrEnum):
    """Why a record that a library wrote holds no data of the person's."""

    EXPIRED = "expired"
    TOMBSTONE = "tombstone"
    """What a library keeps of something deleted."""
    INDEX = "index"
    """Names or orders other records."""
    METADATA = "metadata"


DecodeStep = Callable[[State, DecodeContext], State | SetAside | None]
"""None for what this library did not write; ItemRejected for what it wrote and cannot be read."""


@dataclass(frozen=True, slots=True)
class Decoder:
    name: str
    step: DecodeStep
    inside: tuple[str, ...] | None = ()
    """Where in the decoder's input its output lies: `()` at the same names; None if the input is
    opaque."""
    asked_by: Callable[[str], Iterable[str]] | None = None
    """For a key, those of the records whose decoding may ask for this one by
    `DecodeContext.companion`; None where it never asks."""


def as_json(state: State) -> Raw | None:
    """The state as a JSON value: a text is parsed, and so is a JSON text within a JSON string."""
    if isinstance(state, str):
        return as_value(escape_json(state))
    text = as_text(state)
    return (None if text is None else as_value(escape_json(text))) or state


def as_members(state: State) -> dict[str, Raw] | None:
    """The members of the state if it is, as a JSON value, an object."""
    # Parsed once, where `as_json` and what asks for its members would do it twice.
    data = escape_json(state) if isinstance(state, str) else state
    found = as_object(data)
    if found is None:
        value = as_json(Raw(data))
        found = None if value is None else as_object(value)
    return found


def as_text(state: State) -> str | None:
    """The state as the page's own text; None for JSON that is no string."""
    if isinstance(state, str):
        return state
    if not _may_be_string(state):
        return None
    text = as_string(state)
    return unescape_unstorable(text) if text is not None and has_escapes(state) else text


def json_string(text: str) -> Raw:
    """A page's own text as JSON in the escaped form."""
    return Raw(encode(escape_unstorable(text)))


def too_large_error() -> ItemRejected:
    return ItemRejected(
        RejectionCode.UNRECOGNISED,
        Message("It unpacks to more than {size} MB.", size=MAX_DECODED // 2**20),
        Message("Tell the support desk; the record stays in the browser."),
    )


def _may_be_string(data: Raw) -> bool:
    return bytes(memoryview(data)[:1]) in {b'"', b" ", b"\t", b"\n", b"\r"}
