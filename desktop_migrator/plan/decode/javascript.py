"""JavaScript texts that make a value when evaluated, read without evaluating anything.

What serialize-javascript (github.com/yahoo), devalue's `uneval` and seroval's `serialize` and
`crossSerialize` write: literals, `new X(…)` of the built-in types, and, where a value lies at
several places, a function called at once whose parameters or variables hold it. Any other
expression is not theirs; a function that is data is unreadable.
"""

import re
from decimal import Decimal
from typing import Any

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import DecodeContext, Decoder, State, as_text
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
    iso_date,
    render,
    typed_array,
)
from desktop_migrator.plan.decode.unreadable import unreadable
from desktop_migrator.plan.json_text import escape_unstorable, too_deep_error

_SPACE = re.compile(r"[ \t\r\n]*")
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r'"(?:[^"\\\r\n]|\\.)*"' + r"|'(?:[^'\\\r\n]|\\.)*'", re.DOTALL)
_STRING_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL
)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_REGEXP = re.compile(r"/((?:[^/\\\[\r\n]|\\.|\[(?:[^\]\\\r\n]|\\.)*\])+)/([a-z]*)")
_ARROW = re.compile(r"(?:\(([\w$, \n]*)\)|([A-Za-z_$][\w$]*))\s*=>\s*")
_FUNCTION = re.compile(r"function\s*[\w$]*\s*\(([\w$, \n]*)\)\s*\{")
_DECLARATION = re.compile(r"(?:let|var|const)\s+")
# Within a function's body: what its braces are counted without.
_BODY_PART = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[{}]', re.DOTALL)
_ERRORS = frozenset(
    f"{kind}Error" for kind in ("", "Eval", "Range", "Reference", "Syntax", "Type", "URI")
)


class _NotTheirs(Exception):
    """Something that these libraries do not write."""


class _Function:
    """A function in the text: opaque, but for the one that makes an ArrayBuffer from base64."""

    def __init__(self, body: str) -> None:
        self.decodes_base64 = "atob(" in body


class _Buffer:
    def __init__(self, data: bytes) -> None:
        self.data = data


class _Numbers(list[Any]):
    """A typed array: `new DataView(new Uint8Array([…]).buffer)` takes its bytes."""


def javascript(state: State, _context: DecodeContext) -> Raw | None:
    text = as_text(state)
    return None if text is None else evaluate(text)


def evaluate(text: str) -> Raw | None:
    """The value of the text as JSON; None for what is none of these libraries'."""
    try:
        reader = _Reader(text)
        found = reader.sequence()
        reader.skip()
        if reader.position != len(text) and text[reader.position :].strip() != ";":
            return None
        return Raw(b"null") if found is UNDEFINED else render(_plain(found))
    except RecursionError:
        raise too_deep_error() from None
    except (_NotTheirs, LookupError, ValueError, ArithmeticError, TypeError, AttributeError):
        return None


