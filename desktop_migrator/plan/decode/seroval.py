"""seroval 1 (github.com/lxsmnsyc/seroval), which Solid uses: `toJSON` and `toCrossJSON`, and, as
JavaScript texts, `serialize` and `crossSerialize`.

`toJSON` writes `{"t": node, "f": …, "m": […]}`, `toCrossJSON` a node alone. A node's `t` is its
type, `i` its number, by which nodes of type 4 refer to it.
"""

from typing import Any

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import DecodeContext, Decoder, State, as_json, as_text
from desktop_migrator.plan.decode.graph import (
    NEGATIVE_ZERO,
    TYPED_ARRAYS,
    UNDEFINED,
    Graph,
    JsMap,
    bigint,
    buffer_text,
    date_text,
    decode_base64,
    render,
    typed_array,
)
from desktop_migrator.plan.decode.javascript import evaluate, unescape_string
from desktop_migrator.plan.decode.unreadable import unreadable
from desktop_migrator.plan.json_text import as_object, decode, too_deep_error, unescape_unstorable

_CONSTANTS = {
    0: None,
    1: UNDEFINED,
    2: True,
    3: False,
    4: NEGATIVE_ZERO,
    5: unreadable("number"),
    6: unreadable("number"),
    7: unreadable("number"),
}
_ERROR_NAMES = ("Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError",
                "URIError")  # fmt: skip
_KINDS = {12: "promise", 17: "symbol", 18: "reference", 22: "promise", 25: "custom", 31: "stream"}


class _Malformed(Exception):
    """Not seroval's."""


def seroval(state: State, _context: DecodeContext) -> Raw | None:
    value = as_json(state)
    members = None if value is None else as_object(value)
    if members is not None and "t" in members:
        try:
            document = decode(members["t"])
            node = document if isinstance(document, dict) else decode(value or b"")
            found = _Reader().read(node)
            return Raw(b"null") if found is UNDEFINED else render(found)
        except RecursionError:
            raise too_deep_error() from None
        except (_Malformed, LookupError, TypeError, ValueError, AttributeError):
            return None
    text = as_text(state)
    return None if text is None else evaluate(text)


class _Reader:
    def __init__(self) -> None:
        self._nodes: dict[Any, Graph] = {}

    def read(self, node: Any) -> Graph:  # noqa: PLR0911, PLR0912 - one for each type
        match node["t"]:
            case 0:
                return node["s"] if not isinstance(node["s"], str) else unreadable("number")
            case 1:
                return _text(node["s"])
            case 2:
                return _CONSTANTS[node["s"]]
            case 3:
                return bigint(node["s"])
            case 4:
                return self._nodes[node["i"]]
            case 5:
                return self._keep(node, date_text(node["s"]))
            case 6:
                return self._keep(node, f"/{_text(node['c'])}/{node['m']}")
            case 7 | 9:
                elements: list[Graph] = self._keep(node, [])
                elements.extend(self.read(each) if each else None for each in node["a"])
                return elements
            case 8:
                pairs: JsMap = self._keep(node, JsMap())
                for name, value in zip(node["e"]["k"], node["e"]["v"], strict=True):
                    pairs.append([self.read(name), self.read(value)])
                return pairs
            case 10 | 11:
                return self._members(self._keep(node, {}), node["p"])
            case 13 | 14:
                name = _ERROR_NAMES[node["s"]] if node["t"] == 13 else "AggregateError"
                error = self._keep(node, {"name": name, "message": _text(node["m"])})
                return self._members(error, node["p"]) if node.get("p") else error
            case 15 | 16 | 20:
                return self._keep(node, self._view(node))
            case 19:
                data = decode_base64(_text(node["s"]))
                return self._keep(node, unreadable("buffer") if data is None else buffer_text(data))
            case 21:
                return self._keep(node, self.read(node["f"]))
            case 36:
                return self._keep(node, _text(node["s"]))
            case int():
                return self._keep(node, unreadable(_KINDS.get(node["t"], "type")))
            case _:
                raise _Malformed

    def _keep(self, node: Any, value: Any) -> Any:
        if "i" in node:
            self._nodes[node["i"]] = value
        return value

    def _members(self, members: dict[str, Graph], properties: Any) -> Graph:
        for name, value in zip(properties["k"], properties["v"], strict=True):
            # A name that is a node is a symbol: no member that JSON could have.
            if isinstance(name, str):
                members[_text(name)] = self.read(value)
        return members

    def _view(self, node: Any) -> Graph:
        data = decode_base64(self.read(node["f"]))
        if data is None:
            return unreadable("typed-array")
        start, length = node.get("b") or 0, node.get("l")
        if node["t"] == 20:
            return buffer_text(data[start : len(data) if length is None else start + length])
        if node["c"] not in TYPED_ARRAYS:
            return unreadable("typed-array")
        return typed_array(node["c"], data, start, length)


def _text(text: str) -> str:
    """seroval escapes its strings as for a JavaScript text, also in JSON."""
    return unescape_string(unescape_unstorable(text)) if "\\" in text else text


DECODERS = (Decoder("seroval", seroval, None),)
