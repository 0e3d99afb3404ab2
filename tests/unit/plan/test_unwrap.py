"""Each library's own format comes off, whatever it holds, digit by digit."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from desktop_migrator.plan.json_text import escape_json, unescape_json
from desktop_migrator.plan.reject import ItemRejected, RejectionCode
from desktop_migrator.plan.unwrap import redux_persist, superjson, zustand
from tests.unit.plan.test_json_text import texts, unescaped, utf16, values


def text_of(found: Raw | None) -> str | None:
    return None if found is None else bytes(found).decode()


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
    assert text_of(zustand(escape_json(value))) == inner


@pytest.mark.parametrize(
    ("value", "inner"),
    [
        ('{"a":"{\\"n\\":1.10}","_persist":"{}"}', '{"a":{"n":1.10}}'),
        ('{"_persist":"{}"}', "{}"),
        ('{"a":"1"}', None),
        ('{"a":1,"_persist":"{}"}', None),
        ('{"a":"no json","_persist":"{}"}', None),
    ],
)
def test_redux_persist(value: str, inner: str | None) -> None:
    assert text_of(redux_persist(escape_json(value))) == inner


@given(st.dictionaries(texts.filter(lambda name: name != "_persist"), values, max_size=3))
def test_redux_persist_gives_back_all_that_was_put_in(slices: dict[str, object]) -> None:
    slices = utf16(slices)
    stored = {name: json.dumps(value) for name, value in slices.items()} | {"_persist": "{}"}
    found = redux_persist(escape_json(json.dumps(stored, ensure_ascii=False)))
    assert found is not None
    assert unescaped(json.loads(bytes(found))) == slices
    assert utf16(json.loads(unescape_json(found))) == slices


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
        ('{"json":[["k","7"]],"meta":{"values":["map",{"0.1":["bigint"]}]}}', '[["k",7]]'),
        ('{"json":["7",null],"meta":{"values":{"0":["bigint"],"1":["undefined"]}}}', "[7,null]"),
        ('{"json":"12345678901234567890","meta":{"values":["bigint"]}}', "12345678901234567890"),
        ('{"json":1,"meta":{"referentialEqualities":{"a":["b"]}}}', None),
        ('{"json":1,"more":2}', None),
        ('{"meta":{}}', None),
    ],
)  # fmt: skip
def test_superjson(value: str, inner: str | None) -> None:
    assert text_of(superjson(escape_json(value))) == inner


@pytest.mark.parametrize(
    "value",
    [
        '{"json":{"n":"NaN"},"meta":{"values":{"n":["number"]}}}',
        '{"json":{"n":1},"meta":{"values":{"n":[["custom","Money"]]}}}',
        '{"json":{"n":"x"},"meta":{"values":{"n":["bigint"]}}}',
        '{"json":{"n":1.5},"meta":{"values":{"n":["bigint"]}}}',
        '{"json":{"n":true},"meta":{"values":{"n":["bigint"]}}}',
        '{"json":{"n":"1_0"},"meta":{"values":{"n":["bigint"]}}}',
        '{"json":{"n":"1"},"meta":{"values":{"n.m.o":["bigint"]}}}',
        '{"json":[],"meta":{"values":{"5":["undefined"]}}}',
    ],
)
def test_superjson_whose_types_json_cannot_say_is_refused(value: str) -> None:
    with pytest.raises(ItemRejected) as refused:
        superjson(escape_json(value))
    assert refused.value.code is RejectionCode.UNRECOGNISED