def unescape_string(text: str) -> str:
    """What stands in a JavaScript string, in the escaped form."""
    if "\\" in text:
        text = _STRING_ESCAPE.sub(_unescape, text)
        if not text.isascii():
            # Two escapes may make one character.
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return escape_unstorable(text)


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code:
        return chr(int(code, 16))
    return "" if found[4] == "\n" else _LETTERS.get(found[4], found[4])


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self.position = 0
        self._variables: dict[str, Graph] = {"$R": {}}

    def skip(self) -> None:
        found = _SPACE.match(self._text, self.position)
        self.position = found.end() if found else self.position

    def _take(self, token: str) -> bool:
        self.skip()
        if not self._text.startswith(token, self.position):
            return False
        self.position += len(token)
        return True

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise _NotTheirs

    def _find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        self.skip()
        found = pattern.match(self._text, self.position)
        if found:
            self.position = found.end()
        return found

    def sequence(self) -> Graph:
        """Expressions with commas between; the last is the value."""
        found = self._assignment()
        while self._take(","):
            found = self._assignment()
        return found

    def _assignment(self) -> Graph:
        found, parent, key = self._postfix()
        self.skip()
        follows = self._text[self.position : self.position + 2]
        if parent is not None and follows[:1] == "=" and follows not in {"==", "=>"}:
            self.position += 1
            return _assign(parent, key, self._assignment())
        if follows[:1] == "/" and isinstance(found, Raw):
            self.position += 1
            self._primary()
            return unreadable("number")
        return found

    def _postfix(self) -> tuple[Graph, Any, Any]:
        """A value and, where it can be assigned to, what holds it and the place in it."""
        name = self._find_variable()
        if name is None:
            found, parent, key = self._primary(), None, None
        else:
            found, parent, key = self._variables.get(name, UNDEFINED), self._variables, name
        while True:
            if self._take("."):
                called = self._find(_NAME)
                if called is None:
                    raise _NotTheirs
                if self._take("("):
                    found, parent = self._method(found, called[0], self._arguments()), None
                else:
                    found, parent, key = _member(found, called[0])
            elif parent is not None and self._take("["):
                index = self.sequence()
                self._need("]")
                found, parent, key = _member(found, _key(index))
            elif isinstance(found, _Function) and self._take("("):
                found, parent = _call(found, self._arguments()), None
            else:
                return found, parent, key

    def _find_variable(self) -> str | None:
        self.skip()
        found = _NAME.match(self._text, self.position)
        if (
            found is None
            or found[0] in _CONSTANTS
            or found[0] in _WORDS
            or _ARROW.match(self._text, self.position)
        ):
            return None
        self.position = found.end()
        return found[0]

    def _primary(self) -> Graph:  # noqa: PLR0911 - one for each kind of expression
        self.skip()
        string = self._find(_STRING)
        if string:
            return unescape_string(string[0][1:-1])
        number = self._find(_NUMBER)
        if number:
            return self._number(number[0])
        if self._take("{"):
            return self._object()
        if self._take("["):
            return self._list()
        if self._take("!"):
            return self._find(_NUMBER)[0] == "0"  # type: ignore[index] # a TypeError is caught
        if self._take("-"):
            return _negative(self._primary())
        arrow = self._find(_ARROW)
        if arrow:
            return self._arrow()
        if self._take("("):
            return self._parenthesis()
        regexp = self._find(_REGEXP)
        if regexp:
            return escape_unstorable(f"/{regexp[1]}/{regexp[2]}")
        function = self._find(_FUNCTION)
        if function:
            return self._function()
        name = self._find(_NAME)
        if name is None:
            raise _NotTheirs
        return self._word(name[0])

    def _number(self, text: str) -> Graph:
        if self._text.startswith("n", self.position):
            self.position += 1
            return bigint(text)
        if text.isdigit() and (text == "0" or text[0] != "0"):
            return Raw(text.encode())
        return Decimal(text)

    def _object(self) -> Graph:
        members: dict[str, Graph] = {}
        while not self._take("}"):
            string = self._find(_STRING)
            name = None if string else self._find(_NAME) or self._find(_NUMBER)
            if self._take("["):
                name = None
                unescaped = _key(self.sequence())
                self._need("]")
            elif string:
                unescaped = unescape_string(string[0][1:-1])
            elif name:
                unescaped = name[0]
            else:
                raise _NotTheirs
            self._need(":")
            value = self._assignment()
            # An object without prototype: `{a:1,__proto__:null}`.
            if not (unescaped == "__proto__" and string is None and value is None):
                members[unescaped] = value
            if not self._take(","):
                self._need("}")
                break
        return members

    def _list(self) -> Graph:
        elements: list[Graph] = []
        while not self._take("]"):
            if self._take(","):
                elements.append(None)
                continue
            elements.append(self._assignment())
            if not self._take(","):
                self._need("]")
                break
        return elements

    def _arguments(self) -> list[Graph]:
        found: list[Graph] = []
        while not self._take(")"):
            found.append(self._assignment())
            if not self._take(","):
                self._need(")")
                break
        return found

    def _parenthesis(self) -> Graph:
        """`(…)`, or a function that is called at once: `(h=>…)()`, `(function(){…}())`."""
        self.skip()
        start = self.position
        arrow = self._find(_ARROW)
        if arrow:
            if self._text.startswith("{", self.position):
                self.position = start
            else:
                # seroval calls it with nothing: what its parameters hold is assigned within.
                found = self._assignment()
                self._need(")")
                self._need("(")
                self._arguments()
                return found
        function = self._find(_FUNCTION)
        if function:
            return self._called_function(function[1])
        found = self.sequence()
        self._need(")")
        return found

    def _bind(self, parameters: str, values: list[Graph]) -> None:
        names = [name.strip() for name in parameters.split(",") if name.strip()]
        for index, name in enumerate(names):
            self._variables[name] = values[index] if index < len(values) else UNDEFINED

    def _called_function(self, parameters: str) -> Graph:
        """`function(a){…}(…))`: its arguments first, then its statements."""
        begins = self.position
        ends = self._end_of_body()
        self.position = ends
        is_inside = self._take("(")
        if not is_inside:
            self._need(")")
            self._need("(")
        self._bind(parameters, self._arguments())
        if is_inside:
            self._need(")")
        after = self.position
        self.position = begins
        found = self._statements()
        self.position = after
        return found

    def _statements(self) -> Graph:
        while not self._take("}"):
            self._find(_DECLARATION)
            is_result = self._find(_RETURN) is not None
            found = self.sequence()
            if is_result:
                return found
            self._take(";")
        return UNDEFINED

    def _arrow(self) -> Graph:
        if not self._take("{"):
            raise _NotTheirs
        begins = self.position
        self.position = self._end_of_body()
        return _Function(self._text[begins : self.position])

    def _function(self) -> Graph:
        begins = self.position
        self.position = self._end_of_body()
        return _Function(self._text[begins : self.position])

    def _end_of_body(self) -> int:
        depth = 1
        for found in _BODY_PART.finditer(self._text, self.position):
            depth += {"{": 1, "}": -1}.get(found[0], 0)
            if not depth:
                return found.end()
        raise _NotTheirs

    def _word(self, name: str) -> Graph:
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        if name == "void":
            self._primary()
            return UNDEFINED
        if name == "new":
            made = self._find(_NAME)
            if made is None:
                raise _NotTheirs
            return _make(made[0], self._arguments() if self._take("(") else [])
        if self._take("("):
            return _make(name, self._arguments())
        self._need(".")
        method = self._find(_NAME)
        if method is None:
            raise _NotTheirs
        if name == "Symbol":
            return unreadable("symbol")
        self._need("(")
        return self._static(f"{name}.{method[0]}", self._arguments())

    def _static(self, name: str, values: list[Graph]) -> Graph:
        match name:
            case "Object.create":
                return {}
            case "Object.assign":
                for source in values[1:]:
                    values[0].update(source)
                return values[0]
            case "Object.freeze" | "Object.seal" | "Object.preventExtensions":
                return values[0]
            case "Array.from" | "Array.of":
                return values[0] if name == "Array.from" else values
            case _:
                return unreadable("type")

    def _method(self, owner: Graph, name: str, values: list[Graph]) -> Graph:
        if name == "set" and isinstance(owner, JsMap) and len(values) == 2:
            owner.append(values)
        elif name == "add" and isinstance(owner, list) and len(values) == 1:
            owner.append(values[0])
        else:
            raise _NotTheirs
        return owner


