"""The formats whose values refer to one another: round trips, what is hostile, what is unreadable.

The encoders here follow each format's description; the libraries' own output is in test_pages.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from desktop_migrator.plan.decode.chain import DecodeChain
from desktop_migrator.plan.decode.lz_string import decompress
from desktop_migrator.plan.decode.unreadable import has_unreadable
from desktop_migrator.plan.json_text import unescape_json
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from tests.unit.plan.decode.test_chain import decoded
from tests.unit.plan.decode.test_pages import context
from tests.unit.plan.test_json_text import texts, utf16, values


def round_trip(text: str, *names: str) -> Any:
    found = DecodeChain(names).decode(text, context())
    assert isinstance(found, Raw)
    assert not has_unreadable(found)
    return utf16(json.loads(unescape_json(found)))


# devalue


def to_devalue(value: Any) -> str:
    flat: list[str] = []

    def put(value: Any) -> int:
        index = len(flat)
        flat.append("")
        if isinstance(value, list):
            flat[index] = json.dumps([put(element) for element in value])
        elif isinstance(value, dict):
            flat[index] = json.dumps({name: put(member) for name, member in value.items()})
        else:
            flat[index] = json.dumps(value)
        return index

    put(value)
    return f"[{','.join(flat)}]"


@given(values)
def test_devalue(value: Any) -> None:
    assert round_trip(to_devalue(value), "devalue") == utf16(json.loads(json.dumps(value)))


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("[1,2]", None),
        ("[]", None),
        ("{}", None),
        ("-2", None),
        ("-1", "null"),
        ("[[5]]", None),
        ("[[-9]]", None),
        ('[["Map",1],2]', None),
        ('[{"a":0}]', '{"a":"␛unreadable:circular"}'),
        ('[[1,1],[2],1.10]', "[[1.10],[1.10]]"),
        ('[["Money",1],5]', '"␛unreadable:custom"'),
        ('[{"a":1,"b":2},["Money",2],5]', '{"a":"␛unreadable:custom","b":5}'),
        ('[["BigInt","12345678901234567890123"]]', "12345678901234567890123"),
        ('[["BigInt","1_0"]]', '"␛unreadable:bigint"'),
        ('[["Map",1,2],{"k":2},1]', '[[{"k":1},1]]'),
        ('[["Uint16Array",1,2,1],["ArrayBuffer","AQIDBA=="]]', "[1027]"),
        ('[["Uint16Array",1,2,9],["ArrayBuffer","AQIDBA=="]]', '"␛unreadable:typed-array"'),
        ('[["Float32Array",1],["ArrayBuffer","AADAfw=="]]', '["␛unreadable:number"]'),
        ('[["Date",""]]', '"␛unreadable:invalid-date"'),
        ('[[-7,4000000000,0,1],1]', '"␛unreadable:sparse-array"'),
        ('[["RegExp","a","g"]]', '"/a/g"'),
    ],
)  # fmt: skip
def test_devalue_texts(text: str, inner: str | None) -> None:
    assert decoded(text, "devalue") == inner


# flatted


def to_flatted(value: Any) -> str:
    known: list[Any] = []

    def put(value: Any) -> Any:
        if not isinstance(value, list | dict | str):
            return value
        known.append(value)
        return str(len(known) - 1)

    put(value)
    parts = []
    position = 0
    while position < len(known):
        each = known[position]
        position += 1
        if isinstance(each, list):
            each = [put(element) for element in each]
        elif isinstance(each, dict):
            each = {name: put(member) for name, member in each.items()}
        parts.append(json.dumps(each))
    return f"[{','.join(parts)}]"


@given(values.filter(lambda value: isinstance(value, list | dict | str)))
def test_flatted(value: Any) -> None:
    assert round_trip(to_flatted(value), "flatted") == utf16(value)


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('[{"self":"0"}]', '{"self":"␛unreadable:circular"}'),
        ('[["1","1"],{"a":1.10}]', '[{"a":1.10},{"a":1.10}]'),
        ('[{"a":"2"},1]', None),
        ('[{"a":"x"}]', None),
        ('[{"a":1},2]', None),
    ],
)
def test_flatted_texts(text: str, inner: str | None) -> None:
    assert decoded(text, "flatted") == inner


# superjson


class Undefined:
    pass


superjson_values = st.recursive(
    st.none()
    | st.booleans()
    | texts
    | st.integers()
    | st.builds(Undefined)
    | st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(texts, inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=12,
)


def to_superjson(value: Any) -> tuple[str, Any]:
    """The text, and what it means: an int is a bigint, a tuple a Set."""
    notes: dict[str, Any] = {}

    def escaped(name: Any) -> str:
        return str(name).replace("\\", "\\\\").replace(".", "\\.")

    def put(value: Any, path: list[str]) -> tuple[Any, Any]:
        kind = None
        stored, meant = value, value
        if isinstance(value, list | tuple):
            pairs = [put(each, [*path, str(index)]) for index, each in enumerate(value)]
            stored = [each[0] for each in pairs]
            meant = [None if isinstance(each[1], Undefined) else each[1] for each in pairs]
            kind = "set" if isinstance(value, tuple) else None
        elif isinstance(value, dict):
            members = {name: put(each, [*path, escaped(name)]) for name, each in value.items()}
            stored = {name: each[0] for name, each in members.items()}
            meant = {
                name: each[1]
                for name, each in members.items()
                if not isinstance(each[1], Undefined)
            }
        elif isinstance(value, Undefined):
            kind, stored = "undefined", None
        elif isinstance(value, datetime):
            kind, stored = "Date", value.replace(tzinfo=UTC).isoformat()
            meant = stored
        elif isinstance(value, int) and not isinstance(value, bool):
            kind, stored = "bigint", str(value)
        if kind:
            notes[".".join(path)] = [kind]
        return stored, meant

    stored, meant = put(utf16_names(value), [])
    root = notes.pop("", None)
    tree: Any = notes
    if root is not None:
        tree = [*root, notes] if notes else root
    meta = {"meta": {"values": tree, "v": 1}} if tree else {}
    return json.dumps({"json": stored, **meta}), None if isinstance(meant, Undefined) else meant


def utf16_names(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(utf16_names(each) for each in value)
    if isinstance(value, list):
        return [utf16_names(each) for each in value]
    if isinstance(value, dict):
        return {utf16(name): utf16_names(member) for name, member in value.items()}
    return value


@given(superjson_values.filter(lambda value: not (isinstance(value, dict) and "" in value)))
def test_superjson(value: Any) -> None:
    text, meant = to_superjson(value)
    if '{"":' in text or '"": ' in text:
        return  # an empty path names the root in this encoder
    assert round_trip(text, "superjson") == utf16(meant)


@pytest.mark.parametrize(
    ("value", "inner"),
    [
        ('{"json":{"n": 1.10}}', '{"n": 1.10}'),
        ('{"json":{"d":"1970-01-01T00:00:00.000Z","s": [1]},'
         '"meta":{"values":{"d":["Date"],"s":["set"]},"v":1}}',
         '{"d":"1970-01-01T00:00:00.000Z","s": [1]}'),
        ('{"json":{"b":"10","x":1.10},"meta":{"values":{"b":["bigint"]}}}', '{"b":10,"x":1.10}'),
        ('{"json":{"a":{"u":null,"v":2}},"meta":{"values":{"a.u":["undefined"]}}}',
         '{"a":{"v":2}}'),
        ('{"json":{"a.b":"7"},"meta":{"values":{"a\\\\.b":["bigint"]}}}', '{"a.b":7}'),
        ('{"json":{"a.b":"7"},"meta":{"values":{"a.b":["bigint"]}}}', '{"a.b":7}'),
        ('{"json":{"a":{"b":"7"},"a.b":"7"},"meta":{"values":{"a.b":["bigint"]}}}',
         '{"a":{"b":7},"a.b":"7"}'),
        ('{"json":{"a.b":{"c.d":"7"}},"meta":{"values":{"a\\\\.b.c.d":["bigint"]}}}',
         '{"a.b":{"c.d":7}}'),
        ('{"json":[["k","7"]],"meta":{"values":["map",{"0.1":["bigint"]}]}}', '{"k":7}'),
        ('{"json":[[1,"7"]],"meta":{"values":["map",{"0.1":["bigint"]}]}}', "[[1,7]]"),
        ('{"json":["7",null],"meta":{"values":{"0":["bigint"],"1":["undefined"]}}}', "[7,null]"),
        ('{"json":"12345678901234567890","meta":{"values":["bigint"]}}', "12345678901234567890"),
        ('{"json":{"n":"NaN"},"meta":{"values":{"n":["number"]}}}',
         '{"n":"␛unreadable:number"}'),
        ('{"json":{"n":1},"meta":{"values":{"n":[["custom","Money"]]}}}',
         '{"n":"␛unreadable:custom"}'),
        ('{"json":{"n":1},"meta":{"values":{"n":["§"]}}}', '{"n":"␛unreadable:type"}'),
        ('{"json":{"n":"1_0"},"meta":{"values":{"n":["bigint"]}}}',
         '{"n":"␛unreadable:bigint"}'),
        ('{"json":{"n":"1","m":2},"meta":{"values":{"n.m.o":["bigint"]}}}',
         '{"n":"␛unreadable:reference","m":2}'),
        ('{"json":{"u":["1","NaN",2]},"meta":{"values":{"u":[["typed-array","X"]]}}}',
         '{"u":[1,"␛unreadable:number",2]}'),
        ('{"json":{"a":{"x":[1.10]},"b":null,"c":null},'
         '"meta":{"referentialEqualities":{"a":["b"],"a.x":["c"]},"v":1}}',
         '{"a":{"x":[1.10]},"b":{"x":[1.10]},"c":[1.10]}'),
        ('{"json":{"a":{"p":{"q":1},"r":null},"b":null},'
         '"meta":{"referentialEqualities":{"a":["b"],"a.p":["a.r"]},"v":1}}',
         '{"a":{"p":{"q":1},"r":{"q":1}},"b":{"p":{"q":1},"r":{"q":1}}}'),
        ('{"json":{"a":1,"self":null},"meta":{"referentialEqualities":[["self"]],"v":1}}',
         '{"a":1,"self":"␛unreadable:circular"}'),
        ('{"json":{"a":{"self":null}},"meta":{"referentialEqualities":{"a":["a.self"]},"v":1}}',
         '{"a":{"self":"␛unreadable:circular"}}'),
        ('{"json":{"a":null,"m":[["k",{"x":1}]]},'
         '"meta":{"values":{"m":["map"]},"referentialEqualities":{"m.0.1":["a"]},"v":1}}',
         '{"a":{"x":1},"m":{"k":{"x":1}}}'),
        ('{"json":1,"more":2}', None),
        ('{"json":1,"meta":{"more":2}}', None),
        ('{"meta":{}}', None),
    ],
)  # fmt: skip
def test_superjson_texts(value: str, inner: str | None) -> None:
    assert decoded(value, "superjson") == inner


def test_superjson_whose_notes_do_not_fit_as_a_whole() -> None:
    with pytest.raises(ItemRejected) as refused:
        decoded('{"json":[],"meta":{"values":{"5":["undefined"]}}}', "superjson")
    assert refused.value.code is RejectionCode.UNRECOGNISED


# redux-persist


@pytest.mark.parametrize(
    ("value", "inner"),
    [
        ('{"a":"{\\"n\\":1.10}","_persist":"{}"}', '{"a":{"n":1.10}}'),
        ('{"_persist":"{}"}', "{}"),
        ('{"a":"1"}', None),
        ('{"a":1,"_persist":"{}"}', None),
        ('{"a":"no json","_persist":"{}"}', None),
        ('{"a":"{\\"_persist\\":{\\"version\\":1},\\"x\\":1}","_persist":"{}"}', '{"a":{"x":1}}'),
        (
            '{"a":"{\\"_persist\\":{\\"mine\\":1}}","_persist":"{}"}',
            '{"a":{"_persist":{"mine":1}}}',
        ),
    ],
)
def test_redux_persist(value: str, inner: str | None) -> None:
    assert decoded(value, "redux-persist") == inner


@given(st.dictionaries(texts.filter(lambda name: name != "_persist"), values, max_size=3))
def test_redux_persist_gives_back_all_that_was_put_in(slices: dict[str, object]) -> None:
    slices = utf16(slices)
    stored = {name: json.dumps(value) for name, value in slices.items()} | {"_persist": "{}"}
    assert round_trip(json.dumps(stored, ensure_ascii=False), "redux-persist") == slices


@pytest.mark.parametrize(
    ("value", "inner"),
    [
        ('{"state":{"n": 1.10},"version":0}', '{"n": 1.10}'),
        ('{"state":[]}', "[]"),
        ('{"version":0}', None),
        ('{"state":{},"version":0,"more":1}', None),
        ('[{"state":{}}]', None),
        ("state", None),
    ],
)
def test_zustand(value: str, inner: str | None) -> None:
    assert decoded(value, "zustand") == inner


# JavaScript


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ('({a:1.50,"b-c":[!0,!1,,null],d:"x\\x3C\\u2028\\"",e:-.5,f:1e21})',
         '{"a":1.50,"b-c":[true,false,null,null],"d":"x<\u2028\\"","e":-0.5,"f":1E+21}'),
        ("(h=>({a:new Map([[1,h={x:1}]]),b:h,c:[[h]],d:new Set([h])}))()",
         '{"a":[[1,{"x":1}]],"b":{"x":1},"c":[[{"x":1}]],"d":[{"x":1}]}'),
        ("(h=>(h={a:1},h.self=h,h))()", '{"a":1,"self":"␛unreadable:circular"}'),
        ('((h,j)=>(j=new Map([["a",h={a:1}]]),h.self=h,j))()',
         '{"a":{"a":1,"self":"␛unreadable:circular"}}'),
        ("($R[0]={a:1,b:$R[1]=[2,$R[2]={a:1}]},$R[2].x=$R[1],$R[0])",
         '{"a":1,"b":[2,{"a":1,"x":"␛unreadable:circular"}]}'),
        ("(function(){let a={};a.x=1;return {s:a,t:a}}())", '{"s":{"x":1},"t":{"x":1}}'),
        ("(function(a){a.x=1;return {s:a,t:[a]}}({}))", '{"s":{"x":1},"t":[{"x":1}]}'),
        ('({b:(h=(b64) => {\n const d = atob(b64); return "}";\n})("AQI="),'
         'u:new Uint8Array(h("AQI="),0,2)})',
         '{"b":"AQI=","u":[1,2]}'),
        ("({n:10n,nan:0/0,inf:1/0,m:-1/0,z:-0,u:void 0})",
         '{"n":10,"nan":"␛unreadable:number","inf":"␛unreadable:number",'
         '"m":"␛unreadable:number","z":-0}'),
        ("({f:function(){return 1},g:1})", '{"f":"␛unreadable:function","g":1}'),
        ("({r:/a\\/[/]b/gi,e:Object.assign(new Error(\"x\"),{code:1}),d:new Date(0)})",
         '{"r":"/a\\\\/[/]b/gi","e":{"name":"Error","message":"x","code":1},'
         '"d":"1970-01-01T00:00:00.000Z"}'),
        ("Object.freeze({q:1,__proto__:null})", '{"q":1}'),
        ("({s:Symbol.iterator,\"l\":\"\\uD83D\\uDE00\\ud800\"})",
         '{"s":"␛unreadable:symbol","l":"😀␛d800"}'),
        ("alert(1)", None),
        ("fetch('x').then(1)", None),
        ("({a:1", None),
        ("({a:1}) ; alert(1)", None),
        ("hello", None),
        ("", None),
    ],
)  # fmt: skip
def test_javascript(text: str, inner: str | None) -> None:
    assert decoded(text, "javascript") == inner


@given(values)
def test_javascript_reads_json(value: Any) -> None:
    text = json.dumps(value)
    assert round_trip(f"({text})", "javascript") == utf16(json.loads(text))


# Types with signs of their own


@pytest.mark.parametrize(
    ("name", "text", "inner"),
    [
        ("legend-state",
         '{"a":{"__LSType":"Map","value":[["k",{"__LSType":"Set","value":[1.10]}]]}}',
         '{"a":{"k":[1.10]}}'),
        ("legend-state", '{"a": 1.10}', '{"a": 1.10}'),
        ("tagged-types", '[{"__type":"Date","value":0},{"dataType":"Map","value":[[1,2]]}]',
         '["1970-01-01T00:00:00.000Z",[[1,2]]]'),
        ("tagged-types", '[{"__type":"cat","value":0}]', '[{"__type":"cat","value":0}]'),
        ("remotedev-serialize", '{"a":{"$jsan":"m[[\\"k\\",{\\"$jsan\\":\\"d0\\"}]]"}}',
         '{"a":{"k":"1970-01-01T00:00:00.000Z"}}'),
        ("remotedev-serialize", '{"a":{"$jsan":"n"},"b":{"$jsan":"u"},"c":{"$jsan":"$.a"}}',
         '{"a":"␛unreadable:number","c":"␛unreadable:reference"}'),
        ("typeson", '{"$":["1",0],"$types":{"$":{"0":"bigint","1":"undef"}}}', "[1,null]"),
        ("localforage", "__lfsc__:ui08AQ=", '"␛unreadable:typed-array"'),
        ("tinybase", '[{"t":{"r":{"c":"\ufffd{\\"a\\":\\"\\\\u0000\\"}"}}},{}]',
         '{"tables":{"t":{"r":{"c":{"a":"␛0000"}}}},"values":{}}'),
        ("tinybase", "[1,2]", None),
        ("tanstack-db", '{"s:a":{"data":1}}', None),
        ("lokijs", '{"filename":"x","collections":[{"name":"a"}]}', None),
    ],
)  # fmt: skip
def test_types(name: str, text: str, inner: str | None) -> None:
    assert decoded(text, name) == inner


# lz-string


def compress(text: str, width: int) -> list[int]:
    """lz-string's coder, from its description: codes with their lowest bit first, in values of
    `width` bits with their highest bit first."""
    units = text.encode("utf-16-le", "surrogatepass")
    characters = [units[place : place + 2] for place in range(0, len(units), 2)]
    bits: list[int] = []
    dictionary: dict[bytes, int] = {}
    fresh: set[bytes] = set()
    size, code_width, left = 3, 2, 2
    current = b""

    def write(value: int, count: int) -> None:
        bits.extend((value >> place) & 1 for place in range(count))

    def widen() -> None:
        nonlocal left, code_width
        left -= 1
        if not left:
            left = 1 << code_width
            code_width += 1

    def flush(word: bytes) -> None:
        if word in fresh:
            unit = int.from_bytes(word, "little")
            write(0 if unit < 256 else 1, code_width)
            write(unit, 8 if unit < 256 else 16)
            widen()
            fresh.discard(word)
        else:
            write(dictionary[word], code_width)
        widen()

    for character in characters:
        if character not in dictionary:
            dictionary[character] = size
            size += 1
            fresh.add(character)
        longer = current + character
        if longer in dictionary:
            current = longer
        else:
            flush(current)
            dictionary[longer] = size
            size += 1
            current = character
    if current:
        flush(current)
    write(2, code_width)
    bits.extend([0] * (width - len(bits) % width))
    return [
        int("".join(map(str, bits[place : place + width])), 2)
        for place in range(0, len(bits), width)
    ]


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def forms(text: str) -> dict[str, str]:
    six = compress(text, 6)
    base64 = "".join((ALPHABET + "+/")[value] for value in six)
    whole = b"".join(value.to_bytes(2, "little") for value in compress(text, 16))
    return {
        "base64": base64 + "=" * (-len(base64) % 4),
        "uri": "".join((ALPHABET + "+-")[value] for value in six),
        "utf16": "".join(chr(value + 32) for value in compress(text, 15)) + " ",
        "raw": whole.decode("utf-16-le", "surrogatepass"),
    }


@given(texts | st.text(alphabet="ab", max_size=300) | st.text(max_size=100))
def test_lz_string(text: str) -> None:
    for form, packed in forms(text).items():
        assert decompress(packed) == utf16(text), form


def test_lz_string_is_not_found_where_it_is_not() -> None:
    for text in ("hello", '{"a":1}', "", "eyJhIjoxfQ==", "12345678901234567890", "[1,2,3] "):
        assert decompress(text) is None if text else True


# What is hostile


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("devalue", json.dumps([[place + 1] * 10 for place in range(30)] + [1])),
        ("flatted", json.dumps([[str(place + 1)] * 10 for place in range(30)] + [[1]])),
        ("javascript", "(h=>(" + ",".join(["h=[1]"] + ["h=[" + "h," * 9 + "h]"] * 30) + "))()"),
        ("lz-string", forms("a" * 200_000)["base64"]),
    ],
)
def test_what_unpacks_to_too_much(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bound = 100_000
    monkeypatch.setattr("desktop_migrator.plan.decode.graph.MAX_DECODED", bound)
    monkeypatch.setattr("desktop_migrator.plan.decode.lz_string.MAX_DECODED", bound)
    with pytest.raises(ItemRejected) as refused:
        decoded(text, name)
    assert refused.value.code is RejectionCode.UNRECOGNISED


DEEP = 100_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("devalue", json.dumps([[place + 1] for place in range(DEEP)] + [1])),
        ("flatted", json.dumps([[str(place + 1)] for place in range(DEEP)] + [[1]])),
        ("javascript", "[" * DEEP),
        ("javascript", "(" * DEEP),
        ("javascript", "-" * DEEP + "1"),
        ("javascript", "(function(){" * DEEP + "}" * DEEP),
        ("seroval", '{"t":{"t":9,"a":[' * 500 + '{"t":0,"s":1}' + "]}}" * 500),
        ("superjson", '{"json":' + "[" * DEEP + "]" * DEEP + "}"),
        ("superjson", '{"json":{},"meta":{"values":{"' + "a." * DEEP + '":["Date"]}}}'),
        ("superjson", '{"json":{},"meta":{"values":{"' + "a." * DEEP + '":["bigint"]}}}'),
        ("legend-state", '{"__LSType":' * DEEP),
        ("json", "[" * DEEP),
    ],
)
def test_what_is_nested_too_deeply(name: str, text: str) -> None:
    try:
        found = decoded(text, name)
    except ItemRejected as refused:
        assert refused.code in {RejectionCode.TOO_DEEP, RejectionCode.UNRECOGNISED}  # noqa: PT017
    else:
        assert found is None or name == "superjson"
