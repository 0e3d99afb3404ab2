"""What a capture's file is called."""

from datetime import date
from pathlib import Path

import pytest

from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.sealed.capture_name import capture_name, unused_path
from desktop_migrator.plan.schema import load_plan

DAY = date(2026, 11, 30)
SITE = ("https://app.example.com:8443",)


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        (Person("4711"), "4711"),
        (Person("Ünal/../x"), "unal-x"),
        (Person(email="maria.von_braun@example.com"), "mvb"),
        (Person(email="@"), ""),
        (Person(), ""),
    ],
)
def test_a_file_is_named_by_app_person_and_day(person: Person, shown: str) -> None:
    name = "-".join(part for part in ("app-example-com", shown, "2026-11-30") if part)
    assert capture_name(load_plan(None), SITE, person, DAY) == name


def test_the_plan_names_the_app_before_the_web_site() -> None:
    plan = load_plan(None).model_copy(update={"name": "Acme Tasks"})
    assert capture_name(plan, SITE, Person("1"), DAY) == "acme-tasks-1-2026-11-30"
    assert capture_name(load_plan(None), (), Person(), DAY) == "my-data-2026-11-30"


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    first = unused_path(tmp_path, "a")
    first.touch()
    assert [first.name, unused_path(tmp_path, "a").name] == ["a.dmcapture", "a-2.dmcapture"]
