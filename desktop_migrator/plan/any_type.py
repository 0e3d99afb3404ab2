"""JSON values as the texts that PostgreSQL reads for types of which nothing more is known here.

Arrays (of PostgreSQL's documentation, 8.15), bytea (8.4), hstore (F.17), points (8.8.1), intervals
by number, and money by plain numbers are spelled as those types' input functions want them. All
other texts go as they are: whether the type has such a value, only the server knows.
"""

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.model import Column
from desktop_migrator.plan.json_text import (
    as_bytes,
    as_list,
    as_object,
    as_string,
    parse_number,
)
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.schema_entity import PlanColumn
from desktop_migrator.plan.times import CORRECT_REMEDY

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_DATA_URL = re.compile(r"data:[^,]{0,200}?(;base64)?,", re.IGNORECASE)
_MOST_CENTS = 2
_LONGEST = {"name": 63, '"char"': 1}
"""Bytes; of longer texts these types' input functions would drop the end without a word."""


def any_type_converter(
    field: Message, column: Column, rules: PlanColumn
) -> Callable[[Raw], str | None]:
    """The converter for a column of `ColumnType.OTHER`. It raises ItemRejected."""
    spell = _speller(column.declared, rules)

    def convert(raw: Raw) -> str | None:
        if as_bytes(raw) in (b"null", b'""'):
            return None
        text = spell(raw)
        if text is None:
            raise ItemRejected(
                RejectionCode.WRONG_TYPE,
                Message(
                    "{field} is nothing that a column of type {type} is filled with.",
                    field=field,
                    type=column.declared,
                ),
                CORRECT_REMEDY,
            )
        return text

    return convert


def _speller(declared: str, rules: PlanColumn) -> Callable[[Raw], str | None]:
    if declared.endswith("[]"):
        inner = _speller(declared.removesuffix("[]"), rules)
        return lambda raw: _array(raw, inner)
    kind = declared.rpartition(".")[2].partition("(")[0]
    if kind == "interval":
        return lambda raw: _interval(raw, rules.numbers)
    spell = _SPELLERS.get(kind, _plain)
    longest = _LONGEST.get(kind)
    return spell if longest is None else lambda raw: _no_longer(spell(raw), longest)


def _no_longer(text: str | None, longest: int) -> str | None:
    return text if text is None or len(text.encode()) <= longest else None


def _plain(raw: Raw) -> str | None:
    text = as_string(raw)
    if text is None and as_bytes(raw)[:1] not in b"[{":
        return as_bytes(raw).decode()
    return text


def _json(raw: Raw) -> str:
    return as_bytes(raw).decode()


def _array(raw: Raw, inner: Callable[[Raw], str | None]) -> str | None:
    """A list as an array, lists in it as its further dimensions; a text may be one already."""
    elements = as_list(raw)
    if elements is None:
        return as_string(raw)
    texts: list[str] = []
    for element in elements:
        text = None
        if as_bytes(element) == b"null":
            text = "NULL"
        elif as_bytes(element)[:1] == b"[" and inner is not _json:
            text = _array(element, inner)
        else:
            spelled = inner(element)
            text = None if spelled is None else _quoted(spelled)
        if text is None:
            return None
        texts.append(text)
    return f"{{{','.join(texts)}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _bytes(raw: Raw) -> str | None:
    """Hex after `\\x`, base64, a data: URL, or numbers in a list, as JSON has typed arrays."""
    text = as_string(raw)
    data = _bytes_of_list(raw) if text is None else _bytes_of_text(text)
    return None if data is None else f"\\x{data.hex()}"


def _bytes_of_text(text: str) -> bytes | None:
    if text.startswith("\\x"):
        return bytes.fromhex(text[2:]) if _HEX.fullmatch(text[2:]) else None
    if url := _DATA_URL.match(text):
        body = text[url.end() :]
        return (
            _base64(unquote_to_bytes(body).decode("latin-1")) if url[1] else unquote_to_bytes(body)
        )
    found = _base64(text)
    is_hex = _HEX.fullmatch(text) is not None
    if found is not None:
        return None if is_hex else found  # a text that may be both is guessed to be neither
    return bytes.fromhex(text) if is_hex else None


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _bytes_of_list(raw: Raw) -> bytes | None:
    """Of `[1, 2]`, Node's `{"type": "Buffer", "data": [1, 2]}` and `{"0": 1, "1": 2}`."""
    members = as_object(raw)
    elements = as_list(raw)
    if members is not None and as_string(members.get("type", Raw(b"0"))) == "Buffer":
        elements = as_list(members.get("data", Raw(b"0")))
    elif members is not None and list(members) == [str(place) for place in range(len(members))]:
        elements = list(members.values())
    numerals = [as_bytes(element) for element in elements or ()]
    if elements is None or not all(each.isdigit() and len(each) <= 3 for each in numerals):
        return None
    numbers = list(map(int, numerals))
    return bytes(numbers) if max(numbers, default=0) <= 0xFF else None


def _hstore(raw: Raw) -> str | None:
    members = as_object(raw)
    if members is None:
        return as_string(raw)
    pairs = []
    for name, value in members.items():
        text = as_string(value)
        if text is None and as_bytes(value) != b"null":
            text = as_bytes(value).decode()
        pairs.append(f"{_quoted(name)}=>{'NULL' if text is None else _quoted(text)}")
    return ",".join(pairs)


def _point(raw: Raw) -> str | None:
    """Two numbers in a list, or `x` and `y`; no latitudes, whose order nobody knows."""
    members = as_object(raw)
    both = as_list(raw) if members is None else list(members.values())
    if both is None:
        return as_string(raw)
    if members is not None and list(members) != ["x", "y"]:
        return None
    numerals = [as_bytes(each).decode() for each in both]
    is_point = len(numerals) == 2 and all(each[:1] in "-0123456789" for each in numerals)
    return f"({numerals[0]},{numerals[1]})" if is_point else None


def _interval(raw: Raw, unit: str | None) -> str | None:
    """A number counts what the plan says (`numbers`), else nobody knows what it counts."""
    text = as_string(raw)
    numeral = as_bytes(raw)
    if text is not None or numeral[:1] not in b"-0123456789" or unit is None:
        return text
    return f"{numeral.decode()} {unit}"


def _money(raw: Raw) -> str | None:
    """A number, or one in a text: what signs and points mean depends on the server's country."""
    text = as_string(raw)
    numeral = as_bytes(raw) if text is None else text.encode()
    if not re.fullmatch(rb"-?[0-9]{1,17}(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?", numeral):
        return None
    value = parse_number(numeral)
    return f"{value:f}" if value == round(value, _MOST_CENTS) else None


_SPELLERS: dict[str, Callable[[Raw], str | None]] = {
    "bytea": _bytes,
    "hstore": _hstore,
    "json": _json,
    "jsonb": _json,
    "money": _money,
    "point": _point,
}
