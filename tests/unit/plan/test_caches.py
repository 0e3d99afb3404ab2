"""Caches are known by what they hold, and none is one in which somebody's work waits."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from desktop_migrator.plan.json_text import escape_json
from desktop_migrator.plan.secrets.caches import has_paused_mutations, looks_like_cache

PAGE: dict[str, str] = json.loads(
    (Path(__file__).parents[2] / "data" / "login_pages.json").read_text()
)["tanstackq"]


def raw(value: Any) -> Raw:
    return Raw(escape_json(json.dumps(value)))


@pytest.mark.parametrize("key", ["REACT_QUERY_OFFLINE_CACHE", "async-cache"])
def test_changes_that_were_never_sent_are_work(key: str) -> None:
    value = json.loads(PAGE[key])
    assert has_paused_mutations(raw(value))
    assert not looks_like_cache(raw(value))
    for written in (json.dumps(value), {"json": value, "meta": {"v": 1}}):
        assert has_paused_mutations(raw(written))
        assert not looks_like_cache(raw(written))
    for sent in ([], [{"state": {"isPaused": False, "status": "success"}}]):
        value["clientState"]["mutations"] = sent
        assert not has_paused_mutations(raw(value))
        assert looks_like_cache(raw(value))


def test_a_query_that_is_kept_by_itself_is_a_copy() -> None:
    queries = [text for key, text in PAGE.items() if key.startswith("tanstack-query-")]
    assert len(queries) == 2
    assert all(looks_like_cache(Raw(escape_json(text))) for text in queries)


@pytest.mark.parametrize(
    ("value", "is_cache"),
    [
        ({"data": {"a": 1}, "timestamp": 1700000000000, "ttl": 60000}, True),
        ({"value": "x", "expiresAt": "2024-01-01T00:00:00Z"}, True),
        ({"/a": {"data": 1, "cachedAt": 5}, "/b": {"data": 2, "cachedAt": 6}}, True),
        ({"ROOT_QUERY": {"__typename": "Query"}}, True),
        ({"buster": "", "timestamp": 1, "clientState": {"mutations": [], "queries": []}}, True),
        ({"buster": "", "timestamp": 1, "clientState": {"mutations": "?"}}, False),
        ([{"id": 1, "mine": True}], False),
        ([{"found": 1}], False),
        ({"id": 1, "content": "note", "updatedAt": 5}, False),
        ({"data": {"a": 1}}, False),
        ({"data": 1, "ttl": None}, False),
        ({}, False),
        ("found it", False),
        (5, False),
    ],
)
def test_what_is_a_cache(value: Any, *, is_cache: bool) -> None:
    assert looks_like_cache(raw(value)) == is_cache


def test_what_cannot_be_read_is_no_cache() -> None:
    assert not looks_like_cache(Raw(b"[" * 5000 + b"]" * 5000))
    assert not has_paused_mutations(Raw(b"[" * 5000 + b"]" * 5000))
