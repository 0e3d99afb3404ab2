"""Documents of Yjs: what three clients did at once and then told each other, as Yjs reads it.

tests/data/libraries/yjs.json.xz was made with yjs 13.6.33: random edits, each document's update and
its `toJSON()`.
"""

import base64
import json
import lzma
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from desktop_migrator.plan.decode.chain import DecodeChain
from desktop_migrator.plan.json_text import unescape_json
from desktop_migrator.plan.reject import ItemRejected
from tests.tools.library_expectations import DATA
from tests.unit.plan.decode.test_chain import decoded
from tests.unit.plan.decode.test_pages import context
from tests.unit.plan.test_json_text import utf16


def _cases() -> list[dict[str, Any]]:
    with lzma.open(DATA / "yjs.json.xz") as file:
        cases: list[dict[str, Any]] = json.load(file)
    return cases


CASES = _cases()


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_documents(case: dict[str, Any]) -> None:
    found = DecodeChain(["yjs"]).decode(case["update"], context())
    assert isinstance(found, Raw)
    # Of a root in which nothing is left it cannot be told whether it was a list or a text.
    wanted = {name: value for name, value in case["json"].items() if value not in ("", [])}
    assert utf16(json.loads(unescape_json(found))) == wanted


def test_a_text_with_formats_is_its_delta_and_xml_is_unreadable() -> None:
    update = (
        "AQgFAAQBBG5vdGUFaGVsbG+EBQQGIHdvcmxkRgUABGJvbGQEdHJ1ZcYFBAUFBGJvbGQEbnVsbIUFCg17ImltYWdl"
        "IjoieCJ9JwEBbQF4BgQABQ4BcSgBAW0Cb2sBfQEA"
    )
    assert json.loads(str(decoded(update, "yjs"))) == {
        "note": [
            {"insert": "hello", "attributes": {"bold": True}},
            {"insert": " world"},
            {"insert": {"image": "x"}},
        ],
        "m": {"x": "␛unreadable:xml", "ok": 1},
    }


@given(st.sampled_from(CASES), st.data())
def test_damage(case: dict[str, Any], data: st.DataObject) -> None:
    update = bytearray(base64.b64decode(case["update"]))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(update) - 1))
        update[place] = data.draw(st.integers(0, 255))
    with suppress(ItemRejected):
        decoded(json.dumps(list(update)), "yjs")


@given(st.binary(max_size=200))
def test_other_bytes(data: bytes) -> None:
    with suppress(ItemRejected):
        decoded(base64.b64encode(data).decode(), "yjs")
