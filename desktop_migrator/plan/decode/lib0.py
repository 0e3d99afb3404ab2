"""lib0 (github.com/dmonad/lib0), `decoding.js`: the binary encoding in which Yjs writes."""

import struct

from desktop_migrator.plan.decode.graph import UNDEFINED, Graph, float_number
from desktop_migrator.plan.json_text import as_value, escape_json, escape_unstorable

StructId = tuple[int, int]
"""A client and its clock."""


class MalformedData(Exception):
    """Not this encoding."""


class Lib0Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def is_at_end(self) -> bool:
        return self._at == len(self._data)

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def take(self, count: int) -> bytes:
        found = self._data[self._at : self._at + count]
        if len(found) != count:
            raise MalformedData
        self._at += count
        return found

    def number(self) -> int:
        found, shift = 0, 0
        while True:
            byte = self.byte()
            found |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return found
            if shift > 63:
                raise MalformedData

    def signed(self) -> int:
        byte = self.byte()
        found, shift = byte & 63, 6
        is_negative = byte & 64
        while byte & 128:
            byte = self.byte()
            found |= (byte & 127) << shift
            shift += 7
            if shift > 70:
                raise MalformedData
        return -found if is_negative else found

    def exact_text(self) -> str:
        return self.take(self.number()).decode()

    def text(self) -> str:
        return escape_unstorable(self.exact_text())

    def json(self) -> Graph:
        text = self.exact_text()
        value = as_value(escape_json(text))
        if value is None and text != "undefined":
            raise MalformedData
        return UNDEFINED if value is None else value

    def id(self) -> StructId:
        return self.number(), self.number()

    def any(self) -> Graph:  # noqa: PLR0911, PLR0912 - one for each type
        match self.byte():
            case 127:
                return UNDEFINED
            case 126:
                return None
            case 125:
                return self.signed()
            case 124:
                return float_number(struct.unpack(">f", self.take(4))[0])
            case 123:
                return float_number(struct.unpack(">d", self.take(8))[0])
            case 122:
                return struct.unpack(">q", self.take(8))[0]
            case 121:
                return False
            case 120:
                return True
            case 119:
                return self.text()
            case 118:
                return {self.text(): self.any() for _ in range(self.number())}
            case 117:
                return [self.any() for _ in range(self.number())]
            case 116:
                return list(self.take(self.number()))
            case _:
                raise MalformedData
