"""Drafted plans, on what libraries wrote and on shapes of apps: what they take, and how."""

import json
import lzma
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop_migrator.model import (
    Item,
    Profile,
    Record,
    Rejection,
    StorageKey,
    Store,
    StoreFormat,
)
from desktop_migrator.plan.companions import find_companions
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.infer.draft_plan import draft_plan
from desktop_migrator.plan.infer.guesses import Confidence, InferredPlan
from desktop_migrator.plan.schema import load_plan, parse_plan
from desktop_migrator.plan.schema_entity import Entity
from tests.unit.plan.helpers import ORIGIN, extractor, record, row, targets

DATA = Path(__file__).parents[3] / "data"
PAGES: dict[str, dict[str, str]] = json.loads(
    lzma.decompress((DATA / "libraries" / "libraries.json.xz").read_bytes())
)
SHAPES: list[dict[str, str]] = json.loads((DATA / "shapes.json").read_text("utf-8"))
WRITTEN = datetime(2026, 11, 29, 17, tzinfo=UTC)
"""When the pages were: some of what they wrote expires."""


def stored(**values: Any) -> list[Record]:
    return [
        record(key, value if isinstance(value, str) else json.dumps(value))
        for key, value in values.items()
    ]


def of_profile(name: str, **values: Any) -> list[Record]:
    profile = Profile("chrome", "Chrome", name, Path(name))
    store = Store(profile, StoreFormat.CHROMIUM_LEVELDB, Path(name) / "leveldb", 0)
    return [Record(store, StorageKey(ORIGIN), each.key, each.value) for each in stored(**values)]


def drafted(records: list[Record]) -> InferredPlan:
    return draft_plan(records, name="app", origins=[ORIGIN], now=WRITTEN)


def entity(records: list[Record], name: str) -> Entity:
    return drafted(records).plan.entities[name]


def taken(records: list[Record]) -> tuple[Counter[str], list[Rejection], Extractor]:
    """Items by entity, rejections, and the accounting, by the drafted plan."""
    by = extractor(drafted(records).plan)
    outcomes = list(by.extract(records))
    items = Counter(each.entity for each in outcomes if isinstance(each, Item))
    return items, [each for each in outcomes if isinstance(each, Rejection)], by


def types(of: Entity) -> dict[str, str | None]:
    return {name: rules.type for name, rules in of.columns.items()}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_a_page_is_rejected_or_left_over(page: str) -> None:
    records = [record(*each) for each in PAGES[page].items()]
    items, rejected, by = taken(records)
    assert rejected == []
    assert by.accounting.rest == {}
    assert by.accounting.skipped["unmatched"] == 0
    aside = sum(by.accounting.skipped.values())
    assert items or aside == len(records), "each record is in a row or aside"


@pytest.mark.parametrize("page", PAGES)
def test_the_same_records_give_the_same_plan_in_any_order(page: str) -> None:
    records = [record(*each) for each in PAGES[page].items()]
    assert drafted(records).text == drafted(records[::-1]).text


TASKS = {
    "user_id": "text",
    "title": "text",
    "status": "text",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
    "more": "jsonb",
}


@pytest.mark.parametrize(
    ("page", "decode", "items", "shape"),
    [
        ("def--dv", ["devalue"], "@", "list"),
        ("def--ep", ["easy-peasy"], "tasks", "list"),
        ("def--lfrp", ["json", "redux-persist"], "tasks", "list"),
        ("def--lz64", ["lz-string"], "@", "list"),
        ("def--sjref", ["superjson"], "@", "list"),
        ("def--st2z", ["json", "zustand"], "tasks", "list"),
        ("def--store2", [], "@", "list"),
        ("def--sv", ["javascript"], "@", "list"),
        ("def--uri", ["uri"], "@", "list"),
        ("def--wsc", ["web-storage-cache"], "@", "list"),
        ("def--xs", ["xstate"], "tasks", "list"),
        ("def--zj", ["superjson", "zustand"], "tasks", "list"),
        ("def--zmapr", ["zustand", "tagged-types"], "tasks", "map"),
    ],
)
def test_the_same_tasks_are_found_through_each_librarys_envelope(
    page: str, decode: list[str], items: str, shape: str
) -> None:
    tasks = entity([record(*each) for each in PAGES[page].items()], "tasks")
    (source,) = tasks.sources
    assert (source.decode, source.items, source.shape) == (decode, items, shape)
    assert types(tasks).items() >= TASKS.items()
    assert (tasks.id.from_, tasks.id.type) == (["id"], "uuid")
    assert (tasks.created, tasks.updated) == ("created_at", "updated_at")


