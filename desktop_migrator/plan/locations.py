"""Where in a value an expression reads: for telling what of a record or an item nobody has read.

A location is the names and indexes from the value's root. `read_locations` walks an expression over
a value beside JMESPath itself, and follows which parts of the value its result is made of. A
part that another value is made of (by `join`, `to_string`, a comparison with a literal) was read;
one that nothing but a number or names is left of (by `length`, `keys`, `type`) was not.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from jmespath.visitor import Options, TreeInterpreter
from msgspec import Raw

from desktop_migrator.plan.json_text import as_list, as_object, encode, encode_object
from desktop_migrator.plan.reject import ItemRejected

Location = tuple[str | int, ...]
_ROOT: Location = ()
_EMPTY_JSON = frozenset((b"null", b'""', b"[]", b"{}"))
_LONGEST_EMPTY = 4


class _Part(msgspec.Struct):
    """A value within the walk, and what of the root it is made of."""

    value: Any
    location: Location | None
    """None for what is computed or put together."""
    made_of: tuple["_Part", ...] = ()
    inner: "Mapping[str | int, _Part] | None" = None
    """Of what is put together of parts, each by its name or index."""

    def locations(self) -> Iterable[Location]:
        if self.location is not None:
            yield self.location
        else:
            for part in self.made_of:
                yield from part.locations()

    def child(self, value: Any, step: str | int) -> "_Part":
        """One of its members or elements; of a computed value nobody knows more closely."""
        if self.location is not None:
            return _Part(value, (*self.location, step))
        if self.inner is not None:
            return self.inner[step]
        return _Part(value, None, self.made_of)


def read_locations(parsed: Mapping[str, Any], value: Any) -> frozenset[Location]:
    """Where the expression, as JMESPath parsed it, reads what it finds in the decoded value.

    Raises jmespath.exceptions.JMESPathError where the expression cannot be computed.
    """
    return frozenset(_Walk().visit(parsed, _Part(value, _ROOT)).locations())


class _Walk:
    def __init__(self) -> None:
        self._value: Callable[[Any, Any], Any] = TreeInterpreter(Options()).visit

    def visit(self, node: Mapping[str, Any], part: _Part) -> _Part:
        visit: Callable[[Mapping[str, Any], _Part], _Part] = getattr(self, f"_{node['type']}")
        return visit(node, part)

    def _comparator(self, node: Mapping[str, Any], part: _Part) -> _Part:
        """One with a literal says what becomes of a value, as a column's `values` do."""
        sides = node["children"]
        has_literal = any(side["type"] in ("literal", "raw_string_literal") for side in sides)
        read = [self.visit(side, part) for side in sides] if has_literal else []
        scalars = [each for each in read if not isinstance(each.value, dict | list)]
        return _Part(self._value(node, part.value), None, tuple(scalars))

    def _not_expression(self, node: Mapping[str, Any], part: _Part) -> _Part:
        """What is the opposite of true or false still says which of them it was."""
        read = self.visit(node["children"][0], part)
        made_of = (read,) if isinstance(read.value, bool) else ()
        return _Part(self._value(node, part.value), None, made_of)

    def _function_expression(self, node: Mapping[str, Any], part: _Part) -> _Part:
        name, value = node["value"], self._value(node, part.value)
        if name in _LOSING:
            return _Part(value, None)
        if name == "map":
            expression, elements = node["children"]
            base = self.visit(elements, part)
            found = [self.visit(expression["children"][0], each) for each in _elements(base) or ()]
            return _listed(found)
        arguments = [
            self.visit(child, part) for child in node["children"] if child["type"] != "expref"
        ]
        choose = _CHOOSING.get(name)
        return choose(value, arguments) if choose else _Part(value, None, tuple(arguments))

    def _literal(self, node: Mapping[str, Any], part: _Part) -> _Part:
        return _Part(node["value"], None)

    def _current(self, node: Mapping[str, Any], part: _Part) -> _Part:
        return part

    _identity = _current

    def _field(self, node: Mapping[str, Any], part: _Part) -> _Part:
        if not isinstance(part.value, dict) or node["value"] not in part.value:
            return _Part(None, None)
        return part.child(part.value[node["value"]], node["value"])

    def _index(self, node: Mapping[str, Any], part: _Part) -> _Part:
        elements = part.value
        place = node["value"]
        if not isinstance(elements, list) or not -len(elements) <= place < len(elements):
            return _Part(None, None)
        return part.child(elements[place], place % len(elements))

    def _slice(self, node: Mapping[str, Any], part: _Part) -> _Part:
        if not isinstance(part.value, list):
            return _Part(None, None)
        chosen = range(len(part.value))[slice(*node["children"])]
        return _listed([part.child(part.value[place], place) for place in chosen])

    def _subexpression(self, node: Mapping[str, Any], part: _Part) -> _Part:
        for child in node["children"]:
            part = self.visit(child, part)
        return part

    _index_expression = _pipe = _subexpression

    def _projection(self, node: Mapping[str, Any], part: _Part) -> _Part:
        base = self.visit(node["children"][0], part)
        return self._project(node["children"][1], base, _elements(base))

    def _value_projection(self, node: Mapping[str, Any], part: _Part) -> _Part:
        base = self.visit(node["children"][0], part)
        members = base.value.items() if isinstance(base.value, dict) else None
        parts = None if members is None else [base.child(value, name) for name, value in members]
        return self._project(node["children"][1], base, parts)

    def _filter_projection(self, node: Mapping[str, Any], part: _Part) -> _Part:
        base = self.visit(node["children"][0], part)
        elements = _elements(base)
        condition = node["children"][2]
        chosen = None
        if elements is not None:
            chosen = [
                each for each in elements if not _is_false(self._value(condition, each.value))
            ]
        return self._project(node["children"][1], base, chosen)

    def _project(self, then: Mapping[str, Any], base: _Part, elements: list[_Part] | None) -> _Part:
        if elements is None:
            return _Part(None, None)
        found = [self.visit(then, element) for element in elements]
        return _listed([each for each in found if each.value is not None])

    def _flatten(self, node: Mapping[str, Any], part: _Part) -> _Part:
        base = self.visit(node["children"][0], part)
        elements = _elements(base)
        if elements is None:
            return _Part(None, None)
        flat: list[_Part] = []
        for each in elements:
            inner = _elements(each)
            flat += [each] if inner is None else inner
        return _listed(flat)

    def _multi_select_list(self, node: Mapping[str, Any], part: _Part) -> _Part:
        if part.value is None:
            return _Part(None, None)
        return _listed([self.visit(child, part) for child in node["children"]])

    def _multi_select_dict(self, node: Mapping[str, Any], part: _Part) -> _Part:
        if part.value is None:
            return _Part(None, None)
        members = {child["value"]: self.visit(child, part) for child in node["children"]}
        value = {name: each.value for name, each in members.items()}
        return _Part(value, None, tuple(members.values()), members)

    def _key_val_pair(self, node: Mapping[str, Any], part: _Part) -> _Part:
        return self.visit(node["children"][0], part)

    def _or_expression(self, node: Mapping[str, Any], part: _Part) -> _Part:
        first = self.visit(node["children"][0], part)
        return self.visit(node["children"][1], part) if _is_false(first.value) else first

    def _and_expression(self, node: Mapping[str, Any], part: _Part) -> _Part:
        first = self.visit(node["children"][0], part)
        return first if _is_false(first.value) else self.visit(node["children"][1], part)