_RETURN = re.compile(r"return\b")
_CONSTANTS = {
    "true": True, "false": False, "null": None, "undefined": UNDEFINED,
    "NaN": unreadable("number"), "Infinity": unreadable("number"),
}  # fmt: skip
_WORDS = frozenset(
    ("new", "void", "function", "Object", "Array", "Symbol", "BigInt", "Date", "Map", "Set", "URL",
     "RegExp", "String", "Number", "Boolean", "Promise", "ArrayBuffer", "DataView", "Temporal",
     "URLSearchParams", "AggregateError")
) | TYPED_ARRAYS | _ERRORS  # fmt: skip


def _plain(value: Graph) -> Graph:
    if isinstance(value, _Function):
        return unreadable("function")
    return buffer_text(value.data) if isinstance(value, _Buffer) else value


def _key(value: Graph) -> str:
    if isinstance(value, Raw):
        return bytes(value).decode()
    if isinstance(value, str):
        return value
    raise _NotTheirs


def _member(owner: Graph, name: str) -> tuple[Graph, Any, Any]:
    if isinstance(owner, _Numbers) and name == "buffer":
        return _Buffer(bytes(int(bytes(_plain(element))) for element in owner)), None, None
    if isinstance(owner, list) and name.isdigit():
        index = int(name)
        return (owner[index] if index < len(owner) else UNDEFINED), owner, index
    if isinstance(owner, dict):
        return owner.get(name, UNDEFINED), owner, name
    raise _NotTheirs


def _assign(parent: Any, key: Any, value: Graph) -> Graph:
    held = _plain(value) if not isinstance(value, _Function | _Buffer) else value
    if isinstance(parent, list):
        if key > len(parent):
            raise _NotTheirs
        if key == len(parent):
            parent.append(held)
        else:
            parent[key] = held
    else:
        parent[key] = held
    return value


def _negative(value: Graph) -> Graph:
    if isinstance(value, Raw):
        return NEGATIVE_ZERO if bytes(value) == b"0" else Raw(b"-" + bytes(value))
    return value if isinstance(value, str) else -value


def _call(function: _Function, values: list[Graph]) -> Graph:
    data = decode_base64(values[0]) if function.decodes_base64 and values else None
    return unreadable("function") if data is None else _Buffer(data)


def _make(name: str, values: list[Graph]) -> Graph:  # noqa: PLR0911, PLR0912 - one for each type
    first = values[0] if values else UNDEFINED
    match name:
        case "Date":
            if isinstance(first, Raw):
                return iso_date(int(bytes(first)))
            return iso_date(first) if isinstance(first, int | Decimal) else date_text(first)
        case "Map":
            return JsMap(first if isinstance(first, list) else [])
        case "Set":
            return first if isinstance(first, list) else []
        case "Array" if isinstance(first, Raw) and len(values) == 1:
            return [] if first == b"0" else unreadable("sparse-array")
        case "Array":
            return values
        case "RegExp":
            flags = values[1] if len(values) > 1 else ""
            return f"/{first}/{flags}"
        case "BigInt":
            return bigint(first if isinstance(first, str) else _key(first))
        case "URL" | "URLSearchParams":
            return first
        case "Object" | "String" | "Number" | "Boolean":
            return {} if first is UNDEFINED else first
        case "ArrayBuffer":
            size = int(_key(first))
            return _Buffer(bytes(size)) if size <= 1024 else unreadable("buffer")
        case "DataView":
            return _plain(first)
    if name in _ERRORS:
        return {"name": name, "message": "" if first is UNDEFINED else first}
    if name in TYPED_ARRAYS:
        if isinstance(first, _Buffer):
            bounds = [int(_key(bound)) for bound in values[1:3]]
            return _Numbers(typed_array(name, first.data, *bounds))
        return _Numbers(first if isinstance(first, list) else [])
    return unreadable("type")


DECODERS = (Decoder("javascript", javascript, None),)