def test_tables_of_tinybase_are_entities() -> None:
    pets = entity([record(*each) for each in PAGES["tinybase"].items()], "pets")
    assert pets.sources[0].items == "tables.pets"
    assert pets.sources[0].shape == "map"
    assert pets.id.from_ == ["$name"]


def test_shapes_of_apps_are_taken_whole() -> None:
    seen: Counter[str] = Counter()
    records = []
    for shape in SHAPES:
        seen[shape["key"]] += 1
        records += of_profile(f"P{seen[shape['key']]}", **{shape["key"]: shape["value"]})
    items, rejected, by = taken(records)
    assert rejected == []
    assert by.accounting.rest == {}
    assert items["tasks"] == 8
    assert items["environments"] == 2
    secret = {key for word, key in by.accounting.aside if word == "secret"}
    assert secret == {"@@auth0spajs@@::client::aud::openid", "hassTokens", "secure_apiKey"}
    assert {key for key, _ in by.accounting.cut} == {
        "sb-abcdefghijklmnop-auth-token",
        "firebase:authUser:AIzaPractice:[DEFAULT]",
    }


UUIDS = [f"0fb1b7f4-3d8b-4c33-9a12-0a000000000{n}" for n in (1, 2)]
AREA = {
    "todos-backbone": ",".join(UUIDS),
    f"todos-backbone-{UUIDS[0]}": {"title": "a", "order": 1, "completed": False, "id": UUIDS[0]},
    f"todos-backbone-{UUIDS[1]}": {"title": "b", "order": 2, "completed": True, "id": UUIDS[1]},
    "checked-items": {"two-sum": True, "3sum": False},
    "habitData": {"2024-05-01": {"run": True, "read": False}, "2024-05-02": {"run": False}},
    "pairs": [["k1", "one", 1], ["k2", "two", 2]],
    "ls.notes": [{"id": "n1", "title": "x"}],
    "CapacitorStorage.notes": [{"id": "n2", "title": "y"}],
    "savings": '{"Bank A":1234.5,"Bank B":0.1,"Bank C":1e2,"Bank D":-0}',
    "DS": {"note": {"records": {"n1": {"id": "n1", "title": "ember"}}}},
}


def test_real_apps_shapes_become_rows() -> None:
    records = stored(**AREA)
    items, rejected, by = taken(records)
    assert rejected == []
    assert items == {
        "todos_backbone": 2,
        "checked_items": 2,
        "habit_data": 2,
        "pairs": 2,
        "notes": 2,
        "savings": 4,
        "note": 1,
    }
    assert by.accounting.aside == {("index", "todos-backbone"): 1}
    plan = drafted(records).plan
    assert plan.entities["todos_backbone"].sources[0].keys == ["todos-backbone-*"]
    assert types(plan.entities["habit_data"])["day"] == "date"
    assert types(plan.entities["savings"])["value"] == "numeric"
    assert plan.entities["pairs"].id.from_ == ["field1"]
    savings = [each for each in by.extract(records) if each.entity == "savings"]
    assert [str(row(each, plan)["value"]) for each in savings] == ["1234.5", "0.1", "1E+2", "-0"]


