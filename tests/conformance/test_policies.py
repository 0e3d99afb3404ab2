"""Every policy and rule over the same cases, on real servers.

What is expected of each case is written by hand from the promises about conflicts: SKIP keeps the
row; OVERWRITE replaces the mapped columns; MERGE follows the entity's rule: NEWEST (row by
updated_at, created_at), FIELDS (empty fields filled, objects merged deeply, arrays united by id),
OVERWRITE, PROMPT; INTERACTIVE asks for each. Equal rows are no conflict. An answer for all alike
holds for the later conflicts of the same entity that differ in the same fields, and for no other.
"""

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from desktop_migrator.migration.decisions import Decisions
from desktop_migrator.migration.questions import settle
from desktop_migrator.model import Answer, Conflict, ConflictPolicy, Item, MergeRule
from desktop_migrator.postgres.open_conflicts import open_conflicts
from desktop_migrator.reporter import ConflictQuestion, RecordingReporter, Reply, Scope
from tests.integration.conftest import on_every_server
from tests.integration.postgres.factories import USER, Bench, item

TABLE = """
CREATE TABLE tasks (
    id uuid PRIMARY KEY, title text, status varchar(50), stars int,
    created_at timestamp, updated_at timestamptz, user_id text NOT NULL, metadata jsonb
)
"""
COLUMNS = ("title", "status", "stars", "created_at", "updated_at", "metadata")
EARLY, MIDDLE, LATE = "2026-01-01 10:00", "2026-02-01 10:00", "2026-03-01 10:00"


@dataclass(frozen=True)
class Case:
    """A row, the item that meets it, and what they become."""

    name: str
    row: dict[str, Any]
    item: dict[str, Any]
    newest: str
    """Which of both is the newest: row or item."""
    merged: dict[str, Any]
    """What FIELDS writes over the row."""
    equal: bool = field(default=False)


TIMES = {"created_at": EARLY, "updated_at": MIDDLE}
CASES = [
    Case("equal", {**TIMES, "title": "A", "metadata": '{"a": 1.0, "b": [1, 2]}'},
         {**TIMES, "title": "A", "metadata": '{"b":[1,2],"a":1}'},
         newest="row", merged={}, equal=True),
    Case("item newer", {**TIMES, "title": "A"}, {**TIMES, "title": "B", "updated_at": LATE},
         newest="item", merged={}),
    Case("item newer by a microsecond", {**TIMES, "title": "A"},
         {**TIMES, "title": "B", "updated_at": "2026-02-01 10:00:00.000001"},
         newest="item", merged={}),
    Case("item older", {**TIMES, "title": "A"}, {**TIMES, "title": "B", "updated_at": EARLY},
         newest="row", merged={}),
    Case("same time", {**TIMES, "title": "A"}, {**TIMES, "title": "B"}, newest="row", merged={}),
    Case("no times", {"title": "A"}, {"title": "B"}, newest="row", merged={}),
    Case("row without times", {"title": "A"}, {**TIMES, "title": "B"},
         newest="row", merged=TIMES),
    Case("item without times", {**TIMES, "title": "A"}, {"title": "B"}, newest="row", merged={}),
    Case("never updated, item made later", {"created_at": EARLY, "title": "A"},
         {"created_at": MIDDLE, "title": "B"}, newest="item", merged={}),
    Case("row never updated, item updated after", {"created_at": EARLY, "title": "A"},
         {**TIMES, "title": "B"}, newest="item", merged={"updated_at": MIDDLE}),
    Case("item never updated, row updated after", {**TIMES, "title": "A"},
         {"created_at": EARLY, "title": "B"}, newest="row", merged={}),
    Case("row says infinity", {"created_at": EARLY, "updated_at": "infinity", "title": "A"},
         {**TIMES, "title": "B", "stars": 3}, newest="row", merged={"stars": 3}),
    Case("empty fields of the row", {**TIMES, "title": "", "status": None, "stars": 0},
         {**TIMES, "title": "B", "status": "done", "stars": 5},
         newest="row", merged={"title": "B", "status": "done"}),
    Case("empty fields of the item", {**TIMES, "title": "A", "stars": 1, "metadata": '{"a": 1}'},
         {**TIMES, "title": "", "stars": None, "metadata": None, "updated_at": LATE},
         newest="item", merged={}),
    Case("objects", {**TIMES, "metadata": '{"a": {"b": 1, "c": null}, "d": ""}'},
         {**TIMES, "metadata": '{"a": {"b": 2, "c": 3, "e": []}, "d": "x", "f": false}'},
         newest="row",
         merged={"metadata": '{"a": {"b": 1, "c": 3, "e": []}, "d": "x", "f": false}'}),
    Case("lists", {**TIMES, "metadata": '{"tags": ["a", "b"], "steps": [{"id": 1, "t": "A"}]}'},
         {**TIMES, "metadata":
          '{"tags": ["b", "c"], "steps": [{"id": 2, "t": "C"}, {"id": 1, "t": "B", "n": 7}]}'},
         newest="row",
         merged={"metadata": '{"tags": ["a", "b", "c"], "steps":'
                 ' [{"id": 1, "t": "A", "n": 7}, {"id": 2, "t": "C"}]}'}),
    Case("JSON of two kinds", {**TIMES, "metadata": '{"a": 1}'}, {**TIMES, "metadata": "[1]"},
         newest="row", merged={}),
    Case("JSON's null", {**TIMES, "metadata": "null"}, {**TIMES, "metadata": '{"a": 1}'},
         newest="row", merged={"metadata": '{"a": 1}'}),
    Case("exact numbers", {**TIMES, "metadata": '{"a": 0.1000000000000000000000000001}'},
         {**TIMES, "metadata": '{"a": 0.1, "b": 9007199254740993, "c": 1e400}'},
         newest="row", merged={"metadata":
             '{"a": 0.1000000000000000000000000001, "b": 9007199254740993, "c": 1e400}'}),
]  # fmt: skip

