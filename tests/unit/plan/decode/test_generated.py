"""Random values, shared and circular ones too, as the libraries themselves wrote them.

The oracle is what was written (tests/tools/generated_texts.mjs).
"""

import json
import lzma
from decimal import Decimal
from typing import Any

import pytest
from msgspec import Raw

from desktop_migrator.plan.decode.chain import DecodeChain
from tests.tools.library_expectations import DATA
from tests.unit.plan.decode.test_pages import context, exact, expected
from tests.unit.plan.test_json_text import utf16


def _cases() -> list[dict[str, Any]]:
    with lzma.open(DATA / "generated.json.xz") as file:
        cases: list[dict[str, Any]] = json.loads(
            file.read(), parse_int=Decimal, parse_float=Decimal
        )
    return cases


CASES = _cases()


@pytest.mark.parametrize("name", sorted({case["decoder"] for case in CASES}))
def test_generated(name: str) -> None:
    for case in CASES:
        if case["decoder"] != name:
            continue
        found = DecodeChain([name]).decode(case["text"], context())
        assert isinstance(found, Raw), case["text"]
        value = exact(json.loads(bytes(found), parse_int=Decimal, parse_float=Decimal))
        assert utf16(value) == expected(case["value"]), case["text"]
