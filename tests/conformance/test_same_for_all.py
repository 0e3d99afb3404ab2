"""'The same for all like this', over every case of a conflict, on real servers.

Such an answer holds for the later conflicts of the same entity that differ in the same fields, and
for no other; it is kept in the decisions file, and a run that reads the file asks nobody.
"""

import json
import uuid
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_migrator.migration.run.decisions import Decisions, resolve_with_user
from desktop_migrator.model import Conflict, ConflictPolicy, Item, MergeRule, Resolution
from desktop_migrator.postgres.load.pending_conflicts import find_pending_conflicts
from desktop_migrator.reporter import (
    AnswerScope,
    ConflictQuestion,
    ConflictReply,
)
from tests.conformance.conflict_cases import (
    CASES,
    COLUMNS,
    expected_text,
    items,
    row_id,
    rows,
    written_from,
)
from tests.integration.conftest import on_every_server
from tests.integration.postgres.factories import USER, Bench
from tests.recording_reporter import RecordingReporter

ENTITIES = ("tasks", "notes")
Kind = tuple[str, tuple[str, ...]]
"""An entity, and the fields that differ."""
SIDES = {Resolution.KEEP: "row", Resolution.REPLACE: "item", Resolution.MERGE: "merged"}
DIFFERING = {
    number: tuple(name for name in COLUMNS if case.row.get(name) != case.item.get(name))
    for number, case in enumerate(CASES)
    if not case.equal
}
KINDS = list(dict.fromkeys((entity, names) for entity in ENTITIES for names in DIFFERING.values()))


def reply_to(kind: Kind, number: int, singly: int, turn: int) -> ConflictReply:
    """To the question of that number about the kind: the first ones are answered singly.

    Neighbouring kinds get other answers, so that one which reaches too far is seen.
    """
    answer = tuple(Resolution)[(KINDS.index(kind) + number + turn) % len(Resolution)]
    return ConflictReply(answer, AnswerScope.ONE if number < singly else AnswerScope.SIMILAR)


class Person(RecordingReporter):
    def __init__(self, singly: int, turn: int) -> None:
        super().__init__()
        self.asked: Counter[Kind] = Counter()
        self.alike: list[int] = []
        self._way = singly, turn

    def resolve(self, question: ConflictQuestion) -> ConflictReply:
        kind = question.conflict.entity, question.conflict.fields
        reply = reply_to(kind, self.asked[kind], *self._way)
        self.asked[kind] += 1
        if reply.scope is AnswerScope.SIMILAR:
            self.alike.append(question.similar_count)
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
    resolve_with_user(waiting(bench, policy, decisions, outcomes), decisions, person)
    # What counts for the load is what the file says, not what is still in memory.
    bench.load(*outcomes, policy=policy, decisions=Decisions(path).answer)
    return {table: rows(bench, table) for table in ENTITIES}


def waiting(
    bench: Bench, policy: ConflictPolicy, decisions: Decisions, outcomes: list[Item]
) -> list[Conflict]:
    with bench.connection.begin() as trial:
        found = list(
            find_pending_conflicts(
                bench.connection,
                list(bench.entities.values()),
                bench.deduplicator(outcomes).deduplicate(outcomes),
                user_id=USER,
                policy=policy,
                decisions=decisions.answer,
                reporter=RecordingReporter(),
                total=len(outcomes),
            )
        )
        trial.rollback()
    return found


class Nobody(RecordingReporter):
    def resolve(self, question: ConflictQuestion) -> ConflictReply:
        raise AssertionError(question)


@on_every_server
@pytest.mark.parametrize("policy", [ConflictPolicy.INTERACTIVE, ConflictPolicy.MERGE])
@pytest.mark.parametrize("turn", range(len(Resolution)))
@pytest.mark.parametrize("singly", [0, 1])
def test_the_same_for_all_like_this(
    two: Bench, tmp_path: Path, policy: ConflictPolicy, turn: int, singly: int
) -> None:
    answers: dict[tuple[str, str], Resolution] = {}
    sizes: Counter[Kind] = Counter()
    expected: dict[str, dict[uuid.UUID, str]] = {}
    for entity in ENTITIES:
        expected[entity] = {key: text for key, (text, _) in rows(two, entity).items()}
        for number, names in DIFFERING.items():
            kind = entity, names
            answer = reply_to(kind, min(sizes[kind], singly), singly, turn).resolution
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
