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

GENESIS_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How far a chain goes, for somebody else to remember."""

    seq: int
    hash: bytes


EMPTY_HEAD = ChainHead(0, GENESIS_HASH)


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """An entry as it was stored."""

    seq: int
    facts: Mapping[str, Any]
    previous: bytes
    hash: bytes

    @property
    def head(self) -> ChainHead:
        return ChainHead(self.seq, self.hash)


def next_entry(head: ChainHead, facts: Mapping[str, Any]) -> ChainEntry:
    """The entry that follows."""
    seq = head.seq + 1
    return ChainEntry(seq, facts, head.hash, _hash(seq, facts, head.hash))


def first_tampering(entries: Iterable[ChainEntry], anchors: Mapping[int, bytes]) -> str | None:
    """What is wrong with a chain, in a sentence about its first bad entry; None if nothing is.

    `entries` in the order of their numbers; `anchors` holds hashes by number, as somebody else has
    remembered them.
    """
    before = EMPTY_HEAD
    missing = dict(anchors)
    for entry in entries:
        if broken := _find_tampering(before, entry):
            return broken
        if missing.pop(entry.seq, entry.hash) != entry.hash:
            return f"Entry {entry.seq} is not the one remembered: the chain was rewritten."
        before = entry.head
    if missing:
        return f"The entries after {before.seq} were removed, at least up to {max(missing)}."
    return None


def _find_tampering(previous_head: ChainHead, entry: ChainEntry) -> str | None:
    expected = previous_head.seq + 1
    if entry.seq < expected:
        return f"Entry {entry.seq} was inserted."
    if entry.seq > expected:
        one = entry.seq - 1 == expected
        lost = f"Entry {expected} was" if one else f"The entries {expected} to {entry.seq - 1} were"
        return f"{lost} removed."
    follows = entry.previous == previous_head.hash
    if entry.hash == _hash(entry.seq, entry.facts, entry.previous):
        # True to itself, but made after another entry than the one before it.
        return None if follows else f"An entry was put in the place of entry {previous_head.seq}."
    if entry.hash == _hash(entry.seq - 1, entry.facts, entry.previous):
        return f"Entry {previous_head.seq} was inserted."
    if entry.hash == _hash(entry.seq + 1, entry.facts, entry.previous):
        return f"An entry before entry {entry.seq} was removed, and the rest numbered anew."
    return f"Entry {entry.seq} was changed{'' if follows else ' or inserted'}."


def _hash(seq: int, facts: Mapping[str, Any], previous: bytes) -> bytes:
    entry = {"facts": facts, "previous": previous.hex(), "seq": seq}
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).digest()
