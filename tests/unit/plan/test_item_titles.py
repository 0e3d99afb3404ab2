"""An item's own words, and nothing secret among them."""

import json

import pytest

from desktop_migrator.plan.item_titles import item_title


@pytest.mark.parametrize(
    ("item", "title"),
    [
        ({"id": 1, "title": "Buy milk"}, "Buy milk"),
        ({"name": "x\n  y", "text": "z"}, "x y"),
        ({"title": "", "label": "l"}, "l"),
        ({"title": "w" * 50}, "w" * 39 + "…"),
        ({"title": {"de": "x"}}, None),
        ({"name": "ghp_0123456789abcdefghijABCDEFGHIJ012345"}, None),
        ({"title": "[redacted]"}, None),
        ([1], None),
    ],
)
def test_an_item_is_known_by_its_own_words(item: object, title: str | None) -> None:
    assert item_title(json.dumps(item)) == title


def test_what_is_no_json_has_no_title() -> None:
    assert item_title("{") is None
