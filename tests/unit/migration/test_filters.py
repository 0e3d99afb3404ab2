"""What a person left out in a preview is what the run leaves out, and nothing else."""

from collections import Counter
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.messages import Message
from desktop_migrator.migration.run.filters import (
    EXCLUDED_ITEM,
    ItemOrRejection,
    drop_excluded,
    identity_hashes,
)
from desktop_migrator.model import Item, Rejection
from tests.integration.postgres.factories import source

origins = st.sampled_from(["https://a.test", "https://b.test"])
texts = st.sampled_from(["1", "2", "\ud800", "a\0b"])
derived_items = st.builds(
    lambda entity, origin, name: Item(
        entity, source(origin=origin), name, UUID(int=1), derived=True, values=(), scope=origin
    ),
    st.sampled_from(["tasks", "forms"]),
    origins,
    texts,
)
rejections = st.builds(
    lambda origin, position, raw: Rejection(
        "tasks",
        source("tasks", position, origin),
        "1",
        "missing",
        Message("Why."),
        Message("Do."),
        raw,
    ),
    origins,
    texts,
    texts,
)


def known_as(outcome: ItemOrRejection) -> object:
    """By hand: what makes two derived items, or two rejections, the same."""
    origin = outcome.source.storage_key.origin
    if isinstance(outcome, Rejection):
        return origin, outcome.source.position, outcome.raw
    return outcome.entity, origin, outcome.source_id


@given(st.lists(derived_items | rejections, max_size=12), st.sets(st.integers(0, 11)))
def test_just_those_that_are_the_same_as_one_excluded(
    outcomes: list[ItemOrRejection], numbers: set[int]
) -> None:
    chosen = [outcome for number, outcome in enumerate(outcomes) if number in numbers]
    left_out = frozenset(name for outcome in chosen for name in identity_hashes(outcome))
    gone = {known_as(outcome) for outcome in chosen}
    expected = [outcome for outcome in outcomes if known_as(outcome) not in gone]
    left_aside: Counter[str] = Counter()
    assert list(drop_excluded(outcomes, left_out, left_aside)) == expected
    assert left_aside[EXCLUDED_ITEM] == len(outcomes) - len(expected)


def item(origin: str, *, derived: bool) -> Item:
    return Item("tasks", source(origin=origin), "7", "7", derived, values=(), scope=origin)


def left(outcome: Item, *chosen: Item) -> bool:
    left_out = frozenset(name for each in chosen for name in identity_hashes(each))
    return not list(drop_excluded([outcome], left_out, Counter()))


def test_an_id_that_is_the_rows_names_the_item_from_every_site() -> None:
    shown = item("https://a.test", derived=False)
    assert left(item("https://b.test", derived=False), shown)
    # Another table's column may not take the id, and so have it derived.
    assert left(item("https://b.test", derived=True), shown)


def test_a_derived_id_names_the_item_of_its_site_alone() -> None:
    shown = item("https://a.test", derived=True)
    assert left(item("https://a.test", derived=False), shown)
    assert not left(item("https://b.test", derived=True), shown)


def test_what_was_united_with_the_item_goes_with_it() -> None:
    shown = msgspec.structs.replace(
        item("https://a.test", derived=True), aliases=(("https://b.test", "9"),)
    )
    other = msgspec.structs.replace(item("https://b.test", derived=True), source_id="9")
    assert left(other, shown)
