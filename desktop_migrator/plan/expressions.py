"""The JMESPath expressions of a plan. Those that only name fields are answered with slices of the
JSON text, so that numbers keep their spelling; others decode it (exactly) and encode the result."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError, UnknownFunctionError
from jmespath.functions import Functions
from msgspec import Raw

from desktop_migrator.messages import Message
from desktop_migrator.plan.bounds import grows_too_much
from desktop_migrator.plan.json_text import as_object, as_value, decode, encode
from desktop_migrator.plan.locations import Location, read_locations
from desktop_migrator.plan.reject import ItemRejected, RejectionCode

_UNCOMPUTABLE = (JMESPathError, ArithmeticError, LookupError, TypeError, ValueError)
"""What JMESPath raises for values that an expression is not for; of some its functions do not see
themselves that they are no such values (`merge` of a null)."""
_FUNCTIONS = Functions.FUNCTION_TABLE


class Expression:
    def __init__(self, text: str) -> None:
        """Raises jmespath.exceptions.JMESPathError, for functions that do not exist too."""
        self._compiled = jmespath.compile(text)
        _check_functions(self._compiled.parsed)
        if grows_too_much(self._compiled.parsed):
            message = "makes too much of what it is given"
            raise JMESPathError(message)
        self.path = _field_path(self._compiled.parsed)
        """The fields to go through, if that is all it asks for: `@`, `a`, `a.b."c d"`."""
        self.names = frozenset(_field_names(self._compiled.parsed))
        """The fields that it names."""

    @property
    def field(self) -> str | None:
        """The field, if it asks for just one."""
        return self.path[0] if self.path and len(self.path) == 1 else None

    def find(self, json: Raw) -> Raw | None:
        """What the expression finds in a JSON text; None for nothing, as for text that is no JSON.

        Raises ItemRejected for what cannot be read exactly.
        """
        if self.path is not None:
            found: Raw | None = json
            for field in self.path:
                found = None if found is None else (as_object(found) or {}).get(field)
            return found
        if as_value(json) is None:
            return None
        try:
            result = self._compiled.search(decode(json))
        except _UNCOMPUTABLE:
            raise ItemRejected(
                RejectionCode.WRONG_TYPE,
                Message("The plan has an expression that cannot be computed from what it holds."),
                Message("Correct the expression in the plan, or the item in the app."),
            ) from None
        return None if result is None else Raw(encode(result))

    def locations(self, json: Raw) -> Collection[Location]:
        """Where in the JSON text lies what it finds there. Raises as `find`."""
        if self.path is not None:
            return (tuple(self.path),)
        try:
            return read_locations(self._compiled.parsed, decode(json))
        except _UNCOMPUTABLE:
            return ()


def _check_functions(node: Mapping[str, Any]) -> None:
    if node["type"] == "function_expression" and node["value"] not in _FUNCTIONS:
        message = f"there is no function {node['value']}()"
        raise UnknownFunctionError(message)
    for child in node["children"]:
        if isinstance(child, Mapping):
            _check_functions(child)


def _field_names(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "field":
        yield node["value"]
    for child in node["children"]:
        if isinstance(child, Mapping):
            yield from _field_names(child)


def _field_path(parsed: Mapping[str, Any]) -> list[str] | None:
    if parsed["type"] == "current":
        return []
    nodes = parsed["children"] if parsed["type"] == "subexpression" else [parsed]
    if any(node["type"] != "field" for node in nodes):
        return None
    return [node["value"] for node in nodes]
