"""What a preview found, however much it is: a private SQLite database that faces page over.

It has no file of its own that anybody else could open: SQLite keeps it in memory and, beyond a few
megabytes, in a temporary file that has no name and is gone with the process. Values that the plan
calls sensitive never come here.

Findings are numbered from 0 for each entity, in the order in which they came; these *places* are
what tables page by. One thread may add while another one reads. A search goes slice by slice, so
that nobody waits long and anybody can give it up.
"""

import json
import os
import sqlite3
import threading
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from desktop_migrator.messages import Message
from desktop_migrator.messages.stored import from_builtins, to_builtins
from desktop_migrator.migration.run.filters import IDENTITY_HASH_SIZE
from desktop_migrator.model import Conflict, ConflictKind, Resolution, Suspicion

SLICE = 5_000
"""Findings that a search looks at in one go."""
_INDEX_BITS = 40
"""An id is the entity's number above so many bits, and the place below."""
_PAGE_SIZE = 200
_CACHE_KIB = 8000
_LEVEL = 1
_JOINERS = "\u200c\u200d"
"""They do not show, but make one sign of several."""

_SCHEMA = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -{_CACHE_KIB};
CREATE TABLE findings (
  id INTEGER PRIMARY KEY, state INTEGER NOT NULL, left_out INTEGER NOT NULL,
  cells TEXT NOT NULL, names BLOB NOT NULL
);
CREATE INDEX by_state ON findings (state);
CREATE INDEX by_left_out ON findings (left_out) WHERE left_out;
CREATE TABLE texts (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE details (id INTEGER PRIMARY KEY, detail BLOB NOT NULL);
CREATE TABLE conflicts (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, conflict TEXT NOT NULL, answer TEXT
);
CREATE INDEX by_kind ON conflicts (kind);
"""


_EXCLUDED_CONDITION = {
    None: "",
    True: " AND id IN (SELECT id FROM findings WHERE left_out)",
    False: " AND id NOT IN (SELECT id FROM findings WHERE left_out)",
}
_CONFLICT_CONDITION = " AND id IN (SELECT id FROM conflicts)"
_SEARCH = {
    (text, state, left_out, conflict): f"SELECT id FROM {'texts' if text else 'findings'}"  # noqa: S608 - our own names
    f" WHERE id >= ? AND id < ?{' AND state = ?' * state}{' AND instr(text, ?)' * text}"
    f"{_EXCLUDED_CONDITION[left_out]}{_CONFLICT_CONDITION * conflict} ORDER BY id"
    for text, state, left_out, conflict in product(
        (False, True), (False, True), (None, False, True), (False, True)
    )
}
"""By what a search looks at; made of nothing that comes from elsewhere."""


class PreviewState(StrEnum):
    """What becomes of an item."""

    FOUND = "found"
    """It can go; it was not compared with a database."""
    NEW = "new"
    SAME = "same"
    """Its row is there and like it."""
    DIFFERS = "differs"
    """Its row is there and another one: a conflict."""
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    """Another version of it counts."""


_STATES = tuple(PreviewState)
NOT_SENT = frozenset((PreviewState.REJECTED, PreviewState.SUPERSEDED))
"""Of items that become no row."""
_NUMBERS = {state: number for number, state in enumerate(_STATES)}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which findings of an entity are wanted."""

    state: PreviewState | None = None
    excluded: bool | None = None
    """Only those left out, or none of them."""
    text: str = ""
    """What their cells have to hold, whatever the case."""
    conflict: bool = False
    """Only those that have one."""


NO_FILTER = Filter()


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A line of a table."""

    index: int
    state: PreviewState
    excluded: bool
    cells: tuple[str, ...]
    """One for each of the entity's headings; a rejection has its reason after the first."""


class PreviewDetail(msgspec.Struct, frozen=True):
    """Everything about one finding."""

    browser: str
    profile: str
    origin: str
    key: str
    position: str
    source_id: str | None
    before: str
    """The item's own text, as the browser has it."""
    after: dict[str, Any] | None = None
    """The row to be: each column's value as JSON has it; JSON columns as their exact text."""
    code: str | None = None
    reason: Message | None = None
    """Why it was rejected."""
    remedy: Message | None = None


@dataclass(slots=True)
class EntitySummary:
    """What is known of an entity's findings as a whole."""

    name: str
    table: str
    headings: tuple[str, ...]
    json: frozenset[str]
    """The columns that hold JSON."""
    number: int
    counts: dict[PreviewState, int] = field(default_factory=lambda: dict.fromkeys(PreviewState, 0))
    excluded_count: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class ConflictGroup:
    """Conflicts of one entity and kind, those left out not counted."""

    kind: ConflictKind
    count: int
    answers: Mapping[Resolution | None, int]


@dataclass(frozen=True, slots=True)
class PreviewEntry:
    """One finding on its way in."""

    state: PreviewState
    cells: Sequence[str]
    identity_hashes: Sequence[bytes]
    detail: PreviewDetail
    excluded: bool = False
    conflict: Conflict | None = None


class PreviewStore:
    """Opened once for each preview; `close` forgets everything."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._lock = threading.Lock()
        self._database.executescript(_SCHEMA)
        self._compressor = zstandard.ZstdCompressor(_LEVEL)
        self._decompressor = zstandard.ZstdDecompressor()
        self._entities: dict[str, EntitySummary] = {}
        self._origins: Counter[str] = Counter()
        self.suspicions: tuple[Suspicion, ...] = ()
        """What is probably secret or personal, and not planned; once all was found."""

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def __enter__(self) -> "PreviewStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- what is there -----------------------------------------------------------------------

    @property
    def entities(self) -> tuple[EntitySummary, ...]:
        """The entities that have findings."""
        return tuple(kind for kind in self._entities.values() if kind.total)

    @property
    def origins(self) -> tuple[str, ...]:
        """The web sites that the findings come from, the one with most of them first."""
        return tuple(origin for origin, _ in self._origins.most_common())

    def entity_summary(self, entity: str) -> EntitySummary:
        return self._entities[entity]

    def page(self, entity: str, first: int, number: int) -> list[PreviewRow]:
        """So many from a place on."""
        start = self._id(entity, first)
        end = self._id(entity, self._entities[entity].total)
        return self._rows("id >= ? AND id < ? ORDER BY id", (start, min(start + number, end)))

    def rows_at(self, entity: str, indexes: Sequence[int]) -> list[PreviewRow]:
        """Those at the places, which are in order."""
        ids = [self._id(entity, place) for place in indexes]
        marks = ", ".join("?" * len(ids))
        return self._rows(f"id IN ({marks}) ORDER BY id", ids)

    def detail(self, entity: str, index: int) -> PreviewDetail:
        query = "SELECT detail FROM details WHERE id = ?"
        [(packed,)] = self._read(query, [self._id(entity, index)])
        return msgspec.convert(
            json.loads(self._decompressor.decompress(packed)), PreviewDetail, dec_hook=_message
        )

    def rows_with_details(self, entity: str) -> Iterator[tuple[PreviewRow, PreviewDetail]]:
        """All of an entity, in order."""
        for first in range(0, self._entities[entity].total, _PAGE_SIZE):
            for finding in self.page(entity, first, _PAGE_SIZE):
                yield finding, self.detail(entity, finding.index)

    def search(self, entity: str, wanted: Filter) -> "Iterator[array[int]]":
        """The places of what is wanted, in order; one array, often empty, for each `SLICE`."""
        query = _SEARCH[
            bool(wanted.text), wanted.state is not None, wanted.excluded, wanted.conflict
        ]
        values: list[Any] = [] if wanted.state is None else [_NUMBERS[wanted.state]]
        values += [escape_unprintable(wanted.text).casefold()] if wanted.text else []
        base = self._id(entity, 0)
        total = self._entities[entity].total
        for first in range(base, base + total, SLICE):
            end = min(first + SLICE, base + total)
            found = self._read(query, (first, end, *values))
            yield array("Q", [finding - base for (finding,) in found])

    # ---- what the person leaves out ----------------------------------------------------------

    def set_excluded(self, entity: str, indexes: Iterable[int], excluded: bool) -> None:
        """Leave findings out of the run, or take them in again."""
        changes = [(excluded, self._id(entity, place)) for place in indexes]
        query = "UPDATE findings SET left_out = ?1 WHERE id = ?2 AND left_out <> ?1"
        with self._lock:
            changed = self._database.executemany(query, changes).rowcount
            self._entities[entity].excluded_count += changed if excluded else -changed

    def excluded_items(self) -> frozenset[bytes]:
        """The names of all that is left out, as `Job.excluded_items` takes them."""
        rows = self._read("SELECT names FROM findings WHERE left_out")
        return frozenset(
            names[start : start + IDENTITY_HASH_SIZE]
            for (names,) in rows
            for start in range(0, len(names), IDENTITY_HASH_SIZE)
        )

    # ---- conflicts ---------------------------------------------------------------------------

    def conflict(self, entity: str, index: int) -> tuple[Conflict, Resolution | None]:
        query = "SELECT conflict, answer FROM conflicts WHERE id = ?"
        [(conflict, answer)] = self._read(query, [self._id(entity, index)])
        return _decode_conflict(conflict), answer and Resolution(answer)

    def conflict_groups(self, entity: str) -> list[ConflictGroup]:
        """The conflicts by kind, the most frequent first."""
        rows = self._read(
            "SELECT kind, answer, count(*) FROM conflicts JOIN findings USING (id)"
            " WHERE id BETWEEN ? AND ? AND NOT left_out GROUP BY kind, answer",
            self._range(entity),
        )
        kinds: dict[str, dict[Resolution | None, int]] = {}
        for kind, answer, count in rows:
            kinds.setdefault(kind, {})[answer and Resolution(answer)] = count
        found = [
            ConflictGroup(_decode_kind(kind), sum(answers.values()), answers)
            for kind, answers in kinds.items()
        ]
        return sorted(found, key=lambda alike: -alike.count)

    def set_answer(self, entity: str, index: int, answer: Resolution | None) -> None:
        query = "UPDATE conflicts SET answer = ? WHERE id = ?"
        self._write(query, (answer, self._id(entity, index)))

    def set_group_answer(
        self, entity: str, answer: Resolution | None, kind: ConflictKind | None = None
    ) -> None:
        """Answer all of the kind; without one, all of the entity."""
        query = "UPDATE conflicts SET answer = ? WHERE id BETWEEN ? AND ?"
        values: list[Any] = [answer, *self._range(entity)]
        if kind is not None:
            query += " AND kind = ?"
            values.append(json.dumps(kind))
        self._write(query, values)

    def conflicts_with_answers(
        self, entity: str
    ) -> Iterator[tuple[int, Conflict, Resolution | None]]:
        """All conflicts of the entity that are not left out, by place."""
        base, end = self._range(entity)
        while rows := self._read(
            "SELECT id, conflict, answer FROM conflicts JOIN findings USING (id)"
            " WHERE id BETWEEN ? AND ? AND NOT left_out ORDER BY id LIMIT 500",
            (base, end),
        ):
            for finding, conflict, answer in rows:
                place = finding - self._id(entity, 0)
                yield place, _decode_conflict(conflict), answer and Resolution(answer)
            base = rows[-1][0] + 1

    # ---- on the way in -----------------------------------------------------------------------

    def register_entity(
        self, entity: str, table: str, headings: Sequence[str], json: Collection[str] = ()
    ) -> None:
        """Entities stand in the order in which they are expected."""
        if entity not in self._entities:
            number = len(self._entities)
            self._entities[entity] = EntitySummary(
                entity, table, tuple(headings), frozenset(json), number
            )

    def add(self, entity: str, entries: Collection[PreviewEntry]) -> None:
        kind = self._entities[entity]
        first = self._id(entity, kind.total)
        findings, texts, details, conflicts = [], [], [], []
        for number, entry in enumerate(entries, start=first):
            state, cells = _NUMBERS[entry.state], "\x1f".join(entry.cells)
            findings.append((number, state, entry.excluded, cells, b"".join(entry.identity_hashes)))
            texts.append((number, state, cells.casefold()))
            detail = json.dumps(msgspec.to_builtins(entry.detail, enc_hook=to_builtins)).encode()
            details.append((number, self._compressor.compress(detail)))
            if entry.conflict:
                kind_text = json.dumps(entry.conflict.kind)
                # Names may hold lone surrogates, which msgspec would not write as JSON.
                built = msgspec.to_builtins(entry.conflict, enc_hook=os.fspath)
                conflicts.append((number, kind_text, json.dumps(built)))
        with self._transaction():
            insert = self._database.executemany
            insert("INSERT INTO findings VALUES (?, ?, ?, ?, ?)", findings)
            insert("INSERT INTO texts VALUES (?, ?, ?)", texts)
            insert("INSERT INTO details VALUES (?, ?)", details)
            insert("INSERT INTO conflicts VALUES (?, ?, ?, NULL)", conflicts)
            for entry in entries:
                kind.counts[entry.state] += 1
                kind.excluded_count += entry.excluded
                self._origins[entry.detail.origin] += 1

    # ---- SQLite ------------------------------------------------------------------------------

    def _id(self, entity: str, index: int) -> int:
        return (self._entities[entity].number << _INDEX_BITS) + index

    def _range(self, entity: str) -> tuple[int, int]:
        """The first and the last id that the entity can have."""
        first = self._id(entity, 0)
        return first, first + (1 << _INDEX_BITS) - 1

    def _rows(self, condition: str, values: Sequence[int]) -> list[PreviewRow]:
        query = f"SELECT id, state, left_out, cells FROM findings WHERE {condition}"  # noqa: S608 - ours
        mask = (1 << _INDEX_BITS) - 1
        return [
            PreviewRow(finding & mask, _STATES[state], bool(left_out), tuple(cells.split("\x1f")))
            for finding, state, left_out, cells in self._read(query, values)
        ]

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._database.execute(query, values).fetchall()

    def _write(self, query: str, values: Sequence[Any]) -> None:
        with self._lock:
            self._database.execute(query, values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._database.execute("BEGIN")
            yield
            self._database.execute("COMMIT")


def escape_unprintable(text: str) -> str:
    """The text on one line, with everything that would not show spelled as an escape."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() or character in _JOINERS
        else " "
        if character.isspace() and character != "\x1f"
        else character.encode("unicode_escape").decode()
        for character in text
    )


def _message(_type: type, data: object) -> Message:
    return from_builtins(data)


def _path(_type: type, data: Any) -> Path:
    return Path(data)


def _decode_conflict(text: str) -> Conflict:
    return msgspec.convert(json.loads(text), Conflict, dec_hook=_path)


def _decode_kind(text: str) -> ConflictKind:
    fields, stores = json.loads(text)
    return ConflictKind(tuple(fields), tuple(stores))
