"""Answers that hold for more than one question, and the file of those about versions."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_migrator.migration.run.decisions import Decisions, Questioning
from desktop_migrator.model import (
    Conflict,
    Difference,
    Profile,
    Resolution,
    Source,
    StorageKey,
    Store,
    StoreFormat,
)
from desktop_migrator.reporter import AnswerScope, ConflictQuestion, ConflictReply, NullReporter

KEEP, REPLACE, MERGE = Resolution.KEEP, Resolution.REPLACE, Resolution.MERGE


def source(name: str) -> Source:
    profile = Profile("chrome", "Chrome", name, Path(name))
    return Source(Store(profile, StoreFormat.FIREFOX, Path(name), 0), StorageKey("a"), "k", "0")


def versions(row: bytes, item: bytes, *, first: str = "Anna", second: str = "Ben") -> Conflict:
    differences = (Difference("name", "a", "b"),)
    sources = source(first), source(second)
    return Conflict("tasks", "1", differences, None, None, row, item, b"", *sources)


class Person(NullReporter):
    def __init__(self, *replies: ConflictReply) -> None:
        super().__init__()
        self._replies = iter(replies)
        self.questions: list[ConflictQuestion] = []
        self.waiting: list[Conflict] = []

    def resolve(self, question: ConflictQuestion) -> ConflictReply | None:
        self.questions.append(question)
        return next(self._replies, None)

    def conflicting(self, conflict: Conflict) -> None:
        self.waiting.append(conflict)


def answer(decisions: Decisions, conflict: Conflict) -> Resolution | None:
    return decisions.answer("tasks", "1", conflict.row_digest, conflict.item_digest)


@pytest.mark.parametrize(
    ("scope", "others"), [(AnswerScope.SIMILAR, None), (AnswerScope.ALL, REPLACE)]
)
def test_an_answer_for_more_holds_in_later_rounds(
    tmp_path: Path, scope: AnswerScope, others: Resolution | None
) -> None:
    path = tmp_path / "decisions.json"
    one, alike = versions(b"1", b"2"), versions(b"2", b"3")
    elsewhere = versions(b"2", b"4", second="Cem")
    person = Person(ConflictReply(REPLACE, scope))
    questioning = Questioning(Decisions(path), person)
    assert questioning.answer_from_before(one) is None
    assert questioning.ask([one]) == 0
    assert questioning.answer_from_before(alike) is REPLACE
    assert questioning.answer_from_before(elsewhere) is others
    assert questioning.ask([]) == 0
    kept = Decisions(path)
    assert [answer(kept, each) for each in (one, alike, elsewhere)] == [REPLACE, REPLACE, others]


def test_questions_are_numbered_through_all_rounds_and_counted_by_where_versions_lie() -> None:
    first = [versions(b"1", b"2"), versions(b"3", b"2", first="Ben", second="Anna")]
    person = Person(*[ConflictReply(KEEP)] * 3)
    questioning = Questioning(Decisions(), person)
    questioning.ask(first)
    questioning.ask([versions(b"5", b"6")])
    asked = [(each.number, each.total, each.similar_count) for each in person.questions]
    assert asked == [(1, 2, 1), (2, 2, 1), (3, 3, 1)]


def test_where_nobody_is_there_what_waits_is_told_and_written_down(tmp_path: Path) -> None:
    path = tmp_path / "decisions.json"
    waiting = [versions(b"1", b"2"), versions(b"3", b"2")]
    person = Person(ConflictReply(MERGE))
    assert Questioning(Decisions(path), person).ask(waiting) == 1
    assert person.waiting == waiting[1:]
    kept = Decisions(path)
    assert [answer(kept, each) for each in waiting] == [MERGE, None]


def test_a_version_may_meet_several_others_but_a_row_is_in_one_state() -> None:
    decisions = Decisions()
    pairs = [versions(b"1", b"3"), versions(b"2", b"3")]
    for each, said in zip(pairs, (KEEP, REPLACE), strict=True):
        decisions.put(each, said)
    assert [answer(decisions, each) for each in pairs] == [KEEP, REPLACE]
    rows = [replace(each, row_source=None, item_source=None) for each in pairs]
    decisions = Decisions()
    for each, said in zip(rows, (KEEP, REPLACE), strict=True):
        decisions.put(each, said)
    assert [answer(decisions, each) for each in rows] == [None, REPLACE]


def test_the_file_says_whose_versions_they_are_whatever_their_names(tmp_path: Path) -> None:
    path = tmp_path / "decisions.json"
    decisions = Decisions(path)
    decisions.put(versions(b"1", b"2", first="\ud800", second="x" * 5000), KEEP)
    decisions.save()
    text = path.read_text()
    assert '"row_source": "Chrome, \\\\ud800"' in text
    assert answer(Decisions(path), versions(b"1", b"2")) is KEEP
