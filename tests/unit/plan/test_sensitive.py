"""Sensitive fields never leave in clear; JWE's own definition and Python's hmac are the oracles."""

import base64
import hmac
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from pydantic import ValidationError

from desktop_migrator.errors import PlanDoesNotFit
from desktop_migrator.model import Column, ColumnType, Item, Rejection, Table
from desktop_migrator.plan.bind import bind, planned_tables
from desktop_migrator.plan.envelope import HASH_LENGTH, MIN_ENVELOPE_LENGTH, FieldKey
from desktop_migrator.plan.extract import Extractor
from desktop_migrator.plan.json_text import escape_json
from desktop_migrator.plan.reject import RejectionCode
from desktop_migrator.plan.schema import Plan
from desktop_migrator.plan.sensitive import (
    Action,
    FieldProtector,
    SensitiveRule,
    SensitiveRules,
    WithoutKey,
)
from tests.jwe import derived
from tests.jwe import opened as jwe_opened
from tests.unit.plan.helpers import DEFAULT, ORIGIN, USER, plan, record, row

SECRET = bytes(range(32))
KEY = FieldKey(SECRET)
MARK = "ghp_PLANTEDmarker"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "token", "To_ken", "x.y"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def opened(jwe: str) -> tuple[dict[str, Any], Any]:
    return jwe_opened(jwe, SECRET)


def extracted(
    text: str, key: str = "environments", of: Plan = DEFAULT, with_key: FieldKey | None = KEY
) -> list[Item | Rejection]:
    tables = {
        f"{table.schema}.{table.name}" if table.schema else table.name: table
        for table in planned_tables(of)
    }
    extractor = Extractor(of, bind(of, tables), USER, [ORIGIN], with_key)
    return list(extractor.extract([record(key, text)]))


def guard(**rules: str) -> FieldProtector:
    """`__` in a name stands for a dot."""
    listed = [
        SensitiveRule(path.replace("__", "."), Action(action)) for path, action in rules.items()
    ]
    return FieldProtector("e", SensitiveRules(listed), USER, KEY)


def protected(value: object, **rules: str) -> Any:
    return json.loads(bytes(guard(**rules).protect(Raw(json.dumps(value).encode()))))


ENVIRONMENT = {"id": "1", "name": "n"}


@pytest.mark.parametrize(
    "item",
    [
        {"githubToken": MARK},
        {"config": {"githubToken": MARK}},
        {"config": {"deep": [{"GITHUB_TOKEN": MARK}]}},
        {"config": {"text": json.dumps({"github-token": MARK})}},
    ],
)
def test_the_default_plan_encrypts_the_github_token_wherever_it_lies(item: dict[str, Any]) -> None:
    (found,) = extracted(json.dumps([ENVIRONMENT | item]))
    assert isinstance(found, Item)
    assert MARK not in repr(found)
    token = row(found)["config"].decode().replace("\\", "").partition('"eyJ')[2].partition('"')[0]
    header, value = opened(f"eyJ{token}")
    assert value == MARK
    assert header == {
        "alg": "dir", "enc": "A256GCM", "kid": KEY.id, "sub": USER,
        "fld": f"environments.{header['fld'].partition('.')[2]}",
    }  # fmt: skip


def test_repeated_names_keep_no_value() -> None:
    text = '{"a":{"githubToken":"ghp_PLANTEDmarker"},"a":1}'
    twice = '[{"id":"1","name":"n","config":{"githubToken":"ghp_PLANTEDmarker"},"config":{"x":%s}}]'
    (found,) = extracted(twice % json.dumps(text))
    assert isinstance(found, Item)
    assert MARK not in repr(found)


def test_what_is_encrypted_is_so_the_same_each_time_and_for_nobody_else() -> None:
    again = [protected({"t": MARK}, t="encrypt")["t"] for _ in range(2)]
    assert again[0] == again[1]
    theirs = FieldProtector("e", SensitiveRules([SensitiveRule("t", Action.ENCRYPT)]), "other", KEY)
    assert again[0] not in bytes(theirs.protect(Raw(b'{"t":"%s"}' % MARK.encode()))).decode()
    assert len(protected({"t": "x"}, t="encrypt")["t"]) >= MIN_ENVELOPE_LENGTH


