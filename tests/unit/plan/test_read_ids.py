"""Ids read by themselves are those of the items."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.model import Item
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.read_ids import IdReader
from desktop_migrator.plan.schema import Plan
from tests.unit.plan.helpers import DEFAULT, ORIGIN, extracted, plan, record

NESTED = plan(
    """
    [entities.notes]
    table = "notes"
    omit = ["meta"]
    id = { from = "meta.key", type = "text" }
    sources = [{ keys = ["tasks"] }]
    columns = { body = { from = "body", type = "text" } }
    """
)


def ids(of: Plan, key: str, value: object) -> list[str]:
    read = record(key, json.dumps(value))
    found = RecordClassifier(of, [ORIGIN]).classify(read)
    return [each for items in found.items for each in IdReader(of).ids(read, items)]


def source_ids(of: Plan, key: str, value: object) -> list[str]:
    outcomes = extracted([record(key, json.dumps(value))], of)
    return [each.source_id for each in outcomes if isinstance(each, Item)]


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None), max_size=4)
)


@given(st.lists(st.fixed_dictionaries({}, optional={"id": SCALARS}), max_size=5))
def test_the_ids_of_items_are_among_those_read(items: list[dict[str, object]]) -> None:
    tasks = [item | {"title": "t"} for item in items]
    assert set(source_ids(DEFAULT, "tasks", tasks)) <= set(ids(DEFAULT, "tasks", tasks))


@pytest.mark.parametrize(
    ("of", "key", "value"),
    [
        (DEFAULT, "formData", {"a": {"x": 1}, "b": {"x": 2}}),
        (DEFAULT, "form_signup", {"x": 1}),
        (DEFAULT, "note", "text"),
        (NESTED, "tasks", [{"meta": {"key": 7}}, {"meta": {"key": "x"}}]),
    ],
)
def test_ids_from_names_keys_and_expressions_are_read(of: Plan, key: str, value: object) -> None:
    assert ids(of, key, value) == source_ids(of, key, value) != []
