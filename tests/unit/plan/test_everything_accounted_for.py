"""For each value read, the row, the rejection, the aside or the rest that it is in."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from hypothesis import given

from desktop_migrator.model import Item, Rejection, Superseded
from desktop_migrator.plan.classify import RecordClassifier
from desktop_migrator.plan.companions import find_companions
from desktop_migrator.plan.found_items import UNREAD_NAMES, FoundItems
from desktop_migrator.plan.read_ids import IdReader
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.load.deduplicate import Deduplicator, identity_key
from desktop_migrator.postgres.load.duplicate_key_filter import DuplicateKeyFilter
from tests.unit.plan.helpers import ORIGIN, extractor, record, targets
from tests.unit.plan.random_plans import (
    EXPIRY_SUFFIX,
    FIRST_MARKER,
    PAIR_NAME,
    PAST,
    plans,
    spelled,
    stores,
)

_MARKER = re.compile(str(FIRST_MARKER)[:4] + r"\d{3}")

Store = dict[str, tuple[str, Any, str]]


def markers(value: Any) -> set[str]:
    """Of a row's value or a text."""
    if isinstance(value, bytes):
        value = value.decode()
    return set(_MARKER.findall(value if isinstance(value, str) else repr(value)))


def in_row(item: Item) -> set[str]:
    values = item.values[1:] if item.derived else item.values
    return markers(item.source_id).union(*map(markers, values))


def kept_aside(rejection: Rejection | Superseded) -> set[str]:
    """What is kept of it: its text, and where it lay."""
    return markers(rejection.raw) | markers(rejection.source.position)


