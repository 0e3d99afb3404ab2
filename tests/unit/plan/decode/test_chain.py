"""Decoders follow one another in any number and order, each taking the form that it needs."""

import base64
import gzip
import json
import zlib
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from desktop_migrator.plan.decode.chain import DECODERS, DecodeChain
from desktop_migrator.plan.decode.decoder import DecodeContext, SetAside
from desktop_migrator.plan.json_text import unescape_json
from tests.unit.plan.decode.test_pages import NOW, context
from tests.unit.plan.test_json_text import texts, utf16, values


def decoded(text: str, *names: str) -> str | SetAside | None:
    found = DecodeChain(names).decode(text, context())
    return bytes(found).decode() if isinstance(found, Raw) else found


@pytest.mark.parametrize(
    ("text", "names", "inner"),
    [
        ("no JSON", ["any"], '"no JSON"'),
        ("no JSON", ["store2", "any"], '"no JSON"'),
        ("[1]", ["store2", "any"], "[1]"),
        ('{"n": 1.10}', [], '{"n": 1.10}'),
        ("no JSON", [], None),
        ("", [], None),
        ("no JSON", ["text"], '"no JSON"'),
        ('"[1.10]"', ["json"], "[1.10]"),
        ('"\\"[1]\\""', ["json", "json"], "[1]"),
        ('{"a":1}', ["json"], '{"a":1}'),
        ('["{\\"n\\":1.10}","x",2]', ["json-members"], '[{"n":1.10},"x",2]'),
        ('{"tasks":"[{}]","v":"1.0"}', ["json-members"], '{"tasks":[{}],"v":1.0}'),
        ('["x"]', ["json-members"], None),
        (
            '{"s":"{\\"t\\":\\"[1.10]\\"}","n":"2","x":"{a"}',
            ["json-deep"],
            '{"s":{"t":[1.10]},"n":"2","x":"{a"}',
        ),
        ('{"s":"2"}', ["json-deep"], None),
        ('[["a",1.10],["b",{}]]', ["pairs"], '{"a":1.10,"b":{}}'),
        ('[[1,2],["b",3]]', ["pairs"], '[[1,2],["b",3]]'),
        ('[["a",1,2]]', ["pairs"], None),
        ("base64:WzFd", ["unstorage"], "[1]"),
        ("[1]", ["unstorage"], "[1]"),
        ("%5B1%5D", ["uri"], "[1]"),
        ("%5B%E0%A4%5D", ["uri"], None),
        ("[1]", ["uri"], None),
        ("WzFd", ["base64"], "[1]"),
        ("WzFd", ["base64", "text"], '"[1]"'),
        ("W-_", ["base64"], None),
        ("W", ["base64"], None),
        ('"{\\"state\\":{\\"a\\":\\"[1]\\"}}"', ["store2", "zustand", "json-members"], '{"a":[1]}'),
        ('{"state":"[1]","version":0}', ["zustand", "json"], "[1]"),
        ('{"state":"x"}', ["zustand", "text"], '"x"'),
        ('{"state":{}}', ["zustand", "text"], None),
        ('{"state":"a␛b"}', ["zustand", "text"], '"a␛241bb"'),
    ],
)
def test_chains(text: str, names: list[str], inner: str | None) -> None:
    assert decoded(text, *names) == inner


def test_where_the_outcome_lies() -> None:
    assert DecodeChain([]).inside == ()
    assert DecodeChain(["superjson", "zustand"]).inside == ("json", "state")
    assert DecodeChain(["redux-persist"]).inside == ()
    assert DecodeChain(["zustand", "lz-string", "zustand"]).inside is None


def test_an_unknown_name() -> None:
    with pytest.raises(KeyError):
        DecodeChain(["zustand", "nothing"])


@given(texts)
def test_a_text_stays_as_it_is(text: str) -> None:
    found = DecodeChain(["text"]).decode(text, context())
    assert isinstance(found, Raw)
    assert utf16(json.loads(unescape_json(found))) == utf16(text)


@given(values)
def test_text_encodings(value: object) -> None:
    text = json.dumps(value)
    data = text.encode()
    encoded = base64.b64encode(data).decode()
    forms = {
        ("uri",): quote(text, safe="-_.!~*'()"),
        ("base64",): encoded,
        ("gzip",): base64.b64encode(gzip.compress(data)).decode(),
        ("zlib",): zlib.compress(data).decode("latin-1"),
        ("base64", "zlib"): base64.b64encode(zlib.compress(data)).decode(),
        ("deflate",): ",".join(map(str, zlib.compress(data, wbits=-15))),
        ("localforage", "zlib"): json.dumps(list(zlib.compress(data))),
    }
    for names, form in forms.items():
        found = DecodeChain(names).decode(form, context())
        assert isinstance(found, Raw), names
        assert utf16(json.loads(unescape_json(found))) == utf16(json.loads(text)), names