def test_types_are_those_that_take_every_value() -> None:
    items: list[dict[str, Any]] = [
        {
            "id": n,
            "flag": True,
            "size": 3_000_000_000 * n,
            "price": 1.5 * n,
            "at": 1_700_000_000_000 + n,
            "seen": 1_700_000_000 + n,
            "day": "2024-01-01",
            "ref": UUIDS[0],
            "mixed": "text" if n else 1,
            "status": "open" if n % 2 else "done",
            "tags": [],
        }
        for n in range(30)
    ]
    found = drafted(stored(things=items))
    things = found.plan.entities["things"]
    assert types(things) == {
        "user_id": "text",
        "source_id": "integer",
        "flag": "boolean",
        "size": "bigint",
        "price": "numeric",
        "at": "timestamptz",
        "seen": "timestamptz",
        "day": "date",
        "ref": "uuid",
        "mixed": "jsonb",
        "status": "text",
        "tags": "jsonb",
        "more": "jsonb",
    }
    assert things.columns["at"].numbers == "milliseconds"
    assert things.columns["seen"].numbers == "seconds"
    assert things.id.unique_in == "profile"
    assert "few different values, as a status has: done, open" in found.text
    assert "30 of 30 items have it; different values: 2" in found.text


def test_fields_with_ids_of_others_are_references() -> None:
    projects = [{"id": f"p{n}", "name": f"Project {n}"} for n in range(3)]
    tasks = [{"id": f"t{n}", "projectId": f"p{n % 3}", "parentId": None} for n in range(6)]
    tasks[3]["parentId"] = "t0"
    plan = drafted(stored(projects=projects, tasks=tasks)).plan
    columns = plan.entities["tasks"].columns
    assert columns["project_id"].references == "projects"
    assert columns["parent_id"].references == "tasks"


def test_nested_lists_are_entities_if_their_elements_have_ids() -> None:
    lists = [
        {"id": f"l{n}", "steps": [{"id": f"s{n}{m}", "body": "x"} for m in range(2)],
         "log": [{"said": "hi"}]}
        for n in range(2)
    ]  # fmt: skip
    records = stored(lists=lists)
    found = drafted(records)
    steps = found.plan.entities["list_steps"]
    assert steps.sources[0].parent == "lists"
    assert steps.columns["list_id"].references == "lists"
    assert types(found.plan.entities["lists"])["log"] == "jsonb"
    assert "have no id of their own" in found.text
    assert taken(records)[0] == {"lists": 2, "list_steps": 4}


def test_lists_within_nested_lists_are_entities_too() -> None:
    """A board with lists of cards, which have comments: each row knows its parent's."""

    def numbered(kind: str, names: str, **within: Any) -> list[dict[str, Any]]:
        return [{"id": f"{kind}-{name}", "title": name, **within} for name in names]

    def lists(board: str) -> list[dict[str, Any]]:
        return [
            each | {"cards": [
                card | {"comments": numbered(f"comment-{card['id']}", "xy")}
                for card in numbered(f"card-{each['id']}", "pq")
            ]}
            for each in numbered(f"list-{board}", "mn")
        ]  # fmt: skip

    boards = [each | {"lists": lists(each["id"])} for each in numbered("board", "ab")]
    records = stored(boards=boards)
    plan = drafted(records).plan
    parents = {name: each.parents for name, each in plan.entities.items() if each.parents}
    assert parents == {
        "board_lists": {"boards"},
        "board_list_cards": {"board_lists"},
        "board_list_card_comments": {"board_list_cards"},
    }
    items, rejected, _ = taken(records)
    assert not rejected
    assert items == {
        "boards": 2, "board_lists": 4, "board_list_cards": 8, "board_list_card_comments": 16,
    }  # fmt: skip


def test_what_differs_between_profiles_names_the_person() -> None:
    notes = [{"id": UUIDS[0], "userId": "ada", "text": "x"}]
    others = [{"id": UUIDS[1], "userId": "bob", "text": "y"}]
    found = drafted([*of_profile("A", notes=notes), *of_profile("B", notes=others)])
    entity = found.plan.entities["notes"]
    assert entity.columns["user_id"].from_ == ["$user"]
    assert entity.omit == ["userId"]


def test_ids_that_count_in_each_profile_are_their_own_there() -> None:
    records = [*of_profile("A", notes=[{"id": 1, "t": "x"}]),
               *of_profile("B", notes=[{"id": 1, "t": "y"}])]  # fmt: skip
    assert entity(records, "notes").id.unique_in == "profile"


