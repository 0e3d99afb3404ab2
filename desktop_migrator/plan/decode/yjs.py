"""Yjs 13 (github.com/yjs/yjs): a document's whole state, as `encodeStateAsUpdate` writes it (v1).

All items that any client ever inserted, each with the neighbours that it was put between, and what
was deleted. Items are put in order as Yjs does it (`Item.integrate`, the YATA algorithm), one unit
of their content at a time; then maps, lists and texts are read. A text with formats or embedded
values becomes its delta (`[{"insert": …, "attributes": …}]`), a plain one a string. A root's kind
is not stored and shows by its content. XML types and subdocuments are unreadable.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from msgspec import Raw

from desktop_migrator.plan.decode.byte_forms import byte_forms
from desktop_migrator.plan.decode.decoder import (
    DecodeContext,
    Decoder,
    State,
    too_large_error,
)
from desktop_migrator.plan.decode.graph import Graph, render
from desktop_migrator.plan.decode.lib0 import Lib0Reader, MalformedData, StructId
from desktop_migrator.plan.decode.unreadable import unreadable
from desktop_migrator.plan.json_text import escape_unstorable, too_deep_error

_MAX_UNITS = 1_000_000
_MAX_STEPS = 10_000_000
_LIST, _MAP, _TEXT = 0, 1, 2
_KINDS_WITH_NAME = frozenset((3, 5))


class _Type:
    """A map, list or text: its units in order, and the last unit of each of its keys."""

    __slots__ = ("keys", "kind", "start")

    def __init__(self, kind: int | None) -> None:
        self.kind = kind
        self.start: _Unit | None = None
        self.keys: dict[str, _Unit] = {}


class _Unit:
    """One character, element or value."""

    __slots__ = (
        "content", "id", "is_deleted", "key", "left", "origin", "parent", "right", "right_origin",
    )  # fmt: skip

    def __init__(
        self, unit_id: StructId, origin: StructId | None, right_origin: StructId | None
    ) -> None:
        self.id = unit_id
        self.origin = origin
        self.right_origin = right_origin
        self.parent: _Type | None = None
        self.key: str | None = None
        self.content: Any = None
        self.left: _Unit | None = None
        self.right: _Unit | None = None
        self.is_deleted = False


class _Format:
    def __init__(self, name: str, value: Graph) -> None:
        self.name = name
        self.value = value


class _Embed:
    def __init__(self, value: Graph) -> None:
        self.value = value


def yjs(state: State, _context: DecodeContext) -> Raw | None:
    for data in byte_forms(state):
        try:
            return render(_Document(data).read())
        except RecursionError:
            raise too_deep_error() from None
        except (MalformedData, IndexError, struct.error, UnicodeDecodeError, OverflowError):
            continue
    return None


class _Document:
    def __init__(self, data: bytes) -> None:
        self._bytes = Lib0Reader(data)
        self._units: dict[StructId, _Unit] = {}
        self._roots: dict[str, _Type] = {}
        # By client the clocks where what it collected begins and ends, in turns.
        self._collected: dict[int, list[int]] = {}
        self._count = 0
        self._steps = 0

    def read(self) -> Graph:
        clients = [list(self._structs()) for _ in range(self._bytes.number())]
        deleted = [
            (client, self._bytes.number(), self._bytes.number())
            for _ in range(self._bytes.number())
            for client in (self._bytes.number(),)
            for _ in range(self._bytes.number())
        ]
        if not self._bytes.is_at_end() or not clients:
            raise MalformedData
        self._integrate(clients)
        for client, clock, length in deleted:
            for place in range(clock, clock + length):
                self._step()
                unit = self._units.get((client, place))
                if unit is not None:
                    unit.is_deleted = True
        found = {name: self._value(root) for name, root in self._roots.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _structs(self) -> Iterator[tuple[list[_Unit], Any, str | None]]:
        """The items of one client: their units, their parent where it is told, and their key."""
        read = self._bytes
        count, client, clock = read.number(), read.number(), read.number()
        for _ in range(count):
            info = read.byte()
            if info & 31 in {0, 10}:
                length = read.number()
                self._collected.setdefault(client, []).extend((clock, clock + length))
                clock += length
                continue
            origin = read.id() if info & 128 else None
            right_origin = read.id() if info & 64 else None
            parent: Any = None
            key = None
            if not info & 192:
                parent = read.text() if read.number() == 1 else read.id()
                key = read.text() if info & 32 else None
            contents = self._contents(info & 31)
            self._count += len(contents)
            if self._count > _MAX_UNITS:
                raise too_large_error()
            units = []
            for content in contents:
                unit = _Unit((client, clock), origin, right_origin)
                unit.content = content
                unit.is_deleted = content is _Unit
                units.append(unit)
                origin = unit.id
                clock += 1
            yield units, parent, key

    def _contents(self, kind: int) -> list[Any]:  # noqa: PLR0911 - one for each kind
        read = self._bytes
        match kind:
            case 1:
                length = read.number()
                if length > _MAX_UNITS:
                    raise too_large_error()
                return [_Unit] * length
            case 2:
                return [read.json() for _ in range(read.number())]
            case 3:
                return [list(read.take(read.number()))]
            case 4:
                units = read.exact_text().encode("utf-16-le", "surrogatepass")
                return [units[place : place + 2] for place in range(0, len(units), 2)]
            case 5:
                return [_Embed(read.json())]
            case 6:
                return [_Format(read.text(), read.json())]
            case 7:
                type_kind = read.number()
                if type_kind in _KINDS_WITH_NAME:
                    read.text()
                return [_Type(type_kind)]
            case 8:
                return [read.any() for _ in range(read.number())]
            case 9:
                read.text()
                read.any()
                return [unreadable("document")]
            case _:
                raise MalformedData

    def _integrate(self, clients: list[list[tuple[list[_Unit], Any, str | None]]]) -> None:
        """Every item after those that it refers to; those that refer to nothing there are left."""
        waiting = [iter(items) for items in clients]
        heads = [next(items, None) for items in waiting]
        is_moving = True
        while is_moving:
            is_moving = False
            for index, items in enumerate(waiting):
                head = heads[index]
                while head is not None and self._is_ready(head):
                    self._place(*head)
                    head = next(items, None)
                    is_moving = True
                heads[index] = head
        if any(head is not None for head in heads):
            # An update of changes alone, without what they build on.
            raise MalformedData

    def _is_ready(self, item: tuple[list[_Unit], Any, str | None]) -> bool:
        units, parent, _ = item
        first = units[0] if units else None
        needed = [parent if isinstance(parent, tuple) else None]
        needed += [first.origin, first.right_origin] if first else []
        return all(
            each is None or each in self._units or self._is_collected(each) for each in needed
        )

    def _is_collected(self, unit_id: StructId) -> bool:
        return bisect_right(self._collected.get(unit_id[0], ()), unit_id[1]) % 2 == 1

    def _place(self, units: list[_Unit], parent: Any, key: str | None) -> None:
        for unit in units:
            left = self._units.get(unit.origin) if unit.origin else None
            right = self._units.get(unit.right_origin) if unit.right_origin else None
            neighbour = left if left is not None else right
            if neighbour is not None:
                unit.parent, unit.key = neighbour.parent, neighbour.key
            elif isinstance(parent, str):
                unit.parent, unit.key = self._roots.setdefault(parent, _Type(None)), key
            elif parent is not None and parent in self._units:
                held = self._units[parent].content
                unit.parent, unit.key = (held if isinstance(held, _Type) else None), key
            self._units[unit.id] = unit
            if unit.parent is not None:
                self._link(unit, unit.parent, left, right)

    def _link(self, unit: _Unit, parent: _Type, left: _Unit | None, right: _Unit | None) -> None:
        if (left is None and (right is None or right.left is not None)) or (
            left is not None and left.right is not right
        ):
            left = self._after_conflicts(unit, parent, left, right)
        unit.left = left
        if left is not None:
            unit.right = left.right
            left.right = unit
        else:
            unit.right = self._first(parent, unit.key)
            if unit.key is None:
                parent.start = unit
        if unit.right is not None:
            unit.right.left = unit
            if unit.key is not None:
                unit.is_deleted = True
        elif unit.key is not None:
            parent.keys[unit.key] = unit
            if left is not None:
                left.is_deleted = True

    def _first(self, parent: _Type, key: str | None) -> _Unit | None:
        if key is None:
            return parent.start
        found = parent.keys.get(key)
        while found is not None and found.left is not None:
            self._step()
            found = found.left
        return found

    def _after_conflicts(
        self, unit: _Unit, parent: _Type, left: _Unit | None, right: _Unit | None
    ) -> _Unit | None:
        """Which unit it comes after, of those that others put at the same place."""
        other = left.right if left is not None else self._first(parent, unit.key)
        conflicting: set[StructId] = set()
        before: set[StructId] = set()
        while other is not None and other is not right:
            self._step()
            before.add(other.id)
            conflicting.add(other.id)
            if unit.origin == other.origin:
                if other.id[0] < unit.id[0]:
                    left = other
                    conflicting.clear()
                elif unit.right_origin == other.right_origin:
                    break
            elif other.origin is not None and other.origin in before:
                if other.origin not in conflicting:
                    left = other
                    conflicting.clear()
            else:
                break
            other = other.right
        return left

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise too_large_error()

    def _value(self, value: Any) -> Graph:  # noqa: PLR0911 - one for each kind
        if isinstance(value, bytes):
            return _text([value])
        if not isinstance(value, _Type):
            return value
        if value.kind is not None and value.kind > _TEXT:
            return unreadable("xml")
        units = list(_left(value.start))
        members = {
            name: self._value(last.content)
            for name, last in value.keys.items()
            if not last.is_deleted
        }
        is_text = all(isinstance(unit.content, bytes | _Format | _Embed) for unit in units)
        kind = value.kind
        if kind is None:
            # Of a root all that is known is what lies in it.
            if value.keys and units:
                return unreadable("xml")
            if not value.keys and not units:
                return None
            kind = _MAP if value.keys else _TEXT if is_text else _LIST
        if kind == _MAP:
            return members
        if kind == _TEXT:
            return _delta(units)
        return [self._value(unit.content) for unit in units]


def _left(unit: _Unit | None) -> Iterator[_Unit]:
    """What is not deleted."""
    while unit is not None:
        if not unit.is_deleted:
            yield unit
        unit = unit.right


def _text(units: list[bytes]) -> str:
    return escape_unstorable(b"".join(units).decode("utf-16-le", "surrogatepass"))


def _delta(units: list[_Unit]) -> Graph:
    """A text's string, or its delta where there is more to it."""
    if all(isinstance(unit.content, bytes) for unit in units):
        return _text([unit.content for unit in units])
    found: list[Graph] = []
    attributes: dict[str, Graph] = {}
    run: list[bytes] = []

    def insert(value: Graph) -> None:
        found.append({"insert": value, **({"attributes": {**attributes}} if attributes else {})})

    for unit in units:
        if isinstance(unit.content, bytes):
            run.append(unit.content)
            continue
        if run:
            insert(_text(run))
            run = []
        if isinstance(unit.content, _Embed):
            insert(unit.content.value)
        elif isinstance(unit.content, _Format):
            if isinstance(unit.content.value, Raw) and bytes(unit.content.value) != b"null":
                attributes[unit.content.name] = unit.content.value
            else:
                attributes.pop(unit.content.name, None)
    if run:
        insert(_text(run))
    return found


DECODERS = (Decoder("yjs", yjs, None),)
