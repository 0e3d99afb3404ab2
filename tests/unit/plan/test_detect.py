"""Secrets and personal data are recognised, and hardly anything else is."""

import base64
import json
import random
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from desktop_migrator.model import Item
from desktop_migrator.plan.detect import SecretDetector, SecretKind, secret_kind
from desktop_migrator.plan.envelope import FieldKey
from tests.unit.plan.helpers import DEFAULT, extracted, extractor, record

SHAPES = json.loads((Path(__file__).parents[2] / "data" / "shapes.json").read_text())
# The example of RFC 7515, appendix A.1.
WEB_TOKEN = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0"
    "dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
PRIVATE_KEY = Ed25519PrivateKey.generate().private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        (PRIVATE_KEY.decode(), "x", SecretKind.PRIVATE_KEY),
        (WEB_TOKEN, "x", SecretKind.JWT),
        (f"Bearer {WEB_TOKEN}", "x", SecretKind.JWT),
        ("ghp_" + "a1B2" * 9, "x", SecretKind.ACCESS),
        ("deploy with AKIA" + "IOSFODNN7EXAMPLE today", "x", SecretKind.ACCESS),
        ("sk_live_" + "x1" * 12, "x", SecretKind.ACCESS),
        ("hunter2", "Password", SecretKind.NAMED),
        ("q9f8d7a6s5d4", "client_secret", SecretKind.NAMED),
        ("maria@example.test", "x", SecretKind.EMAIL),
        ("4111 1111 1111 1111", "x", None),  # two digits alone: nobody's
        ("4012 8888 8888 1881", "x", SecretKind.CARD),
        ("5555-5555-5555-4444", "x", None),
        ("5105105105105100", "x", SecretKind.CARD),
        ("3782 822463 10005", "x", SecretKind.CARD),
        ("6011000990139424", "x", SecretKind.CARD),
        ("3530111333300000", "x", SecretKind.CARD),
        ("4012888888881882", "x", None),  # its check digit is wrong
        ("1012888888881881", "x", None),  # no network
        ("ghp_short", "x", None),
        ("password", "x", None),
        ("", "password", None),
        ("********", "password", None),
        ("bearer", "token_type", None),
        ("token", "token", None),
        ("#1f2d3d", "secret", None),
        ("maria @ home", "x", None),
        ("@maria", "x", None),
        ("git@github.com:demo/app.git", "x", None),
        ("npm@10.2.4", "x", None),
        ("2024-01-15T10:00:00.000Z", "x", None),
        ("0190a1b2-c3d4-7e5f-8a6b-000000000001", "x", None),
        (FieldKey(bytes(32)).encrypt("e.t", "u", b'"x"'), "token", None),
        (FieldKey(bytes(32)).keyed_hash(b"x"), "password", None),
    ],
)
def test_what_counts(text: str, name: str, kind: SecretKind | None) -> None:
    assert secret_kind(text, name) == kind


def findings(key: str, value: object) -> list[tuple[str, str, SecretKind, int]]:
    made = extractor()
    list(made.extract([record(key, json.dumps(value))]))
    return [
        (each.entity, each.field, SecretKind(each.kind), each.count)
        for each in made.accounting.told_suspicions
    ]


def test_fields_are_named_and_values_are_not() -> None:
    task = {"id": "1", "title": "a@b.test", "owner": "a@b.test", "note": {"cc": ["c@d.test", "x"]}}
    assert findings("tasks", [task, task | {"id": "2"}]) == [
        ("tasks", "owner", SecretKind.EMAIL, 2),
        ("tasks", "cc", SecretKind.EMAIL, 2),
    ]
    people = {"a@b.test": {"botToken": "q9f8d7a6s5d4"}, "t@b.test": "c@d.test"}
    assert findings("people", json.dumps(people)) == [
        ("customData", "botToken", SecretKind.NAMED, 1),
        ("customData", "…", SecretKind.EMAIL, 1),
    ]
    assert findings("my-mail", "a@b.test") == [("customData", "my-mail", SecretKind.EMAIL, 1)]


