"""What docs/plan.md tells is true."""

import re
import tomllib
from pathlib import Path

import pytest

from desktop_migrator.model import Item, Rejection
from desktop_migrator.plan.decode.chain import ANY, DECODERS
from desktop_migrator.plan.reject import RejectionCode
from desktop_migrator.plan.schema import Plan
from tests.unit.plan.helpers import extracted, record, row

DOCS = Path(__file__).parents[3] / "docs"
DOCUMENT = (DOCS / "plan.md").read_text()
EXAMPLES = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_are_plans(text: str) -> None:
    Plan.model_validate(tomllib.loads(text))


def test_every_code_is_explained() -> None:
    explained = DOCUMENT.partition("## Why an item is rejected")[2]
    assert [code for code in RejectionCode if f"`{code}`" not in explained] == []


def test_the_example_with_expressions_does_what_it_says() -> None:
    of = Plan.model_validate(tomllib.loads(EXAMPLES[1]))
    orders = (
        '{"cart":"{\\"orders\\":[{\\"number\\":7,\\"submitted\\":true,\\"total\\":12.50,'
        '\\"ts\\":1706695200000,\\"state\\":\\"OK\\",\\"address\\":{\\"city\\":\\"Ulm\\"}},'
        '{\\"number\\":8,\\"submitted\\":false}]}","_persist":"{}"}'
    )
    form, order = extracted([record("form_a", '{"x":1}'), record("persist:root", orders)], of)
    assert not isinstance(form, Rejection)
    assert isinstance(order, Item)
    assert order.source_id == "7"
    found = row(order, of)
    assert (found["state"], str(found["total"]), found["city"]) == ("done", "12.50", "Ulm")
    assert found["placed"].isoformat() == "2024-01-31T10:00:00+00:00"
    assert found["rest"] == b'{"submitted":true}'


def test_every_decoder_is_explained() -> None:
    text = (DOCS / "decoders.md").read_text()
    assert [name for name in (*DECODERS, ANY) if f"`{name}`" not in text] == []
