"""The made-up person of the demo's sample profiles: what the app kept in four browsers.

Nothing here belongs to anybody; every token is plainly a fake.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, product
from typing import Any

from tests.browsers.lives import Area
from tests.browsers.site import Records

APP = "http://app.demo.test:3000"
NEWS = "http://news.test:3000"
SHOP = "http://shop.test:3000"
FAKE_TOKEN = "FAKE-token-of-the-demo-000000000000"

Areas = dict[Area, Records]

_START = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)
_TITLES = tuple(
    f"{verb} {thing}"
    for thing, verb in product(
        (
            "the login page",
            "the invoice export",
            "the café menu",
            "the dark theme",
            "the search results",
            "the Übersicht page",
            "the e-mail templates",
            "the upload limit",
            "the 日本語 translation",
            "the release notes 🚀",
        ),
        ("Review", "Fix", "Rewrite", "Measure", "Document", "Test"),
    )
)


def maria() -> Areas:
    """At home: the app as the guide describes it, with one task that no database takes as it is
    (its title holds U+0000 and half an emoji) and one that cannot go (its status is unknown).
    """
    tasks = _tasks(range(1, 37), ("todo", "in-progress", "done", "pending"))
    tasks[10]["title"] = "Paste from the old terminal\0 \ud83d"
    tasks[20]["status"] = "someday"
    environments = [
        _environment("env-1", "Production", region="eu-central", replicas=3),
        _environment("env-2", "Staging", region="eu-central", replicas=1),
    ]
    return {
        Area(APP): _as_json(
            {
                "tasks": tasks,
                "environments": environments,
                "formData": {
                    "signup": {"email": "maria@example.test", "step": 2},
                    "search": {"q": "smørrebrød"},
                },
                "form_feedback": {"rating": 4, "text": "Nice, but slow on Mondays."},
                "userPreferences": {
                    "theme": "dark",
                    "locale": "de-DE",
                    "notifications": {"email": True, "desktop": False},
                },
                "my-widget": {"open": True, "width": 320},
                "cache_user": {"data": {"name": "Maria"}, "timestamp": 1709544600000, "ttl": 60000},
                "sb-demo-auth-token": {
                    "access_token": FAKE_TOKEN,
                    "token_type": "bearer",
                    "refresh_token": FAKE_TOKEN,
                    "user": {"id": "maria"},
                },
            }
        )
        | {"plain-flag": "on", "clipboard": "cut in half: \ud83d\0"},
        Area(NEWS): {"read": json.dumps([f"article-{n}" for n in range(12)]), "font": "large"},
        Area(SHOP): _as_json({"cart": [{"sku": "TEA-1", "count": 2}], "tasks": []}),
        # A chat window that the shop frames in the app's pages.
        Area(SHOP, top_level_site="http://demo.test"): _as_json({"chat": {"open": False}}),
    }


def work() -> Areas:
    """In the office: a later version of the app, which keeps its state with zustand."""
    statuses = ("IN_PROGRESS", "DONE", "MERGED", "PAUSED", "CANCELLED")
    tasks = [
        task
        | {
            "id": _uuid7(n),
            "description": f"Agreed in the meeting of week {n % 52 + 1}.",
            "branch": f"feature/{n}",
            "repository": "demo/app",
            "isArchived": n % 5 == 0,
            "messages": [{"role": "user", "type": "text", "data": {"text": "Please look at it."}}],
        }
        for n, task in enumerate(_tasks(range(41, 57), statuses), start=41)
    ]
    environment = {
        "id": _uuid7(900),
        "name": "Office",
        "description": "",
        "githubOrganization": "demo",
        "githubRepository": "demo/app",
        "githubToken": FAKE_TOKEN,
        **_times(3),
    }
    return {
        Area(APP): _as_json(
            {
                "task-store": {"state": {"tasks": tasks}, "version": 0},
                "environments": {"state": {"environments": [environment]}, "version": 0},
                "electric-offline-queue": [],
                "secure_apiKey": {"value": FAKE_TOKEN, "encrypted": False, "expiresAt": None},
            }
        ),
        Area(NEWS): {"read": "[]"},
    }


def holiday() -> Areas:
    """On an old laptop: three of the tasks at home again, one of them changed since."""
    statuses = ("todo", "in-progress", "done", "pending")
    overlap = [task for task in _tasks(range(1, 37), statuses) if task["id"] in {"3", "5", "8"}]
    overlap[-1] |= {"status": "done", "updatedAt": _moment(200)}
    tasks = [*overlap, *_tasks(range(61, 70), ("todo", "done"))]
    return {
        Area(APP): _as_json(
            {"tasks": tasks, "userPreferences": {"theme": "light", "locale": "de-DE"}}
        ),
        Area(NEWS): {"font": "small"},
        Area(SHOP, top_level_site="http://demo.test"): _as_json({"chat": {"open": True}}),
    }


def tablet() -> Areas:
    """On a tablet: a form half filled in and two tasks."""
    return {
        Area(APP): _as_json(
            {
                "tasks": _tasks(range(71, 73), ("todo",)),
                "form_checkin": {"room": "4 b", "guests": 2},
            }
        ),
        Area(NEWS): {"font": "huge"},
    }


def _tasks(numbers: Iterable[int], statuses: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"id": str(n), "title": _TITLES[n % len(_TITLES)], "status": status, **_times(n)}
        for n, status in zip(numbers, cycle(statuses), strict=False)
    ]


def _environment(id_: str, name: str, **config: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "config": config, "isActive": True, **_times(1)}


def _times(day: int) -> dict[str, str]:
    return {"createdAt": _moment(day), "updatedAt": _moment(day + 10)}


def _moment(day: int) -> str:
    moment = _START + timedelta(days=day, minutes=37 * day)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _uuid7(number: int) -> str:
    """Looks like a UUIDv7 of the spring of 2024."""
    return f"018e{number:04x}-5c00-7000-8000-{number:012x}"


def _as_json(values: dict[str, Any]) -> Records:
    """The texts that JSON.stringify makes of the values."""
    return {key: _stringify(value) for key, value in values.items()}


def _stringify(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)