@given(st.text(max_size=200) | texts, st.sampled_from(sorted(DECODERS)))
def test_nothing_that_a_page_can_store_breaks_a_decoder(text: str, name: str) -> None:
    DecodeChain([name]).decode(text, context())


@given(values, st.sampled_from(sorted(DECODERS)))
def test_no_json_breaks_a_decoder(value: object, name: str) -> None:
    DecodeChain([name]).decode(json.dumps(value), context())


def _at(offset: float) -> str:
    """A moment in milliseconds, some seconds from now."""
    return str(int((NOW + timedelta(seconds=offset)).timestamp() * 1000))


@pytest.mark.parametrize(("offset", "expired"), [(-1, True), (1, False)])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("web-storage-cache", '{"c":1,"e":MOMENT,"v":"[1]"}'),
        ("vue-ls", '{"value":[1],"expire":MOMENT}'),
        ("localstorage-slim", '{"\\u0000":[1],"ttl":MOMENT}'),
        ("expiring", '{"data":[1],"expiresAt":"MOMENT"}'),
        ("expiring", '{"value":[1],"expiry":MOMENT,"timestamp":1}'),
    ],
)
def test_what_expires(name: str, text: str, offset: float, expired: bool) -> None:
    found = decoded(text.replace("MOMENT", _at(offset)), name)
    assert found == (SetAside.EXPIRED if expired else "[1]")


@pytest.mark.parametrize(
    ("name", "key", "beside", "found"),
    [
        ("lscache", "lscache-a", {"lscache-a-cacheexpiration": "1"}, SetAside.EXPIRED),
        ("lscache", "lscache-a", {"lscache-a-cacheexpiration": "99999999"}, "[1]"),
        ("lscache", "lscache-a", {}, "[1]"),
        ("lscache", "lscache-a-cacheexpiration", {}, SetAside.METADATA),
        ("storejs", "a", {"__storejs_expire_mixin_a": "5"}, SetAside.EXPIRED),
        ("storejs", "a", {"__storejs_expire_mixin_a": "9" * 15}, "[1]"),
        ("storejs", "__storejs_ns_a_b", {"__storejs___storejs_ns_expire_mixin_a_b": "5"},
         SetAside.EXPIRED),
        ("storejs", "__storejs_expire_mixin_a", {}, SetAside.METADATA),
        ("expiring-beside", "a", {"a_expiry": "1700000000000"}, SetAside.EXPIRED),
        ("expiring-beside", "a", {"aExpiresAt": '"2020-01-01T00:00:00Z"'}, SetAside.EXPIRED),
        ("expiring-beside", "a", {"__expired_storage_ts__a": "1700000000"}, SetAside.EXPIRED),
        ("expiring-beside", "a", {"a_expires": "9999999999999"}, "[1]"),
        ("expiring-beside", "a", {"a_expiry": "3600"}, "[1]"),  # how long, not until when
        ("expiring-beside", "a_expiry", {}, "[1]"),
        ("rxdb", "RxDB-ls-idx-db--tasks--0[id]", {}, SetAside.INDEX),
        ("rxdb", "RxDB-ls-changes-db--tasks--0", {}, SetAside.METADATA),
        ("rxdb", "RxDB-ls-doc-db--_rxdb_internal--0-x", {}, SetAside.METADATA),
        ("backbone", "tasks", {"tasks-[1]": "{}"}, SetAside.INDEX),
        ("backbone", "tasks-1", {"tasks": "1"}, "[1]"),
    ],
)  # fmt: skip
def test_keys_and_companions(name: str, key: str, beside: dict[str, str], found: object) -> None:
    outcome = DecodeChain([name]).decode("[1]", DecodeContext(key, NOW, beside.get))
    assert (bytes(outcome).decode() if isinstance(outcome, Raw) else outcome) == found


def test_rxdb_documents() -> None:
    key = "RxDB-ls-doc-db--tasks--0-t1"
    chain = DecodeChain(["rxdb"])
    assert chain.decode('{"id":"t1","_deleted":true}', context(key)) is SetAside.TOMBSTONE
    found = chain.decode('{"id":"t1","_deleted":false}', context(key))
    assert isinstance(found, Raw)


def test_there_is_a_bound_on_what_is_unpacked() -> None:
    bomb = base64.b64encode(zlib.compress(bytes(65 * 2**20))).decode()
    with pytest.raises(Exception, match="unpacks to more than"):
        decoded(bomb, "zlib")
