"""Which keys were met more than once."""

from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.postgres.load.duplicate_key_filter import DuplicateKeyFilter


@given(st.lists(st.integers(0, 20)))
def test_every_key_met_twice_is_known(keys: list[int]) -> None:
    repeats = DuplicateKeyFilter()
    for key in keys:
        repeats.add(key)
    assert all(key in repeats for key in keys if keys.count(key) > 1)


def test_hardly_any_other_key_is() -> None:
    repeats = DuplicateKeyFilter()
    for number in range(300_000):
        repeats.add(("tasks", f"id {number}"))
    repeats.add(("tasks", "id 7"))
    assert ("tasks", "id 7") in repeats
    assert sum(("tasks", f"id {number}") in repeats for number in range(300_000)) < 100


def test_nothing_is_repeated_before_anything_is_noted() -> None:
    assert "key" not in DuplicateKeyFilter()
