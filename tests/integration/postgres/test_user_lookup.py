"""Finding a person's id in the app's own tables."""

import uuid

import pytest
from sqlalchemy import Connection, text

from desktop_migrator.errors import (
    MigratorError,
    PermissionMissing,
    PlanDoesNotFit,
    TableMissing,
    UserAmbiguous,
    UserNotFound,
)
from desktop_migrator.postgres.schema.user_lookup import lookup_user
from tests.integration.conftest import on_every_server

ADA, EVA, TWIN = (str(uuid.UUID(int=number)) for number in (1, 2, 3))


@pytest.fixture
def people(connection: Connection) -> Connection:
    connection.execute(text('CREATE TABLE "user" (id uuid, "eMail" varchar(99), number int)'))
    connection.execute(
        text('INSERT INTO "user" VALUES (:id, :email, :number)'),
        [
            {"id": ADA, "email": "Ada@example.test", "number": 7},
            {"id": EVA, "email": "O'éva%_\\@example.test", "number": 8},
            {"id": TWIN, "email": "twin@example.test", "number": 9},
            {"id": ADA, "email": "TWIN@example.test", "number": 9},
            {"id": None, "email": "idless@example.test", "number": 10},
        ],
    )
    return connection


def find(connection: Connection, value: str, match: str = "eMail") -> str:
    return lookup_user(connection, "user", match, "id", value)


@on_every_server
@pytest.mark.parametrize(
    ("value", "person"),
    [
        ("Ada@example.test", ADA),
        ("ada@EXAMPLE.test", ADA),
        ("  ada@example.test\n", ADA),
        ("O'éva%_\\@example.test", EVA),
        ("twin@example.test", TWIN),
        ("TWIN@example.test", ADA),
    ],
)
def test_a_person_is_found_exactly_or_whatever_the_case(
    people: Connection, value: str, person: str
) -> None:
    assert find(people, value) == person


def test_letters_beyond_ascii_match_whatever_their_case(people: Connection) -> None:
    assert find(people, "O'ÉVA%_\\@example.test") == EVA


def test_a_column_of_numbers_can_be_searched(people: Connection) -> None:
    assert find(people, "7", match="number") == ADA


@pytest.mark.parametrize(
    "value",
    [
        "", "nobody@example.test", "%", "Ada_example.test", "' OR true --", "idless@example.test",
        "a\0b", "\ud800",
    ],
)  # fmt: skip
def test_a_stranger_is_not_found_and_not_quoted(people: Connection, value: str) -> None:
    with pytest.raises(UserNotFound) as caught:
        find(people, value)
    assert (
        str(caught.value) == "This person is not known to the app: No row of user has this eMail."
    )


def test_a_person_found_twice_is_one_person(people: Connection) -> None:
    people.execute(text('INSERT INTO "user" SELECT * FROM "user"'))
    assert find(people, "Ada@example.test") == ADA


@pytest.mark.parametrize(("value", "match"), [("Twin@example.test", "eMail"), ("9", "number")])
def test_several_people_are_not_guessed_between(people: Connection, value: str, match: str) -> None:
    with pytest.raises(UserAmbiguous, match=f"this {match}"):
        find(people, value, match)


def test_a_view_in_another_schema_will_do(people: Connection) -> None:
    people.execute(text("CREATE SCHEMA auth"))
    people.execute(text('CREATE VIEW auth.users AS SELECT id, "eMail" AS email FROM "user"'))
    assert lookup_user(people, "auth.users", "email", "id", "ada@example.test") == ADA


@pytest.mark.parametrize(
    ("table", "match", "id_column", "kind"),
    [
        ("absent", "eMail", "id", TableMissing),
        ("user", "email", "id", PlanDoesNotFit),
        ("user", "eMail", 'id" FROM "user"; --', PlanDoesNotFit),
    ],
)
def test_a_lookup_that_does_not_fit_is_said(
    people: Connection, table: str, match: str, id_column: str, kind: type[MigratorError]
) -> None:
    with pytest.raises(kind):
        lookup_user(people, table, match, id_column, "Ada@example.test")


def test_a_missing_right_is_said(people: Connection) -> None:
    people.execute(text("CREATE ROLE blind"))
    people.execute(text("SET ROLE blind"))
    with pytest.raises(PermissionMissing, match="user"):
        find(people, "Ada@example.test")
    people.rollback()