def names_of_seen(value: Any, seen: set[str]) -> set[str]:
    """The markers in members' names, as far as all of what stands beside them was seen."""
    if isinstance(value, list):
        return set().union(*(names_of_seen(each, seen) for each in value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*(names_of_seen(each, seen) for each in value.values()))
    return found.union(
        *(markers(name) for name, each in value.items() if without(each, seen, names=False) is None)
    )


def left_by_word(item: Item, of: Plan) -> set[str]:
    """What of the item the plan says to omit."""
    try:
        members = json.loads(item.raw)
    except ValueError:
        return set()
    if not isinstance(members, dict):
        return set()
    omitted = (members[name] for name in of.entities[item.entity].omit if name in members)
    return set().union(*(markers(spelled(each)) for each in omitted))


def without(value: Any, seen: set[str], *, names: bool) -> Any:
    """The value without these markers, and without what held nothing else; None for nothing.

    `names` of pairs stay where an expression took what stands beside them.
    """
    if isinstance(value, dict):
        members = {name: without(each, seen, names=names) for name, each in value.items()}
        return {name: each for name, each in members.items() if each is not None} or None
    if isinstance(value, list):
        left = [without(each, seen, names=names) for each in value]
        elements = [each for each in left if each is not None]
        return None if elements == [PAIR_NAME] and not names else elements or None
    return None if markers(spelled(value)) & seen else value


def told(value: Any) -> dict[str, tuple[int, int]]:
    """How the rest that this is should be told: by path, its count and size."""
    if value is None:
        return {}
    parts = value if isinstance(value, dict) else {"": value}
    return {
        path: (len(each) if isinstance(each, dict | list) else 1, len(spelled(each)))
        for path, each in parts.items()
    }


def possible_rests(form: str, value: Any, text: str, seen: set[str]) -> list[dict[str, Any]]:
    """What may be told: by what lies in the envelope, or with the envelope."""
    return [
        rest
        for names in (False, True)
        for rest in _possible_rests(form, value, text, seen, names=names)
    ]


def _possible_rests(
    form: str, value: Any, text: str, seen: set[str], *, names: bool
) -> Iterator[dict[str, Any]]:
    left = without(value, seen, names=names)
    envelopes = {
        "zustand": {"state": left, "version": 0},
        "xstate": {"context": left, "status": "active"},
        "superjson": {"json": left},
        "text": None if seen else text,
        "base64": None if seen else text,
    }
    whole = envelopes[form] if form in envelopes else without(json.loads(text), seen, names=names)
    if isinstance(whole, dict):
        whole = {name: each for name, each in whole.items() if each is not None} or None
    yield told(left)
    yield told(whole)


def _whole_texts(outcome: Item | Rejection) -> Iterable[str]:
    yield outcome.raw
    try:
        value = json.loads(outcome.raw)
    except ValueError:
        return
    yield value
    if isinstance(value, dict):  # of many records, each a member
        yield from value.values()


@given(stores(), plans())
def test_every_value_is_in_a_row_or_told(store: Store, of: Plan) -> None:
    records = [record(key, text) for key, (_, _, text) in store.items()]
    by = extractor(of, companions=find_companions(of, lambda: records))
    outcomes = list(by.extract(records))
    for key, (form, value, text) in store.items():
        ours = [each for each in outcomes if each.source.key == key]
        # What several records make together is found with one of them.
        rows = [in_row(each) if isinstance(each, Item) else kept_aside(each) for each in outcomes]
        if any(text in _whole_texts(each) for each in outcomes):
            rows.append(markers(spelled(value)))
        word = [left_by_word(each, of) for each in outcomes if isinstance(each, Item)]
        seen = set().union(*rows, *word)
        rest = {
            path: (total.count, total.size)
            for (of_key, path), total in by.accounting.rest.items()
            if of_key == key
        }
        asides = [word for word, of_key in by.accounting.aside if of_key == key]
        if asides:
            assert not ours
            assert not rest
            assert asides != ["empty"] or not markers(text), "told as empty"
            if asides == ["expired"]:
                assert store[key + EXPIRY_SUFFIX][2] == PAST
            continue
        if key.endswith(EXPIRY_SUFFIX):
            assert ours or rest or any(text in each.raw for each in outcomes)
            continue
        unread = sum(rest.pop(path)[0] for path in list(rest) if path.endswith(UNREAD_NAMES))
        possible = possible_rests(form, value, text, seen)
        assert rest in possible, (key, ours, markers(text) - seen)
        names = names_of_seen(value, seen) - seen
        assert len(names) <= unread, (key, ours, names)


@given(stores(), plans())
def test_sums_close(store: Store, of: Plan) -> None:
    """In two profiles, one of them read twice: each item comes out, or was told as a duplicate."""
    texts = [(key, text) for key, (_, _, text) in store.items()]
    texts += [
        (key, text.replace(str(FIRST_MARKER), str(FIRST_MARKER + 999))) for key, text in texts
    ]
    records = [record(key, text) for key, text in texts + texts[:1]]
    classifier, reader = RecordClassifier(of, [ORIGIN]), IdReader(of)
    found: Counter[str] = Counter()
    keys = DuplicateKeyFilter()
    for each in records:
        for part in classifier.classify(each).found:
            found[part.entity] += len(part.items) if isinstance(part, FoundItems) else 1
            if isinstance(part, FoundItems):
                for source_id in reader.ids(each, part):
                    keys.add(identity_key(part.entity, source_id))
    by = extractor(of)
    outcomes = list(by.extract(records))
    assert found == Counter(each.entity for each in outcomes) + by.accounting.duplicates
    once = Deduplicator(targets(of), keys)
    loaded = list(once.deduplicate(outcomes))
    assert Counter(each.entity for each in outcomes) == once.duplicates + Counter(
        each.entity for each in loaded
    )
    items = [each for each in loaded if isinstance(each, Item)]
    assert len({(each.entity, each.scope, each.source_id) for each in items}) == len(items)
    kept = [in_row(each) if isinstance(each, Item) else kept_aside(each) for each in loaded]
    before = [in_row(each) for each in outcomes if isinstance(each, Item)]
    assert set().union(*before) <= set().union(*kept)