WAYS = {
    "skip": (ConflictPolicy.SKIP, MergeRule.OVERWRITE, None),
    "overwrite": (ConflictPolicy.OVERWRITE, MergeRule.NEWEST, None),
    "merge newest": (ConflictPolicy.MERGE, MergeRule.NEWEST, None),
    "merge fields": (ConflictPolicy.MERGE, MergeRule.FIELDS, None),
    "merge overwrite": (ConflictPolicy.MERGE, MergeRule.OVERWRITE, None),
    "merge keep": (ConflictPolicy.MERGE, MergeRule.KEEP, None),
    "merge prompt, unanswered": (ConflictPolicy.MERGE, MergeRule.PROMPT, None),
    "merge prompt, keep": (ConflictPolicy.MERGE, MergeRule.PROMPT, Answer.KEEP),
    "merge prompt, replace": (ConflictPolicy.MERGE, MergeRule.PROMPT, Answer.REPLACE),
    "merge prompt, merge": (ConflictPolicy.MERGE, MergeRule.PROMPT, Answer.MERGE),
    "interactive, unanswered": (ConflictPolicy.INTERACTIVE, MergeRule.OVERWRITE, None),
    "interactive, keep": (ConflictPolicy.INTERACTIVE, MergeRule.NEWEST, Answer.KEEP),
    "interactive, replace": (ConflictPolicy.INTERACTIVE, MergeRule.NEWEST, Answer.REPLACE),
    "interactive, merge": (ConflictPolicy.INTERACTIVE, MergeRule.NEWEST, Answer.MERGE),
}
WRITTEN = {
    "skip": "row",
    "overwrite": "item",
    "merge newest": "newest",
    "merge fields": "merged",
    "merge overwrite": "item",
    "merge keep": "row",
    "merge prompt, unanswered": "row",
    "merge prompt, keep": "row",
    "merge prompt, replace": "item",
    "merge prompt, merge": "merged",
    "interactive, unanswered": "row",
    "interactive, keep": "row",
    "interactive, replace": "item",
    "interactive, merge": "merged",
}


def written(case: Case, way: str) -> dict[str, Any] | None:
    """What is written over the row; None if it is left alone."""
    return written_from(case, case.newest if WRITTEN[way] == "newest" else WRITTEN[way])


def written_from(case: Case, side: str) -> dict[str, Any] | None:
    if case.equal or side == "row":
        return None
    return case.item if side == "item" else case.merged or None


def row_id(number: int) -> uuid.UUID:
    return uuid.UUID(int=number + 1)


@pytest.fixture
def bench(connection: sqlalchemy.Connection, database: str) -> Bench:
    bench = Bench(connection, database, TABLE)
    bench.entity()
    names = ", ".join(("id", "user_id", *COLUMNS))
    for number, case in enumerate(CASES):
        in_utc(
            bench,
            f"INSERT INTO tasks ({names}) VALUES ('{row_id(number)}', "
            f"'{USER}', {', '.join(literal(case.row.get(name)) for name in COLUMNS)})",
        )
    return bench


def in_utc(bench: Bench, *statements: str) -> list[Any]:
    """What the last statement found; nothing is kept where the first one is BEGIN."""
    with bench.other() as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        for statement in statements:
            cursor = connection.execute(statement.encode())
        found = cursor.fetchall() if cursor.description else []
        connection.rollback()
        return found