def _elements(part: _Part) -> list[_Part] | None:
    if not isinstance(part.value, list):
        return None
    return [part.child(value, place) for place, value in enumerate(part.value)]


def _listed(parts: Sequence[_Part]) -> _Part:
    return _Part([part.value for part in parts], None, tuple(parts), dict(enumerate(parts)))


def _one_of(value: Any, arguments: list[_Part]) -> _Part:
    """The element that a function has chosen of its first argument."""
    return next(
        (each for each in _elements(arguments[0]) or () if each.value is value),
        _Part(value, None),
    )


def _rearranged(value: Any, arguments: list[_Part]) -> _Part:
    """The elements of the first argument in another order."""
    waiting = _elements(arguments[0]) or []
    found: list[_Part] = []
    for each in value:
        place = next(index for index, part in enumerate(waiting) if part.value is each)
        found.append(waiting.pop(place))
    return _listed(found)


def _first_given(_value: Any, arguments: list[_Part]) -> _Part:
    return next((each for each in arguments if each.value is not None), _Part(None, None))


def _merged(value: Any, arguments: list[_Part]) -> _Part:
    """Of each name the last member counts."""
    members = {
        name: argument.child(member, name)
        for argument in arguments
        for name, member in argument.value.items()
    }
    return _Part(value, None, tuple(members.values()), members)


def _members_of(value: Any, arguments: list[_Part]) -> _Part:
    return _listed([arguments[0].child(each, name) for name, each in arguments[0].value.items()])


def _in_a_list(value: Any, arguments: list[_Part]) -> _Part:
    only = arguments[0]
    return only if isinstance(only.value, list) else _listed([only])


_CHOOSING: dict[str, Callable[[Any, list[_Part]], _Part]] = {
    "max": _one_of,
    "max_by": _one_of,
    "merge": _merged,
    "min": _one_of,
    "min_by": _one_of,
    "not_null": _first_given,
    "reverse": lambda value, arguments: (
        _rearranged(value, arguments) if isinstance(value, list) else arguments[0]
    ),
    "sort": _rearranged,
    "sort_by": _rearranged,
    "to_array": _in_a_list,
    "values": _members_of,
}
"""Functions whose result is made of parts of their arguments, as they are."""
_LOSING = frozenset(
    ("avg", "contains", "ends_with", "keys", "length", "starts_with", "sum", "type")
)
"""Functions that leave no more than a number or names of what they read."""


def _is_false(value: Any) -> bool:
    """JMESPath's idea of it."""
    return value is None or value is False or value in ("", [], {})


def rest_of(value: Raw, taken: Collection[Location]) -> Raw | None:
    """The JSON value without what lies at these locations; None where nothing is left of it.

    Objects and lists of which all was taken go with it.
    """
    if _ROOT in taken:
        return None
    heads: dict[str | int, list[Location]] = {}
    for location in taken:
        heads.setdefault(location[0], []).append(location[1:])
    if not heads:
        return value
    members = as_object(value)
    if members is not None:
        for name, inner in heads.items():
            if isinstance(name, str) and name in members:
                rest = rest_of(members.pop(name), inner)
                if rest is not None:
                    members[name] = rest
        return Raw(encode_object(members)) if members else None
    elements = as_list(value)
    if elements is None:
        return value
    left = [
        rest
        for place, element in enumerate(elements)
        if (rest := rest_of(element, heads.get(place, ()))) is not None
    ]
    return Raw(encode(left)) if left else None


def says_nothing(value: Raw) -> bool:
    """Whether it is null, or an empty text, list or object, or an object of nothing else."""
    pending = [value]
    while pending:
        each = pending.pop()
        if memoryview(each).nbytes <= _LONGEST_EMPTY and bytes(each) in _EMPTY_JSON:
            continue
        try:
            members = as_object(each)
        except ItemRejected:  # nobody nests nothing so deeply
            return False
        if members is None:
            return False
        pending += members.values()
    return True
