"""The store of findings against a plain list of them, which is the oracle."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_migrator.migration.preview import preview_store as module
from desktop_migrator.migration.preview.preview_store import (
    Filter,
    PreviewDetail,
    PreviewEntry,
    PreviewState,
    PreviewStore,
)
from desktop_migrator.model import Conflict, ConflictKind, Difference, Resolution

texts = st.text("abÄäßİ ı'%_\\", max_size=4)
cells = st.tuples(texts, texts)


@dataclass
class Plain:
    """What a finding is, in the list."""

    state: PreviewState
    cells: tuple[str, str]
    left_out: bool
    name: bytes


entries = st.lists(
    st.builds(Plain, st.sampled_from(PreviewState), cells, st.booleans(), st.just(b""))
)


def detail(number: int) -> PreviewDetail:
    return PreviewDetail("Chrome", "Anna", "https://a.test", f"key {number}", "", None, "\ud800 {}")


def fill(
    findings: PreviewStore, entity: str, plain: list[Plain], step: int = 3, first: int = 0
) -> None:
    findings.register_entity(entity, entity, ("id", "title"))
    for start in range(first, len(plain), step):
        batch = plain[start : start + step]
        for number, each in enumerate(batch, start):
            each.name = f"{entity[:6]:6}{number:010}".encode()
        findings.add(
            entity,
            [
                PreviewEntry(each.state, each.cells, [each.name], detail(number), each.left_out)
                for number, each in enumerate(batch, start)
            ],
        )


def is_wanted(each: Plain, wanted: Filter) -> bool:
    return (
        (wanted.state is None or each.state is wanted.state)
        and wanted.excluded in (None, each.left_out)
        and (
            not wanted.text or any(wanted.text.casefold() in text.casefold() for text in each.cells)
        )
    )


filters = st.builds(
    Filter, st.none() | st.sampled_from(PreviewState), st.none() | st.booleans(), texts
)


@settings(max_examples=150)
@given(
    st.tuples(entries, entries),
    filters,
    st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=5),
    st.integers(1, 7),
)
def test_pages_filters_and_leaving_out_are_those_of_a_plain_list(
    both: tuple[list[Plain], list[Plain]],
    wanted: Filter,
    changes: list[tuple[int, bool]],
    slice_size: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch, PreviewStore() as findings:
        patch.setattr(module, "SLICE", slice_size)
        for entity, plain in zip(("tasks", "forms"), both, strict=True):
            fill(findings, entity, plain)
        for entity, plain in zip(("tasks", "forms"), both, strict=True):
            for place, left_out in changes:
                if place < len(plain):
                    findings.set_excluded(entity, [place], left_out)
                    plain[place].left_out = left_out
            kind = findings.entity_summary(entity)
            assert kind.total == len(plain)
            assert kind.excluded_count == sum(each.left_out for each in plain)
            for state in PreviewState:
                assert kind.counts[state] == sum(each.state is state for each in plain)
            found = [place for places in findings.search(entity, wanted) for place in places]
            assert found == [i for i, each in enumerate(plain) if is_wanted(each, wanted)]
            seen = findings.page(entity, 0, 100)
            assert [(each.state, each.cells, each.excluded) for each in seen] == [
                (each.state, each.cells, each.left_out) for each in plain
            ]
            assert findings.page(entity, 2, 3) == seen[2:5]
            assert findings.rows_at(entity, found) == [seen[place] for place in found]
        names = {each.name for plain in both for each in plain if each.left_out}
        assert findings.excluded_items() == names


def test_everything_about_one_is_there_to_the_letter() -> None:
    with PreviewStore() as findings:
        fill(findings, "tasks", [Plain(PreviewState.NEW, ("1", "A"), False, b"")] * 5)
        assert findings.detail("tasks", 3) == detail(3)
        assert [found.key for _, found in findings.rows_with_details("tasks")] == [
            f"key {n}" for n in range(5)
        ]


def conflict(number: int, *fields: str) -> Conflict:
    differences = tuple(Difference(name, "a", None) for name in fields)
    return Conflict("tasks", str(number), differences, None, None, b"\0\xff", b"i", b"m")


def test_answers_hold_for_one_for_all_alike_and_for_all() -> None:
    chosen = random.Random(1)
    conflicts = [conflict(n, *chosen.choice([("title",), ("title", "status")])) for n in range(40)]
    plain: dict[int, Resolution | None] = dict.fromkeys(range(40))
    with PreviewStore() as findings:
        findings.register_entity("tasks", "tasks", ("id",))
        findings.add(
            "tasks",
            [
                PreviewEntry(PreviewState.DIFFERS, ("x",), [b"n" * 16], detail(0), False, c)
                for c in conflicts
            ],
        )
        findings.set_excluded("tasks", [5], excluded=True)
        findings.set_group_answer("tasks", Resolution.KEEP, ConflictKind(("title", "status")))
        findings.set_answer("tasks", 3, Resolution.MERGE)
        for place, each in enumerate(conflicts):
            if each.fields == ("title", "status"):
                plain[place] = Resolution.KEEP
        plain[3] = Resolution.MERGE
        del plain[5]
        found = list(findings.conflicts_with_answers("tasks"))
        assert {place: answer for place, _, answer in found} == plain
        assert [each for _, each, _ in found] == [conflicts[place] for place, _, _ in found]
        assert findings.conflict("tasks", 3) == (conflicts[3], Resolution.MERGE)
        groups = {alike.kind.fields: alike for alike in findings.conflict_groups("tasks")}
        for fields, alike in groups.items():
            same = [answer for place, each, answer in found if each.fields == fields]
            assert alike.count == len(same)
            assert alike.answers == {answer: same.count(answer) for answer in set(same)}
        findings.set_group_answer("tasks", Resolution.REPLACE)
        assert {answer for _, _, answer in findings.conflicts_with_answers("tasks")} == {
            Resolution.REPLACE
        }