def literal(value: object) -> str:
    if value is None:
        return "NULL"
    return "'" + str(value).replace("'", "''") + "'"


def items(entity: str = "tasks") -> Iterator[Item]:
    for number, case in enumerate(CASES):
        values: dict[str, Any] = dict.fromkeys(COLUMNS) | case.item
        values |= {"id": row_id(number), "user_id": USER}
        for name in ("created_at", "updated_at"):
            if values[name]:
                values[name] = datetime.fromisoformat(values[name]).replace(tzinfo=UTC)
        if values["metadata"]:
            values["metadata"] = values["metadata"].encode()
        order = ("id", "title", "status", "stars", "created_at", "updated_at", "user_id")
        yield item(
            entity,
            *(values[name] for name in (*order, "metadata")),
            updated_at=values["updated_at"],
            created_at=values["created_at"],
        )


def rows(bench: Bench, table: str = "tasks") -> dict[uuid.UUID, tuple[str, str]]:
    """Each row as text, and the transaction that wrote it."""
    found = in_utc(bench, f"SELECT id, t::text, xmin::text FROM {table} t")
    return {row_id: (text, transaction) for row_id, text, transaction in found}


def expected_text(bench: Bench, number: int, change: dict[str, Any]) -> str:
    """The row's text as PostgreSQL itself would have it after the change."""
    assignments = ", ".join(f"{name} = {literal(value)}" for name, value in change.items())
    [(text,)] = in_utc(
        bench,
        "BEGIN",
        f"UPDATE tasks SET {assignments} WHERE id = '{row_id(number)}'",
        f"SELECT t::text FROM tasks t WHERE id = '{row_id(number)}'",
    )
    return str(text)


def run(bench: Bench, way: str) -> dict[str, int]:
    policy, rule, answer = WAYS[way]
    entity = bench.entities["tasks"]
    bench.entities["tasks"] = replace(
        entity, rule=rule, created_column="created_at", updated_column="updated_at"
    )
    return bench.load(*items(), policy=policy, answers=lambda *_: answer)


@on_every_server
@pytest.mark.parametrize("way", WAYS)
def test_every_case_by_every_policy(bench: Bench, way: str) -> None:
    before = rows(bench)
    changes = {number: written(case, way) for number, case in enumerate(CASES)}
    expected = {}
    for number, case in enumerate(CASES):
        change = changes[number]
        if change is not None:
            whole = change if change is case.merged else dict.fromkeys(COLUMNS) | change
            expected[row_id(number)] = expected_text(bench, number, whole)
    updated = len(expected)
    counts = run(bench, way)
    after = rows(bench)
    for number, case in enumerate(CASES):
        key = row_id(number)
        if key in expected:
            assert after[key][0] == expected[key], case.name
        else:
            assert after[key] == before[key], case.name
    conflicts = len(CASES) - 1
    assert counts == {
        name: number
        for name, number in {
            "updated": updated,
            "skipped": conflicts - updated,
            "unchanged": 1,
            "conflicts": conflicts,
        }.items()
        if number
    }
    assert bench.verify().ok


@on_every_server
@pytest.mark.parametrize("way", WAYS)
def test_the_same_run_again_changes_nothing(bench: Bench, way: str) -> None:
    run(bench, way)
    before = rows(bench)
    assert "updated" not in run(bench, way)
    assert rows(bench) == before


def test_every_policy_and_rule_has_its_way() -> None:
    assert {policy for policy, _, _ in WAYS.values()} == set(ConflictPolicy)
    merging = {rule for policy, rule, _ in WAYS.values() if policy is ConflictPolicy.MERGE}
    assert merging == set(MergeRule)


# ---- the same for all like this ------------------------------------------------------------------

ENTITIES = ("tasks", "notes")
Kind = tuple[str, tuple[str, ...]]
"""An entity, and the fields that differ."""
SIDES = {Answer.KEEP: "row", Answer.REPLACE: "item", Answer.MERGE: "merged"}
DIFFERING = {
    number: tuple(name for name in COLUMNS if case.row.get(name) != case.item.get(name))
    for number, case in enumerate(CASES)
    if not case.equal
}
KINDS = list(dict.fromkeys((entity, names) for entity in ENTITIES for names in DIFFERING.values()))


def reply_to(kind: Kind, number: int, singly: int, turn: int) -> Reply:
    """To the question of that number about the kind: the first ones are answered singly.

    Neighbouring kinds get other answers, so that one which reaches too far is seen.
    """
    answer = tuple(Answer)[(KINDS.index(kind) + number + turn) % len(Answer)]
    return Reply(answer, Scope.ONE if number < singly else Scope.ALIKE)


