"""Inferring is bounded, whatever a store holds; how long it takes is told by counting work."""

import json
import string

from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.model import Item, Record, Rejection
from desktop_migrator.plan.infer.draft_plan import draft_plan
from desktop_migrator.plan.reject import RejectionCode
from tests.unit.plan.helpers import extractor, record


def test_a_hundred_thousand_records_are_one_entity() -> None:
    records = [
        record(f"note-{number}", f'{{"id":{number},"title":"t"}}') for number in range(100_000)
    ]
    found = draft_plan(records, name="app")
    assert [(each.name, each.items) for each in found.entities] == [("note", 100_000)]


def test_fifty_thousand_names_are_a_map_and_not_columns() -> None:
    many = {f"name{number}x": number for number in range(50_000)}
    found = draft_plan([record("config", json.dumps(many))], name="app")
    assert [(each.items, len(each.columns)) for each in found.entities] == [(50_000, 3)]


def test_an_item_with_fifty_thousand_fields_has_few_columns() -> None:
    many = {f"name{number}x": number for number in range(50_000)}
    found = draft_plan([record("items", json.dumps([many]))], name="app")
    assert len(found.entities[0].columns) < 250


def test_thousands_of_lists_give_a_plan_of_bounded_size() -> None:
    letters = string.ascii_lowercase
    records = [
        record(f"k{a}{b}{c}", '[{"id":1}]') for a in letters for b in letters for c in letters[:4]
    ]
    found = draft_plan(records, name="app")
    assert len(found.plan.entities) <= 100
    assert not [each for each in extractor(found.plan).extract(records)
                if isinstance(each, Rejection)]  # fmt: skip


def test_depth_costs_its_record_only() -> None:
    records = [
        record("deep", "[" * 500_000 + "]" * 500_000),
        record("deeper", '{"a":' * 5_000 + "1" + "}" * 5_000),
        record("notes", '[{"id":"a"}]'),
    ]
    found = draft_plan(records, name="app")
    outcomes = list(extractor(found.plan).extract(records))
    assert [each.entity for each in outcomes if isinstance(each, Item)] == ["notes"]
    codes = {each.code for each in outcomes if isinstance(each, Rejection)}
    assert codes <= {RejectionCode.TOO_DEEP.value}


def test_texts_that_look_encoded_are_searched_in_bounds() -> None:
    records = [record(f"k{number}", "QUJD" * 20_000) for number in range(100)]
    records.append(record("percent", "%41" * 200_000))
    assert draft_plan(records, name="app").records == 101


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner,
                                                                max_size=4),
    max_leaves=20,
)  # fmt: skip
_VALUES = _JSON.map(lambda value: json.dumps(value, ensure_ascii=False)) | st.text(max_size=20)


@given(st.dictionaries(st.text(min_size=1, max_size=8), _VALUES, max_size=6))
def test_any_area_gives_a_plan_that_rejects_nothing_and_leaves_nothing(
    area: dict[str, str],
) -> None:
    records: list[Record] = [record(*each) for each in area.items()]
    found = draft_plan(records, name="app")
    assert found.text == draft_plan(records[::-1], name="app").text
    by = extractor(found.plan)
    rejected = [each for each in by.extract(records) if isinstance(each, Rejection)]
    assert [(each.code, str(each.reason)) for each in rejected] == []
    assert by.accounting.rest == {}
    assert by.accounting.skipped["unmatched"] == 0