def test_two_forms_of_one_key_are_one_entity() -> None:
    notes = {"state": {"notes": [{"id": UUIDS[0], "text": "x"}]}, "version": 1}
    records = [*of_profile("A", notes=[{"id": UUIDS[1], "text": "y"}]),
               *of_profile("B", notes=notes)]  # fmt: skip
    sources = entity(records, "notes").sources
    assert [each.decode for each in sources] == [["zustand"], []]
    assert taken(records)[0]["notes"] == 2


def test_settings_under_keys_of_their_own_are_one_entity() -> None:
    records = [record(*each) for each in PAGES["sec--persistmap"].items()]
    settings = entity(records, "settings")
    assert settings.sources[0].keys == ["settings:*"]
    assert settings.sources[0].decode == ["any"]
    assert types(settings)["value"] == "jsonb"


SECRETS = ("Synth3tic0paque", "eyJhbGci", "ed25519:", "hunter2!", "s3ss10nSynthetic",
           "opaqueSynthetic", "opaque-access", "v1.synthetic", "k3ySynthetic",
           "r3freshSynthetic")  # fmt: skip


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("sec--", "auth_"))])
def test_no_secret_gets_into_a_row_or_into_the_plan(page: str) -> None:
    if page == "sec--falsepos":
        pytest.skip("has none")
    records = [record(*each) for each in PAGES[page].items()]
    found = drafted(records)
    items = [each for each in extractor(found.plan).extract(records) if isinstance(each, Item)]
    shown = f"{found.text} {[each.values for each in items]}"
    assert [secret for secret in SECRETS if secret in shown] == []


def test_what_only_looks_like_a_secret_is_data() -> None:
    records = [record(*each) for each in PAGES["sec--falsepos"].items()]
    items, _, by = taken(records)
    assert items.total() == 9, "eight records, of which one is notes and what is beside them"
    assert by.accounting.skipped.total() == 0
    assert "redact" not in drafted(records).text


def test_what_lies_beside_a_login_in_an_encoded_member_is_data() -> None:
    records = [record(*each) for each in PAGES["sec--rtkq"].items()]
    rows = [each.raw for each in extractor(drafted(records).plan).extract(records)]
    assert any('"invalidationBehavior":"delayed"' in each for each in rows)


def test_guesses_say_how_sure_they_are_and_hold_no_value() -> None:
    found = drafted(stored(notes=[{"text": f"hidden{n}"} for n in range(3)]))
    doubtful = [each for each in found.guesses if each.confidence is Confidence.DOUBTFUL]
    assert [each.place for each in doubtful] == ["entities.notes.id"]
    assert "hidden" not in found.text + str([each.what for each in found.guesses])


def test_a_drafted_plan_is_read_from_its_text() -> None:
    found = drafted(stored(**{'we"ird': [{"id": "a b", "$odd": 1, "": 2, "x.y": 3, "'": 4}]}))
    assert parse_plan(found.text.encode(), Path("p")) == found.plan
    items, rejected, _ = taken(stored(**{'we"ird': [{"id": "a b", "$odd": 1, "": 2, "x.y": 3}]}))
    assert items.total() == 1
    assert rejected == []


def test_nothing_gives_a_plan_too() -> None:
    assert list(drafted([]).plan.entities) == ["custom_data"]
    assert load_plan(None).version == drafted([]).plan.version


def test_what_has_expired_in_one_browser_is_data_in_another() -> None:
    notes = json.dumps([{"id": UUIDS[0], "text": "x"}])
    ours = stored(**{"lscache-n": notes, "lscache-n-cacheexpiration": "28333333"})
    theirs = stored(**{"lscache-n": notes, "lscache-n-cacheexpiration": "166666666"})
    plan = drafted(ours).plan
    companions = find_companions(plan, lambda: ours)
    by = Extractor(plan, targets(plan), "u", [ORIGIN], companions=companions)
    assert list(by.extract(ours)) == []
    assert by.accounting.skipped == {"expired": 1, "metadata": 1}
    companions = find_companions(plan, lambda: theirs)
    by = Extractor(plan, targets(plan), "u", [ORIGIN], companions=companions)
    assert [each.raw for each in by.extract(theirs)] == [notes]
    assert drafted(theirs).plan.entities["lscache_n"].sources[0].decode == ["lscache"]
