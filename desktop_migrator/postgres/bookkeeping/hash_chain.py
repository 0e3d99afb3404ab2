"""Chains of entries in which each carries the hash of the one before, so that tampering shows.

An entry's hash is the SHA-256 of its canonical JSON: one object with the members `facts` (an
object of strings, integers, null and objects of these), `previous` (the hash of the entry before
in hexadecimal, 64 zeros for the first) and `seq` (1, 2, 3 …); members sorted by name, no blanks,
everything outside ASCII as \\u escapes. Who can rewrite a whole chain can make it consistent again,
so that somebody else has to remember its newest hash (`ChainHead`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from desktop_migrator.messages import Message, plural

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


def first_tampering(entries: Iterable[ChainEntry], anchors: Mapping[int, bytes]) -> Message | None:
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
            return Message(
                "Entry {number} is not the one remembered: the chain was rewritten.",
                number=entry.seq,
            )
        before = entry.head
    if missing:
        return Message(
            "The entries after {number} were removed, at least up to {last}.",
            number=before.seq,
            last=max(missing),
        )
    return None


def _find_tampering(previous_head: ChainHead, entry: ChainEntry) -> Message | None:
    expected = previous_head.seq + 1
    if entry.seq < expected:
        return Message("Entry {number} was inserted.", number=entry.seq)
    if entry.seq > expected:
        return plural(
            "Entry {first} was removed.",
            "The entries {first} to {last} were removed.",
            count=entry.seq - expected,
            first=expected,
            last=entry.seq - 1,
        )
    return _find_change(previous_head, entry)


def _find_change(previous_head: ChainHead, entry: ChainEntry) -> Message | None:
    """What is wrong with an entry that has the number it should have."""
    follows = entry.previous == previous_head.hash
    if entry.hash == _hash(entry.seq, entry.facts, entry.previous):
        # True to itself, but made after another entry than the one before it.
        if follows:
            return None
        return Message("An entry was put in the place of entry {number}.", number=previous_head.seq)
    if entry.hash == _hash(entry.seq - 1, entry.facts, entry.previous):
        return Message("Entry {number} was inserted.", number=previous_head.seq)
    if entry.hash == _hash(entry.seq + 1, entry.facts, entry.previous):
        return Message(
            "An entry before entry {number} was removed, and the rest numbered anew.",
            number=entry.seq,
        )
    if follows:
        return Message("Entry {number} was changed.", number=entry.seq)
    return Message("Entry {number} was changed or inserted.", number=entry.seq)


def _hash(seq: int, facts: Mapping[str, Any], previous: bytes) -> bytes:
    entry = {"facts": facts, "previous": previous.hex(), "seq": seq}
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).digest()
