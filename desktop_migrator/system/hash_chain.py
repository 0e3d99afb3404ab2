"""Chains of entries in which each carries the hash of the one before, so that tampering shows.

An entry's hash is the SHA-256 of its canonical JSON: one object with the members `facts` (an
object of strings, integers, null and objects of these), `previous` (the hash of the entry before
in hexadecimal, 64 zeros for the first) and `seq` (1, 2, 3 …); members sorted by name, no blanks,
everything outside ASCII as \\u escapes. Who can rewrite a whole chain can make it consistent again,
so that somebody else has to remember its newest hash (`Head`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NO_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain goes, for somebody else to remember."""

    seq: int
    hash: bytes


EMPTY = Head(0, NO_HASH)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it was stored."""

    seq: int
    facts: Mapping[str, Any]
    previous: bytes
    hash: bytes

    @property
    def head(self) -> Head:
        return Head(self.seq, self.hash)


def next_link(head: Head, facts: Mapping[str, Any]) -> Link:
    """The entry that follows."""
    seq = head.seq + 1
    return Link(seq, facts, head.hash, _hash(seq, facts, head.hash))


def first_break(links: Iterable[Link], remembered: Mapping[int, bytes]) -> str | None:
    """What is wrong with a chain, in a sentence about its first bad place; None if it is whole.

    `links` in the order of their numbers; `remembered` holds hashes by number, as somebody else
    has kept them.
    """
    before = EMPTY
    missing = dict(remembered)
    for link in links:
        if broken := _break(before, link):
            return broken
        if missing.pop(link.seq, link.hash) != link.hash:
            return f"Entry {link.seq} is not the one remembered: the chain was rewritten."
        before = link.head
    if missing:
        return f"The entries after {before.seq} were removed, at least up to {max(missing)}."
    return None


def _break(before: Head, link: Link) -> str | None:
    expected = before.seq + 1
    if link.seq < expected:
        return f"Entry {link.seq} was inserted."
    if link.seq > expected:
        one = link.seq - 1 == expected
        lost = f"Entry {expected} was" if one else f"The entries {expected} to {link.seq - 1} were"
        return f"{lost} removed."
    follows = link.previous == before.hash
    if link.hash == _hash(link.seq, link.facts, link.previous):
        # True to itself, but made after another entry than the one before it.
        return None if follows else f"An entry was put in the place of entry {before.seq}."
    if link.hash == _hash(link.seq - 1, link.facts, link.previous):
        return f"Entry {before.seq} was inserted."
    if link.hash == _hash(link.seq + 1, link.facts, link.previous):
        return f"An entry before entry {link.seq} was removed, and the rest numbered anew."
    return f"Entry {link.seq} was changed{'' if follows else ' or inserted'}."


def _hash(seq: int, facts: Mapping[str, Any], previous: bytes) -> bytes:
    entry = {"facts": facts, "previous": previous.hex(), "seq": seq}
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).digest()
