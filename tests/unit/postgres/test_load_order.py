"""The order in which items that refer to each other are loaded."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from desktop_migrator.model import (
    Column,
    ColumnType,
    ForeignKey,
    Item,
    Reference,
    Rejection,
    Table,
    TargetEntity,
    UnresolvedReference,
)
from desktop_migrator.postgres.load.load_order import (
    dependency_levels,
    in_level_order,
    order_parents_first,
)
from tests.integration.postgres.factories import item, rejection

ORIGIN = "https://a.test"
ID, PARENT = Column("id", ColumnType.TEXT), Column("parent", ColumnType.TEXT)


def entity(
    name: str, *refers: str, keys: tuple[str, ...] = (), inward: bool = False
) -> TargetEntity:
    table = Table(
        name,
        (ID, PARENT),
        schema="app",
        foreign_keys=tuple(ForeignKey(("parent",), "app", key, ("id",)) for key in keys),
    )
    others = (*refers, name) if inward else refers
    references = tuple(
        Reference(PARENT, other, table, ID, None, null_if_dangling=False) for other in others
    )
    return TargetEntity(name, table, "id", None, (ID, PARENT), references=references)


def names(entities: list[TargetEntity]) -> list[list[str]]:
    return [[each.name for each in level] for level in dependency_levels(entities)]


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        ([entity("a"), entity("b")], [["a", "b"]]),
        ([entity("a", "b"), entity("b")], [["b"], ["a"]]),
        ([entity("a", inward=True)], [["a"]]),
        ([entity("a", keys=("b", "users")), entity("b")], [["b"], ["a"]]),
        ([entity("a", "elsewhere")], [["a"]]),
        ([entity("a", "b"), entity("b", keys=("a",))], [["b"], ["a"]]),
        (
            [entity("c", "b"), entity("b", "a"), entity("a"), entity("d")],
            [["a", "d"], ["b"], ["c"]],
        ),
    ],
)
def test_entities_come_after_those_that_they_refer_to(
    entities: list[TargetEntity], expected: list[list[str]]
) -> None:
    assert names(entities) == expected


@given(
    st.lists(st.integers(0, 12), max_size=12).flatmap(
        lambda parents: st.tuples(st.just(parents), st.permutations(range(len(parents))))
    )
)
def test_nothing_is_lost_and_no_child_precedes_its_parent(
    drawn: tuple[list[int], list[int]],
) -> None:
    """`parents[n]` is the parent of item n; it may be the item itself, in a circle, or nowhere."""
    parents, order = drawn
    family = entity("a", inward=True)
    outcomes: list[Item | Rejection] = [rejection("a")]
    for number in order:
        parent: Any = UnresolvedReference(ORIGIN, str(parents[number]), None)
        outcomes.append(item("a", str(number), parent))
    given_out = list(order_parents_first(outcomes, [family]))
    assert sorted(map(id, given_out)) == sorted(map(id, outcomes))
    places = {each.id: place for place, each in enumerate(given_out) if isinstance(each, Item)}
    for number, parent in enumerate(parents):
        if not in_circle(number, parents) and str(parent) in places:
            assert places[str(parent)] < places[str(number)]


def in_circle(number: int, parents: list[int]) -> bool:
    at = number
    for _ in parents:
        if parents[at] >= len(parents):
            return False
        at = parents[at]
        if at == number:
            return True
    return False


def test_what_is_in_order_passes_at_once() -> None:
    family = entity("a", inward=True)
    first, second = item("a", "1", None), item("a", "2", UnresolvedReference(ORIGIN, "1", None))

    def endless() -> Any:
        yield from (first, second)
        raise AssertionError("more was asked for than is needed")

    out = order_parents_first(endless(), [family])
    assert [next(out), next(out)] == [first, second]


@given(st.lists(st.integers(0, 5)), st.sampled_from([0, 2500, 8000, 10**6]))
def test_levels_come_in_order_in_as_few_passes_as_there_is_room(
    numbers: list[int], room: int
) -> None:
    levels = [[entity(str(level))] for level in range(6)]
    outcomes: list[Item | Rejection] = [item(str(n), "x", None) for n in numbers]
    passes = 0

    def extract() -> Any:
        nonlocal passes
        passes += 1
        yield from outcomes

    given_out = [
        (level[0].name, list(part)) for level, part in in_level_order(levels, extract, room)
    ]
    assert [name for name, _ in given_out] == [str(level) for level in range(6)]
    for name, part in given_out:
        assert part == [each for each in outcomes if each.entity == name]
    assert passes == 1 if room == 10**6 else passes <= 6


def test_who_has_enough_of_a_level_gets_the_next_ones_whole() -> None:
    levels = [[entity("a")], [entity("b", "a")]]
    outcomes = [item("a", "1", None), item("a", "2", None), item("b", "3", None)]
    parts = in_level_order(levels, lambda: outcomes)
    assert next(next(parts)[1]) == outcomes[0]
    assert list(next(parts)[1]) == [outcomes[2]]
