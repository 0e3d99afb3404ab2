"""What the default plan makes of what popular libraries and apps keep in localStorage."""

import json
from pathlib import Path
from typing import Any

import pytest

from desktop_migrator.model import Item
from tests.unit.plan.helpers import extractor, record, row

SHAPES = json.loads((Path(__file__).parents[2] / "data" / "shapes.json").read_text())

# In the order of the file: the key, and the word under which the record is left aside or the
# entity and number of its items.
EXPECTED = [
    ("task-store", "tasks", 5),
    ("environments", "environments", 1),
    ("tasks", "tasks", 3),
    ("environments", "environments", 1),
    ("form_signup", "formData", 1),
    ("secure_apiKey", "secret", 0),
    ("cache_user", "cache", 0),
    ("electric-offline-queue", "customData", 1),
    ("persist:root", "customData", 1),
    ("todo", "customData", 1),
    ("darkMode", "customData", 1),
    ("REACT_QUERY_OFFLINE_CACHE", "cache", 0),
    ("superjson-example", "customData", 1),
    ("i18nextLng", "customData", 1),
    ("theme", "customData", 1),
    ("sb-abcdefghijklmnop-auth-token", "secret", 0),
    ("@@auth0spajs@@::client::aud::openid", "secret", 0),
    ("firebase:authUser:AIzaPractice:[DEFAULT]", "secret", 0),
    ("hassTokens", "secret", 0),
    ("dockedSidebar", "customData", 1),
    ("react-todos", "customData", 1),
    ("todos-backbone", "customData", 1),
    ("excalidraw", "customData", 1),
    ("TLDRAW_USER_DATA_v3", "customData", 1),
    ("grafana.explore.richHistory", "customData", 1),
]


@pytest.mark.parametrize(
    ("shape", "expected"),
    list(zip(SHAPES, EXPECTED, strict=True)),
    ids=[f"{shape['key']} of {shape['app']}" for shape in SHAPES],
)
def test_each_known_shape_becomes_what_it_should(
    shape: dict[str, str], expected: tuple[str, str, int]
) -> None:
    key, word, count = expected
    assert shape["key"] == key
    made = extractor()
    items = list(made.extract([record(key, shape["value"])]))
    assert made.records == 1
    assert [getattr(item, "entity", None) for item in items] == [word] * count
    assert all(isinstance(item, Item) for item in items), items
    assert made.left_aside == ({} if items else {word: 1})


def shape_rows(number: int) -> list[dict[str, Any]]:
    shape = SHAPES[number]
    return [row(item) for item in extractor().extract([record(shape["key"], shape["value"])])]


def test_the_apps_tasks_keep_ids_statuses_times_and_all_other_fields() -> None:
    rows = shape_rows(0)
    source = json.loads(SHAPES[0]["value"])["state"]["tasks"]
    statuses = [found["status"] for found in rows]
    assert statuses == ["in_progress", "completed", "completed", "paused", "cancelled"]
    for found, task in zip(rows, source, strict=True):
        assert str(found["id"]) == task["id"]
        assert found["title"] == task["title"]
        made = found["created_at"]
        assert made.isoformat() == task["createdAt"].replace(".000Z", "+00:00")
        kept = {"id", "title", "description", "status", "createdAt", "updatedAt"}
        rest = {name: value for name, value in task.items() if name not in kept}
        assert json.loads(found["metadata"]) == rest


def test_flat_settings_go_into_config_and_nested_ones_stay_as_they_are() -> None:
    (flat,), (nested,) = shape_rows(1), shape_rows(3)
    assert json.loads(flat["config"]) == {
        "githubOrganization": "o",
        "githubToken": "ghp_practiceSECRET",
        "githubRepository": "o/r",
        "description": "",
    }
    assert nested["config"] == b'{"githubToken":"ghp_practiceSECRET2"}'


def test_custom_data_says_whether_the_record_was_json() -> None:
    (is_json,), (is_text,) = shape_rows(10), shape_rows(14)
    assert (is_json["value"], is_json["encoding"]) == (b"true", "json")
    assert (is_text["value"], is_text["encoding"]) == (b'"dark"', "text")


def test_custom_data_holds_the_record_digit_by_digit() -> None:
    (found,) = shape_rows(8)
    assert found["value"] == SHAPES[8]["value"].encode()
    assert found["key"] == "persist:root"