@pytest.mark.parametrize("part", range(5))
def test_a_changed_envelope_does_not_open(part: int) -> None:
    parts = KEY.encrypt("e.t", USER, b'"value"').split(".")
    if not parts[part]:
        parts[part] = "A"
    else:
        parts[part] = parts[part][:3] + ("A" if parts[part][3] != "A" else "B") + parts[part][4:]
    changed = ".".join(parts)
    assert KEY.decrypt(changed) is None
    if part in (0, 2, 3, 4):
        with pytest.raises(InvalidTag):
            opened(changed)


def test_hashes_are_keyed_and_can_be_looked_up() -> None:
    digest = hmac.digest(derived(SECRET, "hash"), "ü@a.test".encode(), "sha256")
    expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    value = protected({"mail": "ü@a.test"}, mail="hash")["mail"]
    assert value == f"hmac-sha256:{KEY.id}:{expected}"
    assert len(value) == HASH_LENGTH


def test_redacted_dropped_and_empty() -> None:
    item = {"r": "x", "d": "x", "n": None, "e": "", "k": 1, "list": [{"r": 5}]}
    rules = {"r": "redact", "d": "drop", "n": "encrypt", "e": "hash", "list__r": "redact"}
    assert protected(item, **rules) == {
        "r": "[redacted]", "n": None, "e": "", "k": 1, "list": [{"r": "[redacted]"}]
    }  # fmt: skip


@given(JSON)
def test_protecting_twice_is_protecting_once(value: object) -> None:
    guarding = guard(**{"**__token": "encrypt", "a__b": "hash", "**__x": "drop"})
    once = guarding.protect(Raw(escape_json(json.dumps(value))))
    assert bytes(guarding.protect(once)) == bytes(once)


def tokens_of(value: object) -> list[object]:
    """The members named token, by another way than the product's."""
    if isinstance(value, list):
        return [found for each in value for found in tokens_of(each)]
    if not isinstance(value, dict):
        return []
    return [
        found
        for name, member in value.items()
        for found in ([member] if name in ("token", "To_ken") else tokens_of(member))
    ]


@given(JSON)
def test_every_value_comes_back_and_nothing_else_changes(value: object) -> None:
    made = protected(value, **{"**__token": "encrypt"})
    before, after = tokens_of(value), tokens_of(made)
    assert [opened(each)[1] if each not in (None, "") else each for each in after] == before  # type: ignore[arg-type]

    def blanked(tree: object) -> object:
        if isinstance(tree, list):
            return [blanked(each) for each in tree]
        if not isinstance(tree, dict):
            return tree
        return {n: 0 if n in ("token", "To_ken") else blanked(m) for n, m in tree.items()}

    assert blanked(made) == blanked(value)


def test_surrogates_and_nulls_come_back_exactly() -> None:
    value = '{"t":"a\\u0000b\\ud800␛"}'
    made = bytes(guard(t="encrypt").protect(Raw(escape_json(value)))).decode()
    assert opened(json.loads(made)["t"])[1] == "a\0b\ud800␛"


REJECTED = {
    "not-json": '[{"githubToken":"%s"',
    "unrecognised": '{"githubToken":"%s"}',
    "missing": '[{"id":"1","githubToken":"%s"}]',
    "missing-id": '[{"name":"1","config":{"githubToken":"%s"}}]',
    "wrong-shape": '["{\\"githubToken\\":\\"%s\\"}"]',
    "no-column": '[{"id":"1","name":"n","config":5,"x":1,"githubToken":"%s"}]',
}


@pytest.mark.parametrize("code", REJECTED)
@pytest.mark.parametrize("with_key", [KEY, None])
def test_rejections_hold_no_secret_and_can_be_tried_again(
    code: str, with_key: FieldKey | None
) -> None:
    text = REJECTED[code] % MARK
    (rejection,) = extracted(text, with_key=with_key)
    assert isinstance(rejection, Rejection)
    assert rejection.code == code
    assert MARK not in repr(rejection)
    if with_key is None:
        return
    target = bind(DEFAULT, {table.name: table for table in planned_tables(DEFAULT)})
    again = Extractor(DEFAULT, target, USER, [ORIGIN], KEY).extract_rejected(
        record("environments", rejection.raw), "environments", rejection.source.position
    )
    assert [each.code for each in again if isinstance(each, Rejection)] == [code]
    assert MARK not in repr(again)


