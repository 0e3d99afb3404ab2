"""Versions of one item in several stores; what is expected is written by hand from target.md."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from desktop_migrator.messages import NOTHING
from desktop_migrator.migration.run.decisions import Decisions
from desktop_migrator.model import (
    Column,
    ColumnType,
    Conflict,
    ConflictPolicy,
    Difference,
    Item,
    MergeRule,
    Profile,
    Rejection,
    Resolution,
    Source,
    StorageKey,
    Store,
    StoreFormat,
    Superseded,
    Table,
    TargetEntity,
)
from desktop_migrator.postgres.load.conflicts import MASK
from desktop_migrator.postgres.load.deduplicate import Deduplicator, identity_key
from desktop_migrator.postgres.load.duplicate_key_filter import DuplicateKeyFilter

COLUMNS = (
    Column("id", ColumnType.TEXT),
    Column("name", ColumnType.TEXT),
    Column("note", ColumnType.TEXT),
    Column("config", ColumnType.JSONB),
)
MONDAY, TUESDAY, FRIDAY = (datetime(2026, 6, day, tzinfo=UTC) for day in (1, 2, 5))
NEWEST, FIELDS = MergeRule.NEWEST, MergeRule.FIELDS
KEEP, REPLACE, MERGE = Resolution.KEEP, Resolution.REPLACE, Resolution.MERGE
INTERACTIVE = ConflictPolicy.INTERACTIVE


def entity(rule: MergeRule = NEWEST, *unique: tuple[str, ...]) -> TargetEntity:
    table = Table("envs", COLUMNS, ("id",), unique=unique)
    identity = tuple(map(frozenset, unique))
    return TargetEntity("envs", table, "id", None, COLUMNS, rule=rule, identity=identity)


def source(written: datetime | None, origin: str = "https://a.test") -> Source:
    profile = Profile("chrome", "Chrome", "Anna", Path("p"))
    store = Store(profile, StoreFormat.FIREFOX, Path("s"), 0, modified=written)
    return Source(store, StorageKey(origin), "envs")


def version(
    name: str,
    *,
    written: datetime | None = None,
    updated: datetime | None = None,
    created: datetime | None = None,
    **other: Any,
) -> Item:
    """One of the item 1, unless told otherwise."""
    row_id = other.pop("id", "1")
    settings = {"source": source(written), "source_id": row_id, "derived": False} | other
    note, config = settings.pop("note", None), settings.pop("config", None)
    return Item(
        entity="envs",
        id=row_id,
        values=(row_id, name, note, config),
        updated_at=updated,
        created_at=created,
        scope=settings["source"].storage_key.origin,
        **settings,
    )


def deduplicated(
    target: TargetEntity, *items: Item, said: "Said | None" = None
) -> tuple[list[Item], dict[str, int]]:
    repeats = DuplicateKeyFilter()
    deduplicator = (
        Deduplicator([target], repeats, said.policy, said.decisions.answer, said.undecided)
        if said
        else Deduplicator([target], repeats)
    )
    for item in items:
        repeats.add(identity_key("envs", item.source_id))
        deduplicator.register_natural_keys(item)
    outcomes = list(deduplicator.deduplicate(items))
    result = [each for each in outcomes if isinstance(each, Item)]
    superseded = [each for each in outcomes if isinstance(each, Superseded)]
    counts = {"superseded": len(superseded), "duplicates": deduplicator.duplicates["envs"]}
    assert len(result) + sum(counts.values()) == len(items)
    return result, {name: number for name, number in counts.items() if number}


class Said:
    """A person who answers each pair when all were found, and remembers it."""

    def __init__(self, *answers: Resolution, policy: ConflictPolicy = INTERACTIVE) -> None:
        self.policy = policy
        self.decisions = Decisions()
        self.asked: list[Conflict] = []
        self._waiting: list[Conflict] = []
        self._answers = iter(answers)

    def undecided(self, conflict: Conflict) -> None:
        self._waiting.append(conflict)

    def settle(self, target: TargetEntity, *items: Item) -> tuple[list[Item], dict[str, int]]:
        while True:
            self._waiting.clear()
            result = deduplicated(target, *items, said=self)
            if not self._waiting:
                return result
            for conflict in self._waiting:
                self.asked.append(conflict)
                self.decisions.put(conflict, next(self._answers))


ONE_GAVE_WAY = {"superseded": 1}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("rule", "first", "second", "counts"),
    [
        # (name, store written, updated, created): the one called "this" counts.
        (NEWEST, ("this", MONDAY, FRIDAY, None), ("that", FRIDAY, TUESDAY, None), ONE_GAVE_WAY),
        (NEWEST, ("this", MONDAY, None, FRIDAY), ("that", FRIDAY, None, TUESDAY), ONE_GAVE_WAY),
        (NEWEST, ("this", MONDAY, FRIDAY, None), ("that", FRIDAY, None, TUESDAY), ONE_GAVE_WAY),
        (NEWEST, ("this", FRIDAY, MONDAY, None), ("that", MONDAY, MONDAY, None), ONE_GAVE_WAY),
        (NEWEST, ("this", FRIDAY, None, None), ("that", MONDAY, FRIDAY, None), ONE_GAVE_WAY),
        (NEWEST, ("this", MONDAY, None, None), ("that", None, FRIDAY, None), ONE_GAVE_WAY),
        *(
            (rule, ("this", FRIDAY, MONDAY, None), ("that", MONDAY, FRIDAY, None), ONE_GAVE_WAY)
            for rule in (MergeRule.OVERWRITE, MergeRule.PROMPT)
        ),
        (NEWEST, ("this", FRIDAY, None, None), ("this", MONDAY, None, None),
         {"duplicates": 1}),
    ],
)  # fmt: skip
def test_one_version_counts(
    rule: MergeRule, first: Any, second: Any, counts: dict[str, int], turned: bool
) -> None:
    versions = [
        version(name, written=written, updated=updated, created=created)
        for name, written, updated, created in (first, second)
    ]
    result, found = deduplicated(entity(rule), *(versions[::-1] if turned else versions))
    assert [item.values[1] for item in result] == ["this"]
    assert found == counts


def test_of_versions_alike_the_first_counts() -> None:
    versions = [version(name) for name in ("a", "b", "c")]
    for order in permutations(versions):
        assert deduplicated(entity(), *order)[0] == [order[0]]


def test_fields_makes_one_of_both() -> None:
    later = version("later", written=FRIDAY, config=b'{"a": 1}', escaped=("name",))
    earlier = version(
        "earlier", written=MONDAY, note="kept", config=b'{"a": 2, "b": [1]}', escaped=("note",)
    )
    for order in ((later, earlier), (earlier, later)):
        [both], counts = deduplicated(entity(FIELDS), *order)
        assert both.values == ("1", "later", "kept", b'{"a":1,"b":[1]}')
        assert both.escaped == ("name", "note")
        assert counts == ONE_GAVE_WAY


def test_values_that_a_version_leaves_open_are_taken_from_the_other() -> None:
    later = version("later", written=FRIDAY)
    later = msgspec.structs.replace(later, values=(*later.values[:2], UNSET, UNSET))
    earlier = version("earlier", written=MONDAY, note="kept", config=b"[]")
    [both], _ = deduplicated(entity(FIELDS), later, earlier)
    assert both.values == ("1", "later", "kept", b"[]")


def test_derived_ids_are_one_by_site_and_source_id_alone() -> None:
    one = version("a", id="x", source_id="7", derived=True)
    same = version("b", id="y", source_id="7", derived=True)
    other_site = version(
        "c", id="z", source_id="7", derived=True, source=source(None, "https://b.test")
    )
    assert deduplicated(entity(), one, same, other_site)[0] == [one, other_site]


def test_ids_that_differ_in_case_are_two_items() -> None:
    items = [version("a", id="abc"), version("b", id="ABC")]
    assert deduplicated(entity(), *items)[0] == items


def test_what_fields_loses_of_a_version_is_superseded() -> None:
    later = version("same", written=FRIDAY, config=b'{"a": [1]}')
    for other, counts in (
        (version("same", written=MONDAY, note="n", config=b'{"a": [2], "b": 1}'), "duplicates"),
        (version("same", written=MONDAY, config=b'{"a": {"x": 1}}'), "superseded"),
        (version("other", written=MONDAY), "superseded"),
        (version("", written=MONDAY, config=b"null"), "duplicates"),
    ):
        for order in ((later, other), (other, later)):
            assert deduplicated(entity(FIELDS), *order)[1] == {counts: 1}


_TIMES = st.sampled_from([None, MONDAY, TUESDAY, FRIDAY])
_VERSIONS = st.lists(
    st.builds(
        lambda name, row_id, note, written, updated: version(
            name, id=row_id, note=note, written=written, updated=updated
        ),
        *(st.sampled_from(texts) for texts in ("xyz", "abc", (None, "", "1", "2"))),
        _TIMES,
        _TIMES,
    ),
    max_size=12,
)


@given(_VERSIONS, st.sampled_from(MergeRule))
def test_every_version_counts_or_is_equal_or_is_named(items: list[Item], rule: MergeRule) -> None:
    target = entity(rule, ("name",))
    result, _ = deduplicated(target, *items)  # in which the sum is checked
    assert len({item.id for item in result}) == len({item.values[1] for item in result})
    assert {item.values[1] for item in result} <= {item.values[1] for item in items}


# ---- versions between which the person decides ---------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "rule", "values", "counts"),
    [
        (KEEP, NEWEST, ("later", None), ONE_GAVE_WAY),
        (KEEP, FIELDS, ("later", None), ONE_GAVE_WAY),
        (REPLACE, NEWEST, ("earlier", "n"), ONE_GAVE_WAY),
        (REPLACE, FIELDS, ("earlier", "n"), ONE_GAVE_WAY),
        (MERGE, NEWEST, ("later", "n"), ONE_GAVE_WAY),
    ],
)
def test_the_person_says_which_version_counts(
    answer: Resolution, rule: MergeRule, values: tuple[str, str | None], counts: dict[str, int]
) -> None:
    later = version("later", written=FRIDAY, updated=FRIDAY)
    earlier = version("earlier", written=MONDAY, updated=MONDAY, note="n")
    for order in ((later, earlier), (earlier, later)):
        said = Said(answer)
        [one], found = said.settle(entity(rule), *order)
        assert one.values[1:3] == values
        assert found == counts
        [conflict] = said.asked
        assert (conflict.row_source, conflict.item_source) == (later.source, earlier.source)
        assert conflict.differences == (
            Difference("name", "later", "earlier"),
            Difference("note", None, "n"),
        )


def test_a_merge_that_loses_nothing_supersedes_nothing() -> None:
    said = Said(MERGE)
    [one], counts = said.settle(entity(), version("same", note="n"), version("same", config=b"[]"))
    assert one.values == ("1", "same", "n", b"[]")
    assert counts == {"duplicates": 1}


def test_a_decision_holds_whichever_store_was_written_last() -> None:
    said = Said(REPLACE)
    versions = version("a", written=FRIDAY), version("b", written=MONDAY)
    assert said.settle(entity(), *versions)[0] == [versions[1]]
    since = versions[0], version("b", written=datetime(2027, 1, 1, tzinfo=UTC))
    assert said.settle(entity(), *since)[0] == [since[1]]
    assert len(said.asked) == 1
    changed = versions[0], version("c", written=MONDAY)
    with pytest.raises(StopIteration):  # another version is another question
        said.settle(entity(), *changed)


@pytest.mark.parametrize(
    ("policy", "rule", "asks"),
    [
        (INTERACTIVE, NEWEST, True),
        (ConflictPolicy.MERGE, MergeRule.PROMPT, True),
        (ConflictPolicy.MERGE, NEWEST, False),
        (ConflictPolicy.SKIP, MergeRule.PROMPT, False),
        (ConflictPolicy.OVERWRITE, MergeRule.PROMPT, False),
    ],
)
def test_decisions_count_where_they_are_needed(
    policy: ConflictPolicy, rule: MergeRule, asks: bool
) -> None:
    versions = version("a", written=FRIDAY), version("b", written=MONDAY)
    said = Said(REPLACE)
    said.settle(entity(rule), *versions)
    said.policy = policy
    [one], _ = deduplicated(entity(rule), *versions, said=said)
    assert one.values[1] == ("b" if asks else "a")


def test_the_version_chosen_is_asked_about_with_a_third_one() -> None:
    said = Said(REPLACE, MERGE)
    versions = [
        version("a", written=FRIDAY),
        version("b", written=TUESDAY),
        version("c", written=MONDAY, note="n"),
    ]
    [one], counts = said.settle(entity(), *versions)
    assert one.values == ("1", "b", "n", None)
    assert counts == {"superseded": 2}
    assert [(each.differences[0].row, each.differences[0].item) for each in said.asked] == [
        ("a", "b"),
        ("b", "c"),
    ]


def test_what_is_equal_is_not_asked_about() -> None:
    said = Said()
    same = [version("a", written=written, note="n") for written in (MONDAY, FRIDAY)]
    assert said.settle(entity(), *same)[1] == {"duplicates": 1}
    assert said.settle(BY_NAME, version("a", id="1"), version("a", id="2"))[1] == {"duplicates": 1}


def test_secret_values_are_not_shown() -> None:
    target = replace(entity(), secret_columns=frozenset({"note"}))
    said = Said(KEEP)
    said.settle(target, version("a", note="one"), version("a", note="two"))
    assert said.asked[0].differences == (Difference("note", MASK, MASK),)


def test_items_that_share_a_key_are_asked_about() -> None:
    said = Said(REPLACE)
    first, second = version("dev", id="a", updated=FRIDAY), version("dev", id="b", note="n")
    [one], counts = said.settle(BY_NAME, first, second)
    assert (one.id, one.aliases) == ("b", (("https://a.test", "a"),))
    assert counts == ONE_GAVE_WAY
    assert said.asked[0].fields == ("id", "note")


@given(_VERSIONS, st.sampled_from(MergeRule), st.lists(st.sampled_from(Resolution)))
def test_decisions_lose_no_version_and_are_asked_for_once(
    items: list[Item], rule: MergeRule, answers: list[Resolution]
) -> None:
    target = entity(rule, ("name",))
    said = Said(*answers, *[KEEP] * 12 * 12)
    result, counts = said.settle(target, *items)  # in which the sum is checked
    assert len(said.asked) <= max(len(items) - 1, 0)
    assert said.settle(target, *items) == (result, counts)
    assert len({item.id for item in result}) == len({item.values[1] for item in result})


BY_NAME = entity(NEWEST, ("name",))


def test_items_with_the_same_natural_key_are_one() -> None:
    first = version("dev", id="a", updated=MONDAY)
    second = version("dev", id="b", note="new", updated=FRIDAY)
    [one], counts = deduplicated(BY_NAME, first, second)
    assert one.id == "b"
    assert one.aliases == (("https://a.test", "a"),)
    assert counts == ONE_GAVE_WAY


def test_a_key_with_an_empty_column_is_none() -> None:
    items = [version("dev", id=name, note=None) for name in "ab"]
    assert deduplicated(entity(NEWEST, ("name", "note")), *items)[0] == items
    with_note = [
        msgspec.structs.replace(item, values=(item.id, "dev", "n", None)) for item in items
    ]
    assert len(deduplicated(entity(NEWEST, ("name", "note")), *with_note)[0]) == 1


def test_what_is_one_by_id_and_by_key_in_turn_is_one() -> None:
    chain = [
        version("dev", id="a", updated=MONDAY),
        version("dev", id="b", updated=TUESDAY),
        version("prod", id="b", updated=FRIDAY),
        version("prod", id="c", updated=MONDAY),
    ]
    for order in permutations(chain):
        result, counts = deduplicated(BY_NAME, *order)
        # The newest b is called prod, so that a, which alone is called dev, stands by itself.
        assert {(item.id, item.values[1]) for item in result} == {("a", "dev"), ("b", "prod")}
        assert sum(counts.values()) == 2
        assert [item.aliases for item in result if item.id == "b"] == [(("https://a.test", "c"),)]


def test_two_keys_join_three_items() -> None:
    target = entity(NEWEST, ("name",), ("note",))
    items = [
        version("x", id="a", note="1", updated=MONDAY),
        version("y", id="b", note="2", updated=TUESDAY),
        version("x", id="c", note="2", updated=FRIDAY),
    ]
    for order in permutations(items):
        [one], _ = deduplicated(target, *order)
        assert one.id == "c"
        assert {source_id for _, source_id in one.aliases} == {"a", "b"}


def test_only_what_may_be_there_again_is_held_back() -> None:
    repeats = DuplicateKeyFilter()
    for name in ("1", "2", "2"):
        repeats.add(identity_key("envs", name))
    rejection = Rejection("envs", source(None), None, "not-json", NOTHING, NOTHING, "")

    def outcomes() -> Iterator[Item | Rejection]:
        yield version("held", id="2")
        yield version("passes", id="1")
        yield rejection
        raise AssertionError

    stream = Deduplicator([entity()], repeats).deduplicate(outcomes())
    first: Sequence[Any] = [next(stream), next(stream)]
    assert first[0].id == "1"
    assert first[1] is rejection
