"""Ids that never change: vectors made by hand from the documented construction."""

import hashlib
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from desktop_migrator.model import Column, ColumnType
from desktop_migrator.plan.identity import row_id_factory, source_id, ulid, uuid7
from desktop_migrator.plan.reject import ItemRejected, RejectionCode

UUID_COLUMN = Column("id", ColumnType.UUID)
TEXT_COLUMN = Column("id", ColumnType.TEXT)
MADE = datetime(2024, 1, 15, 10, 0, tzinfo=UTC)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

names = st.text(max_size=8)


def derived(column: Column, source: str, made: datetime | None = MADE, user: str = "u1") -> str:
    made_id, was_derived = row_id_factory(column, user, "https://a.test", "tasks")(source, made)
    assert was_derived
    return str(made_id)


def test_derived_ids_are_those_of_the_documented_construction() -> None:
    parts = [b"desktop-migrator/1", b"u1", b"https://a.test", b"tasks", "é1".encode()]
    hashed = hashlib.sha256(b"".join(len(part).to_bytes(4, "big") + part for part in parts))
    milliseconds = int(MADE.timestamp() * 1000)
    bits = milliseconds << 80 | int(hashed.hexdigest()[:20], 16)
    found = uuid.UUID(derived(UUID_COLUMN, "é1"))
    assert found.version == 7
    assert found.variant == uuid.RFC_4122
    kept = ~(0xF << 76 | 0b11 << 62)
    assert found.int & kept == bits & kept
    text = derived(TEXT_COLUMN, "é1")
    assert len(text) == 26
    assert sum(CROCKFORD.index(digit) << 5 * at for at, digit in enumerate(reversed(text))) == bits


def test_ids_of_earlier_versions_stay_what_they_were() -> None:
    assert derived(UUID_COLUMN, "1") == "018d0c90-4d00-7dfe-bc2f-065caa47fd75"
    assert derived(TEXT_COLUMN, "1") == "01HM690K80ZQZFRBR6BJN4FZBN"


def test_the_ulid_and_uuid_specifications_own_examples() -> None:
    # github.com/ulid/spec: the largest; RFC 9562, appendix A.6: a version 7 UUID.
    assert ulid((1 << 128) - 1) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
    example = uuid.UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert uuid7(example.int ^ 0xF << 76 ^ 0b11 << 62) == example


@given(*[st.tuples(names, names, names, names)] * 2)
def test_only_the_same_item_gets_the_same_id(
    one: tuple[str, str, str, str], other: tuple[str, str, str, str]
) -> None:
    def of(user: str, origin: str, entity: str, source: str) -> object:
        return row_id_factory(TEXT_COLUMN, user, origin, entity)(source, None)[0]

    assert (of(*one) == of(*other)) == (one == other)


@pytest.mark.parametrize("made", [None, datetime(1969, 7, 20, tzinfo=UTC)])
def test_without_a_usable_time_the_time_part_is_zero(made: datetime | None) -> None:
    assert derived(UUID_COLUMN, "1", made).startswith("00000000-0000-7")


@pytest.mark.parametrize(
    "source",
    [
        "0190a1b2-c3d4-7e5f-8a6b-000000000001",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "F47AC10B-58CC-4372-A567-0E02B2C3D479",
    ],
)
@pytest.mark.parametrize("column", [UUID_COLUMN, TEXT_COLUMN])
def test_uuids_of_any_version_are_kept(source: str, column: Column) -> None:
    made_id, was_derived = row_id_factory(column, "u", "o", "e")(source, None)
    assert not was_derived
    assert str(made_id).casefold() == source.casefold()


@pytest.mark.parametrize(
    "source",
    [
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",  # ULID
        "507f1f77bcf86cd799439011",  # MongoDB's ObjectId
        "cjld2cjxh0000qzrmn831i7rn",  # cuid
        "V1StGXR8_Z5jdHi6B-myT",  # nanoid
        "-JhLeOlGIEjaIOFHR0xd",  # Firebase
    ],
)
def test_ids_of_random_generators_are_kept_in_text_columns_alone(source: str) -> None:
    assert row_id_factory(TEXT_COLUMN, "u", "o", "e")(source, None) == (source, False)
    derived(UUID_COLUMN, source)


@pytest.mark.parametrize(
    "source",
    [
        "1",
        "task-1",
        "getting-started-task-1",
        "task-1700000000000-abc",
        "11111111-1111-1111-1111-111111111111",  # not by RFC 9562
        "00000000-0000-0000-0000-000000000000",
        "1" * 30,
        "a" * 30,
        "01ARZ3NDEKTSV4RRFFQ69G5FAV\n",
    ],
)
@pytest.mark.parametrize("column", [UUID_COLUMN, TEXT_COLUMN])
def test_ids_that_two_users_may_both_have_are_derived(source: str, column: Column) -> None:
    assert derived(column, source) != derived(column, source, user="u2")


def test_an_id_longer_than_the_column_is_derived() -> None:
    column = Column("id", ColumnType.TEXT, max_length=26)
    assert len(derived(column, "0190a1b2-c3d4-7e5f-8a6b-000000000001")) == 26


@pytest.mark.parametrize("json", ["1", '"1"', "1.0", "1e0", "10E-1"])
def test_one_is_one_however_it_is_written(json: str) -> None:
    assert source_id(Raw(json.encode())) == "1"


@pytest.mark.parametrize(
    ("json", "text"),
    [("-0", "0"), ("0.50", "0.5"), ("1e3", "1000"), ("12345678901234567890", None)],
)
def test_numbers_are_ids_as_their_shortest_exact_spelling(json: str, text: str | None) -> None:
    assert source_id(Raw(json.encode())) == (text or json)


@pytest.mark.parametrize(
    ("json", "code"),
    [
        ("null", RejectionCode.MISSING_ID),
        ('""', RejectionCode.MISSING_ID),
        ("true", RejectionCode.BAD_ID),
        ("{}", RejectionCode.BAD_ID),
        ("[1]", RejectionCode.BAD_ID),
        ("1e999", RejectionCode.BAD_ID),
        ("1e999999999999999999999", RejectionCode.OUT_OF_RANGE),
    ],
)
def test_what_is_no_id_is_refused(json: str, code: RejectionCode) -> None:
    with pytest.raises(ItemRejected) as refused:
        source_id(Raw(json.encode()))
    assert refused.value.code is code