def test_a_rejection_of_the_database_goes_in_as_it_would_have() -> None:
    (item,) = extracted(json.dumps([ENVIRONMENT | {"config": {"githubToken": MARK}}]))
    assert isinstance(item, Item)
    target = bind(DEFAULT, {table.name: table for table in planned_tables(DEFAULT)})
    (again,) = Extractor(DEFAULT, target, USER, [ORIGIN], KEY).extract_rejected(
        record("environments", item.raw), "environments", "0"
    )
    assert isinstance(again, Item)
    assert again.values == item.values


def test_without_a_key_the_plan_says_what_happens() -> None:
    rule = DEFAULT.sensitive.model_copy(update={"without_key": WithoutKey.REJECT})
    rejecting = DEFAULT.model_copy(update={"sensitive": rule})
    text = json.dumps([ENVIRONMENT | {"githubToken": MARK, "region": "eu"}])
    (rejection,) = extracted(text, of=rejecting, with_key=None)
    assert isinstance(rejection, Rejection)
    assert (rejection.code, rejection.raw) == (RejectionCode.NO_KEY, "")
    (item,) = extracted(text, with_key=None)
    assert json.loads(row(item)["config"]) == {"region": "eu"}
    (harmless,) = extracted(json.dumps([ENVIRONMENT]), of=rejecting, with_key=None)
    assert isinstance(harmless, Item)


COLUMN = """
[entities.e]
table = "e"
sources = [{ keys = ["e"] }]
columns = { c = { from = %s } }
"""


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ('"$key", sensitive = "encrypt"', "goes with fields"),
        ('"a", rest = true, sensitive = "encrypt"', "goes with fields"),
        ('"length(a)", sensitive = "hash"', "goes with fields"),
        ('"a", type = "text", values = { x = "y" }, sensitive = "hash"', "not converted"),
        ('"@", sensitive = "encrypt"', "no column takes fields"),
        ('"id", sensitive = "hash"', "id cannot"),
        ('"a", sensitive = "drop"', "omit"),
    ],
)
def test_what_cannot_be_protected_is_refused_in_the_plan(columns: str, problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        plan(COLUMN % columns)


@pytest.mark.parametrize("path", ["", "a..b", "**", "a.**", "**.**.a", ".".join("a" * 21)])
def test_paths_that_are_none(path: str) -> None:
    with pytest.raises(ValueError, match=r"path|follow"):
        SensitiveRule(path, Action.DROP)


@pytest.mark.parametrize(
    ("action", "column", "fits"),
    [
        ("encrypt", Column("c", ColumnType.TEXT), True),
        ("encrypt", Column("c", ColumnType.JSONB), True),
        ("encrypt", Column("c", ColumnType.TEXT, max_length=100), False),
        ("encrypt", Column("c", ColumnType.INTEGER), False),
        ("hash", Column("c", ColumnType.TEXT, max_length=72), True),
        ("hash", Column("c", ColumnType.UUID), False),
        ("redact", Column("c", ColumnType.TEXT, max_length=9), False),
    ],
)
def test_a_column_has_to_hold_it(action: str, column: Column, fits: bool) -> None:
    of = plan(COLUMN % f'"a.b", sensitive = "{action}"')
    table = Table("e", (Column("id", ColumnType.TEXT, nullable=False), column))
    if fits:
        (target,) = bind(of, {"e": table})
        assert target.secret_columns == {"c"}
        assert target.secret_members == {"b"}
    else:
        with pytest.raises(PlanDoesNotFit, match="cannot hold"):
            bind(of, {"e": table})


def test_a_whole_item_can_be_sensitive() -> None:
    of = plan("""
[entities.e]
table = "e"
id = { from = "$key" }
sources = [{ keys = ["*"], unwrap = "any", shape = "single" }]
columns = { v = { from = "@", type = "jsonb", sensitive = "encrypt" } }
""")
    for text, value in ((MARK, MARK), ('{"a":[1.50]}', {"a": [1.5]})):
        (item,) = extracted(text, "k", of)
        assert isinstance(item, Item)
        assert opened(json.loads(item.values[1]))[1] == value
        assert text not in repr(item)


def test_keys_have_a_text() -> None:
    assert FieldKey.from_text(f" {KEY.text}\n").secret == SECRET
    assert KEY.text not in repr(KEY)
    for wrong in ("", KEY.text[:-1], KEY.text[:-1] + "9", KEY.text + "A", "*" * 43):
        with pytest.raises(ValueError, match="is not a key"):
            FieldKey.from_text(wrong)
