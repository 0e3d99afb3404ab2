"""Chains of entries: whatever is done to one shows, and is named."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.postgres.bookkeeping.hash_chain import (
    EMPTY_HEAD,
    ChainEntry,
    first_tampering,
    next_entry,
)


def chain(*facts: dict[str, Any]) -> list[ChainEntry]:
    links: list[ChainEntry] = []
    for each in facts:
        links.append(next_entry(links[-1].head if links else EMPTY_HEAD, each))
    return links


FIVE = chain(*({"action": "migrate", "number": number} for number in range(5)))


def renumbered(links: list[ChainEntry]) -> list[ChainEntry]:
    return [replace(link, seq=seq) for seq, link in enumerate(links, 1)]


def forged(after: ChainEntry) -> ChainEntry:
    return next_entry(after.head, {"action": "forged"})


def test_an_entry_hashes_as_documented() -> None:
    first = next_entry(EMPTY_HEAD, {"b": 1, "ä": None, "a": {"x": "y"}})
    canonical = (
        '{"facts":{"a":{"x":"y"},"b":1,"\\u00e4":null},"previous":"' + "0" * 64 + '","seq":1}'
    )
    assert first.hash == hashlib.sha256(canonical.encode()).digest()
    assert next_entry(first.head, {}).previous == first.hash


TAMPERINGS: dict[str, Callable[[], list[ChainEntry]]] = {
    "Entry 3 was changed": lambda: [
        *FIVE[:2],
        replace(FIVE[2], facts={"action": "undo", "number": 2}),
        *FIVE[3:],
    ],
    "Entry 2 was removed": lambda: [FIVE[0], *FIVE[2:]],
    "The entries 1 to 3 were removed": lambda: FIVE[3:],
    "An entry before entry 2 was removed": lambda: renumbered([FIVE[0], *FIVE[2:]]),
    "Entry 3 was inserted": lambda: renumbered([*FIVE[:2], forged(FIVE[1]), *FIVE[2:]]),
    "An entry was put in the place of entry 3": lambda: [*FIVE[:2], forged(FIVE[1]), *FIVE[3:]],
    "Entry 0 was inserted": lambda: [replace(FIVE[0], seq=0), *FIVE],
    "Entry 6 was changed or inserted": lambda: [*FIVE, replace(FIVE[4], seq=6, facts={})],
}


@pytest.mark.parametrize("told", TAMPERINGS)
def test_the_first_broken_link_is_told_in_words(told: str) -> None:
    assert first_tampering(FIVE, {}) is None
    broken = first_tampering(TAMPERINGS[told](), {})
    assert broken
    assert str(broken).startswith(told)


def test_what_was_cut_off_or_written_anew_shows_by_what_somebody_remembers() -> None:
    remembered = {link.seq: link.hash for link in FIVE}
    assert first_tampering(FIVE, remembered) is None
    assert first_tampering(FIVE[:3], {}) is None
    assert str(first_tampering(FIVE[:3], remembered)) == (
        "The entries after 3 were removed, at least up to 5."
    )
    rewritten = chain(*({"action": "else", "number": number} for number in range(5)))
    assert first_tampering(rewritten, {}) is None
    assert "rewritten" in str(first_tampering(rewritten, {3: FIVE[2].hash}))


@given(
    facts=st.lists(
        st.dictionaries(st.text(), st.none() | st.integers() | st.text(), max_size=3),
        min_size=1,
        max_size=8,
    ),
    data=st.data(),
)
def test_no_entry_can_be_changed_removed_or_moved_unseen(
    facts: list[dict[str, Any]], data: st.DataObject
) -> None:
    links = chain(*facts)
    remembered = {links[-1].seq: links[-1].hash}
    assert first_tampering(links, remembered) is None
    at = data.draw(st.integers(0, len(links) - 1))
    changed = replace(links[at], facts={**links[at].facts, "more": "xxx", "": 17})
    if changed.facts != links[at].facts:
        assert first_tampering([*links[:at], changed, *links[at + 1 :]], remembered)
    assert first_tampering([*links[:at], *links[at + 1 :]], remembered)
    assert first_tampering(renumbered([*links[:at], *links[at + 1 :]]), remembered)
