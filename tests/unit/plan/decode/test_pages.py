"""Every page that a library wrote decodes to what the library itself reads from it.

The oracle is tests/data/libraries/expected.json.xz, which the libraries made
(tests/tools/library_expectations.mjs); what they cannot read, or not in that node, is told here.
"""

import json
import lzma
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from desktop_migrator.plan.decode.chain import DecodeChain
from desktop_migrator.plan.decode.decoder import DecodeContext, SetAside
from desktop_migrator.plan.decode.unreadable import unreadable_kind
from desktop_migrator.plan.json_text import unescape_unstorable
from tests.tools.library_expectations import DATA, NOW_MILLISECONDS

NOW = datetime.fromtimestamp(NOW_MILLISECONDS / 1000, UTC)


def _load(path: Path) -> Any:
    with lzma.open(path) as file:
        return json.loads(file.read(), parse_int=Decimal, parse_float=Decimal)


PAGES = _load(DATA / "pages.json.xz")
CHAINS = tomllib.loads((DATA / "chains.toml").read_text())
EXPECTED = _load(DATA / "expected.json.xz")
# Where no library's word can be had.
BY_HAND: dict[tuple[str, str], Any] = {
    # localForage stores these without a type, and refuses to read them.
    ("localforage", "app/notes/dv"): {"␛": "typed-array"},
    ("localforage", "app/notes/i64"): {"␛": "typed-array"},
    # Temporal is not in every node.
    ("serial", "dv5-temporal"): {"t": "2020-01-01T00:00:00Z"},
    ("serial", "dv6-temporal"): {"t": "2020-01-01T00:00:00Z"},
    # superjson 1 writes this name's path in a way that it misreads itself.
    ("serial", "sj1-dot"): {
        "a.b": "1970-01-01T00:00:00.000Z",
        "c\\d": "1970-01-01T00:00:00.000Z",
        "e\\.f": "1970-01-01T00:00:00.000Z",
    },
    # The app has lost the Map's entries; telejson gives the note of it as data.
    ("serial", "telejson"): {
        "d": "2024-02-29T12:00:00.123Z",
        "re": "/a/g",
        "n": {"␛": "number"},
        "s": {"␛": "symbol"},
        "m": {"␛": "class"},
    },
    # A blob's JSON is ours to choose.
    ("localforage", "app/notes/blob"): "data:image/png;base64,aGk=",
    # Without the inner reducer's own `_persist`, which redux-persist hides from the app too.
    ("reduxpersist", "persist:nested"): {
        "auth": {"user": "u1", "accessToken": "abcdef0123456789XYZ"},
        "ui": {"theme": "dark"},
    },
}
NOT_DATA: dict[tuple[str, str], SetAside | None] = {
    ("kv", "__storejs_expire_mixin_sj-exp"): SetAside.METADATA,
    ("kv", "lscache-bucketfoo-cacheexpiration"): SetAside.METADATA,
    ("kv", "lscache-foo-cacheexpiration"): SetAside.METADATA,
    ("kv", "lscache-bucketfoo"): SetAside.EXPIRED,
    ("kv", "wsc-exp"): SetAside.EXPIRED,
    # No data, and so nothing that a library recognises.
    ("kv", "slim-undef"): None,
    ("serial", "lz-null"): None,
    ("zustand5", "zs-partundef"): None,
}
CASES = [
    (page, key, chain)
    for page, keys in CHAINS.items()
    for key, chain in keys.items()
    if key != "zs-deep"
]


def context(key: str = "k", beside: dict[str, str] | None = None) -> DecodeContext:
    return DecodeContext(key, NOW, (beside or {}).get)


def exact(value: Any) -> Any:
    """What was decoded, in the form of the expectations."""
    if isinstance(value, str):
        kind = unreadable_kind(value)
        return unescape_unstorable(value) if kind is None else {"␛": kind}
    if isinstance(value, list):
        return [exact(element) for element in value]
    if isinstance(value, dict):
        return {unescape_unstorable(name): exact(member) for name, member in value.items()}
    return value


def expected(value: Any) -> Any:
    if isinstance(value, list):
        return [expected(element) for element in value]
    if isinstance(value, dict):
        if value.keys() == {"␛number"}:
            return Decimal(value["␛number"])
        return {name: expected(member) for name, member in value.items()}
    return value


@pytest.mark.parametrize(("page", "key", "chain"), CASES)
def test_pages(page: str, key: str, chain: list[str]) -> None:
    found = DecodeChain(chain).decode(PAGES[page][key], context(key, PAGES[page]))
    if found is None or isinstance(found, SetAside):
        assert NOT_DATA[page, key] == found
        return
    assert (page, key) not in NOT_DATA
    value = exact(json.loads(bytes(found), parse_int=Decimal, parse_float=Decimal))
    wanted = BY_HAND[page, key] if (page, key) in BY_HAND else EXPECTED[page][key]
    assert value == expected(wanted)


def test_a_value_nested_as_deeply_as_a_page_had_it() -> None:
    text = PAGES["zustand5"]["zs-deep"]
    found = DecodeChain(["zustand"]).decode(text, context())
    assert isinstance(found, Raw)
    assert bytes(found).decode() == text.removeprefix('{"state":').removesuffix(',"version":0}')


def test_every_page_with_data_has_a_chain() -> None:
    without = {page for page in PAGES if page not in CHAINS or PAGES[page].keys() - CHAINS[page]}
    assert all(page.startswith(("analytics", "auth_")) for page in without)