def inspected(value: object) -> list[tuple[str, SecretKind]]:
    """What is found in a record of custom data, whatever the plan does with logins."""
    raw = json.dumps(value, ensure_ascii=False)
    (item,) = extracted([record("k", '"x"')])
    assert isinstance(item, Item)
    found: Counter[tuple[str, str, str]] = Counter()
    SecretDetector("customData", DEFAULT.entities["customData"], found).inspect(
        replace(item, raw=raw)
    )
    return [(field, SecretKind(kind)) for _, field, kind in found]


def nested(value: object, levels: int) -> object:
    for _ in range(levels):
        value = {"in": [value]}
    return value


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (nested({"idToken": "x"}, 200), [("idToken", SecretKind.ACCESS)]),
        (json.dumps(json.dumps({"password": "hunter2"})), [("password", SecretKind.NAMED)]),
        ({"a": base64.b64encode(b'{"mail":"a@b.test"}').decode()}, [("mail", SecretKind.EMAIL)]),
        ({"a": quote('{"card":"5105105105105100"}')}, [("card", SecretKind.CARD)]),
        ({"kv": [["accessToken", "x"], ["n", "M"]]}, [("accessToken", SecretKind.ACCESS)]),
        ({"s": '({name:"M",accessToken:"x"})'}, [("accessToken", SecretKind.ACCESS)]),
        ({"u": "https://x.test/#access_token=x"}, [("access_token", SecretKind.ACCESS)]),
        ({"h": {"Authorization": "Bearer abc"}}, [("Authorization", SecretKind.ACCESS)]),
        ({"k": "ed25519:" + "4rhJjvNnufd9vwff" * 5}, [("k", SecretKind.PRIVATE_KEY)]),
        ({"sid": "s3ss10nSynthetic0123456789"}, [("sid", SecretKind.ACCESS)]),
        ({"mnemonic": "abandon " * 11 + "about"}, [("mnemonic", SecretKind.NAMED)]),
        ({"note": f"I keep {WEB_TOKEN} here, for later"}, [("note", SecretKind.JWT)]),
        ({"token": "color-primary-500-dark"}, []),
        ({"a": base64.b64encode(b"just some words").decode()}, []),
    ],
)
def test_secrets_are_seen_through_encodings_and_at_any_depth(
    value: object, found: list[tuple[str, SecretKind]]
) -> None:
    assert inspected(value) == found


def test_many_fields_are_not_all_named() -> None:
    found = findings("k", {f"field-{number}": "a@b.test" for number in range(200)})
    assert len(found) == 51
    assert found[0] == ("customData", "…", SecretKind.EMAIL, 150)


def test_apps_shapes_raise_no_false_alarm() -> None:
    """Of these real apps' records nothing secret gets past the plan but two e-mail addresses."""
    found = []
    for shape in SHAPES:
        made = extractor()
        list(made.extract([record(shape["key"], shape["value"])]))
        suspicions = made.accounting.told_suspicions
        found += [(shape["key"], each.field, each.kind) for each in suspicions]
    assert found == [("form_signup", "email", SecretKind.EMAIL)]


WORDS = st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=6).map(" ".join)


@given(
    WORDS | st.uuids().map(str) | st.datetimes().map(str) | st.binary(max_size=64).map(bytes.hex)
)
def test_ordinary_texts_are_left_alone(text: str) -> None:
    assume("@" not in text)
    assert secret_kind(text, "note") is None or text.isdigit()


@given(st.integers(10**12, 2 * 10**12) | st.integers(10**15, 2 * 10**15))
def test_times_in_milli_and_microseconds_are_no_cards(number: int) -> None:
    assert secret_kind(str(number), "created") is None


def test_few_numbers_that_are_no_cards_look_like_some() -> None:
    """One in ten has a right check digit; prefixes and lengths leave one in forty at most."""
    digits = random.Random(4)
    texts = ["".join(digits.choices("0123456789", k=16)) for _ in range(20_000)]
    assert sum(secret_kind(text) is not None for text in texts) < 20_000 / 40


@given(
    st.text(max_size=30),
    st.recursive(st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=8),
)
def test_no_value_is_told(name: str, value: object) -> None:
    marked = {name: value, "botToken": "MARKER-1x", "mail": "marker@example.test"}
    told = json.dumps(findings("k", marked))
    assert "MARKER" not in told
    assert "marker" not in told