class Person(RecordingReporter):
    def __init__(self, singly: int, turn: int) -> None:
        super().__init__()
        self.asked: Counter[Kind] = Counter()
        self.alike: list[int] = []
        self._way = singly, turn

    def resolve(self, question: ConflictQuestion) -> Reply:
        kind = question.conflict.entity, question.conflict.fields
        reply = reply_to(kind, self.asked[kind], *self._way)
        self.asked[kind] += 1
        if reply.scope is Scope.ALIKE:
            self.alike.append(question.alike)
        return reply


@pytest.fixture
def two(bench: Bench) -> Bench:
    """The same rows in a second entity's table, and both aside as they were."""
    bench.sql("CREATE TABLE notes (LIKE tasks INCLUDING ALL)")
    bench.sql("INSERT INTO notes TABLE tasks")
    bench.sql("CREATE TABLE seed AS TABLE tasks")
    bench.entity("notes")
    return bench


def ask_and_load(
    bench: Bench, policy: ConflictPolicy, path: Path, person: RecordingReporter
) -> dict[str, dict[uuid.UUID, tuple[str, str]]]:
    """A run as the program does it: all is asked, then it is written. Returns the rows."""
    for name, entity in bench.entities.items():
        bench.entities[name] = replace(
            entity,
            rule=MergeRule.PROMPT,
            created_column="created_at",
            updated_column="updated_at",
        )
    decisions = Decisions(path)
    outcomes = [each for entity in ENTITIES for each in items(entity)]
    settle(waiting(bench, policy, decisions, outcomes), decisions, person)
    # What counts for the load is what the file says, not what is still in memory.
    bench.load(*outcomes, policy=policy, answers=Decisions(path).answer)
    return {table: rows(bench, table) for table in ENTITIES}


def waiting(
    bench: Bench, policy: ConflictPolicy, decisions: Decisions, outcomes: list[Item]
) -> list[Conflict]:
    with bench.connection.begin() as trial:
        found = list(
            open_conflicts(
                bench.connection,
                list(bench.entities.values()),
                bench.settler(outcomes).settle(outcomes),
                user_id=USER,
                policy=policy,
                answers=decisions.answer,
                reporter=RecordingReporter(),
                total=len(outcomes),
            )
        )
        trial.rollback()
    return found


class Nobody(RecordingReporter):
    def resolve(self, question: ConflictQuestion) -> Reply:
        raise AssertionError(question)


@on_every_server
@pytest.mark.parametrize("policy", [ConflictPolicy.INTERACTIVE, ConflictPolicy.MERGE])
@pytest.mark.parametrize("turn", range(len(Answer)))
@pytest.mark.parametrize("singly", [0, 1])
def test_the_same_for_all_like_this(
    two: Bench, tmp_path: Path, policy: ConflictPolicy, turn: int, singly: int
) -> None:
    answers: dict[tuple[str, str], Answer] = {}
    sizes: Counter[Kind] = Counter()
    expected: dict[str, dict[uuid.UUID, str]] = {}
    for entity in ENTITIES:
        expected[entity] = {key: text for key, (text, _) in rows(two, entity).items()}
        for number, names in DIFFERING.items():
            kind = entity, names
            answer = reply_to(kind, min(sizes[kind], singly), singly, turn).answer
            sizes[kind] += 1
            answers[entity, str(row_id(number))] = answer
            case = CASES[number]
            change = written_from(case, SIDES[answer])
            if change is not None:
                whole = change if change is case.merged else dict.fromkeys(COLUMNS) | change
                expected[entity][row_id(number)] = expected_text(two, number, whole)
    assert max(sizes.values()) > singly + 1, "no case would be settled by another's answer"

    path = tmp_path / "decisions.json"
    person = Person(singly, turn)
    after = ask_and_load(two, policy, path, person)
    assert person.asked == {kind: min(size, singly + 1) for kind, size in sizes.items()}
    assert sorted(person.alike) == sorted(size - singly for size in sizes.values() if size > singly)
    assert texts(after) == expected
    kept = json.loads(path.read_text())["decisions"]
    assert {(each["entity"], each["id"]): each["answer"] for each in kept} == answers
    assert len(kept) == len(answers)

    content = path.read_bytes()
    assert ask_and_load(two, policy, path, Nobody()) == after, "the run again wrote something"
    for table in ENTITIES:
        two.sql(f"DELETE FROM {table}")
        two.sql(f"INSERT INTO {table} TABLE seed")
    assert texts(ask_and_load(two, policy, path, Nobody())) == expected
    assert path.read_bytes() == content


def texts(
    found: dict[str, dict[uuid.UUID, tuple[str, str]]],
) -> dict[str, dict[uuid.UUID, str]]:
    return {
        table: {key: text for key, (text, _) in content.items()} for table, content in found.items()
    }
