"""Logins are cut out of records, the rest stays as it was; of libraries' own pages and of any data.

The pages are what each library wrote into a browser; tokens in them are made up.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import Raw

from desktop_migrator.plan.json_text import (
    as_value,
    encode,
    escape_json,
    escape_unstorable,
    unescape_json,
)
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.secrets.cut import MAX_PATHS, CutResult, cut_logins
from desktop_migrator.plan.secrets.recognise import SecretKind
from tests.unit.plan.helpers import DEFAULT

PAGES: dict[str, dict[str, str]] = json.loads(
    (Path(__file__).parents[2] / "data" / "login_pages.json").read_text()
)
OPAQUE = "Synth3tic0paqueAccess0123456789"
SIGNATURE = "c3ludGhldGljLXNpZ25hdHVyZQ"
"""Of each JSON Web Token on the pages."""
SECRETS = {
    "auth_auth0": [SIGNATURE, "opaqueSyntheticAccess0123456789", "v1.synthetic-refresh"],
    "auth_firebase": [SIGNATURE, "AMf-vBxSYNTHETICrefresh0123456789"],
    "auth_msal5": ["LFDCCGFptAxWbcIYatz9mw", "4fNWaom1FeESPx33R-eOyw", "5OOeX7_OLeoOBAy0yEuIww"],
    "auth_other": [
        SIGNATURE,
        "opaque-access-0123456789abcdef",
        "EvNxn6ZG7CKd3EGUi6ZBJwoRytu3vv6J9xIY8mDWprKrilZrj9geXsSsBd2pPBwlYmjfL7NaLqTLhHHYUodpzzI9q3sSpMm0",
        "ec53cdd1-b0ae-4272-bc09-cb6639d0fb9a",
    ],
    "auth_supabase": [
        SIGNATURE,
        "v1synthetic0refresh",
        "a0bc02a881570d90a214d368746bb8cd9d1a8d0d82e1a0a2db854a5903020d5aa2a02392ccdc0339",
        "29c7ee42cdadda197a316f58f45033eee6b90f3da4096faaafa22bd98db9e03b498bace4dddca411",
        "9ec244ac0f896c83dece480a4979488ff6b66211e1c97c5584124ebfb87068bf1e82285c33abdef8",
    ],
    "sec--bearer": [OPAQUE],
    "sec--names": [
        "s3ss10nSynthetic0123456789",
        "r3freshSynthetic0123456789",
        "k3ySynthetic0123456789abcdef",
        "hunter2!",
    ],
    "sec--near": ["4rhJjvNnufd9vwff7wKeKpiifZ2gfDTHj4EsUmasaSLbc4Vbf25mYSJHj3crKH3gv7tuhrAKLTmX"],
    "sec--rtkq": [OPAQUE, SIGNATURE],
    "sec--sjmap": [OPAQUE],
    "sec--sv": [OPAQUE],
    "sec--svjwt": [SIGNATURE],
    "sec--tbm": [OPAQUE],
    "sec--vuexroot": [SIGNATURE],
    "sec--vumap": [OPAQUE],
    "sec--xst": [SIGNATURE],
    "sec--zdeep": [OPAQUE],
    "sec--zroot": [OPAQUE],
}
WITHOUT = {
    "sec--bearer": {"http": {"state": {"http": {"headers": {}}, "n": 1}, "version": 0}},
    "sec--names": {"login-state": {"state": {"n": 1}, "version": 0}},
    "sec--near": {},
    "sec--sjmap": {},
    "sec--sv": {"user": '({name:"M"})'},
    "sec--svjwt": {"user": '({name:"M"})'},
    "sec--tbm": {
        "tb": [
            [
                {"auth": [{"me": [{}, "", 2789480824]}, "", 253009513]},
                "",
                2760586949,
            ],
            [{}, "", 0],
        ]
    },
    "sec--vuexroot": {"vuex": {"user": {}, "cart": [{"sku": "A", "n": 2}], "x": 1}},
    "sec--vumap": {"auth": [["user", "M"]]},
    "sec--zdeep": {
        "auth-store": {
            "state": {"auth": {"current": {"session": {"tokens": {"access": {}}}}}, "n": 1},
            "version": 0,
        }
    },
    "sec--zroot": {
        "app-store": {
            "state": {
                "user": {"name": "M"},
                "drafts": [{"id": 1, "text": "unsent letter"}],
                "n": 1,
            },
            "version": 0,
        }
    },
    "auth_firebase": {},
    "auth_auth0": {},
    "auth_other": {"wagmi.recentConnectorId": "io.metamask"},
    "auth_supabase": {
        "my-app-auth-user": {
            "user": {
                "id": "u1",
                "aud": "authenticated",
                "role": "authenticated",
                "email": "a@example.test",
                "created_at": "2024-01-01T00:00:00Z",
                "user_metadata": {"theme": "x"},
            }
        }
    },
    "auth_msal5": {},
}


def escaped(text: str) -> Raw:
    value = as_value(escape_json(text))
    return Raw(encode(escape_unstorable(text))) if value is None else value


def cut(value: Any, key: str = "k") -> Any:
    """What is left of a value."""
    left = cut_logins(escaped(json.dumps(value)), key).value
    return None if left is None else json.loads(unescape_json(left))


def is_aside(key: str) -> bool:
    return any(
        rule.holds is None and any(pattern.match(key) is not None for pattern in rule.patterns)
        for rule in DEFAULT.ignore
    )


def left_of(page: str) -> dict[str, str]:
    """The JSON text that is left of each of a page's records."""
    records = {key: value for key, value in PAGES[page].items() if not is_aside(key)}
    left = {key: cut_logins(escaped(value), key).value for key, value in records.items()}
    return {key: unescape_json(value) for key, value in left.items() if value is not None}


@pytest.mark.parametrize("page", SECRETS)
def test_nothing_secret_is_left_of_a_librarys_page(page: str) -> None:
    assert all(any(secret in text for text in PAGES[page].values()) for secret in SECRETS[page])
    left = "".join(left_of(page).values())
    assert [secret for secret in SECRETS[page] if secret in left] == []


@pytest.mark.parametrize("page", SECRETS)
def test_nothing_secret_is_left_even_where_a_plan_leaves_nothing_aside(page: str) -> None:
    left = [cut_logins(escaped(value), key).value for key, value in PAGES[page].items()]
    text = "".join(unescape_json(value) for value in left if value is not None)
    assert [secret for secret in SECRETS[page] if secret in text] == []


@pytest.mark.parametrize("page", WITHOUT)
def test_the_rest_of_a_librarys_page_is_left(page: str) -> None:
    assert {key: json.loads(value) for key, value in left_of(page).items()} == WITHOUT[page]


@pytest.mark.parametrize("page", ["sec--falsepos", "sec--persistmap"])
def test_what_only_resembles_logins_stays_to_the_letter(page: str) -> None:
    assert left_of(page) == {
        key: unescape_json(escaped(value)) for key, value in PAGES[page].items()
    }


def test_texts_in_texts_are_written_again_without_the_login() -> None:
    [(key, text)] = left_of("sec--rtkq").items()
    before = json.loads(PAGES["sec--rtkq"][key])
    api = json.loads(before["api"])
    del api["queries"]["me(undefined)"]["data"]["session"]["accessToken"]
    del api["mutations"]["nKb4zWNlWqJNcy1SdtlAL"]["data"]["accessToken"]
    after = json.loads(text)
    assert json.loads(after.pop("api")) == api
    assert after == {"todos": before["todos"], "_persist": before["_persist"]}


def test_a_state_machines_snapshot_is_left_but_for_the_login() -> None:
    [(key, text)] = left_of("sec--xst").items()
    before = json.loads(PAGES["sec--xst"][key])
    del before["children"]["auth"]["snapshot"]["context"]["session"]["accessToken"]
    assert json.loads(text) == before


@pytest.mark.parametrize(("page", "key"), [("sec--lz", "user"), ("sec--sls", "auth")])
def test_compressed_texts_are_looked_into_and_cut_whole(page: str, key: str) -> None:
    result = cut_logins(escaped(PAGES[page][key]), key)
    assert (result.value, result.count) == (None, 1)


def test_base64_is_looked_into() -> None:
    assert cut_logins(escaped(PAGES["sec--sls"]["auth2"]), "auth2").value is None


WEB_TOKEN = f"eyJhbGciOiJub25lIn0.eyJzdWIiOiJwcmFjdGljZSJ9.{SIGNATURE}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("session", '{"access_token":"x"}'),
        ("session", '{"state":{"user":{"refreshToken":"x"}},"version":0}'),
        ("persist:root", json.dumps({"auth": json.dumps({"user": {"idToken": "x"}})})),
        ("anything", WEB_TOKEN),
        ("anything", json.dumps(WEB_TOKEN)),
        ("anything", json.dumps({"current": WEB_TOKEN})),
        ("auth._token.local", f"Bearer {WEB_TOKEN}"),
        ("list", '[{"accessToken":"x"}]'),
        ("auth-storage", '{"state":{"token":"d41d8cd98f00b204e9800998ecf8427e"},"version":0}'),
        ("Parse/app/currentUser", '{"sessionToken":"r:d41d8cd98f00b204e9800998ecf8427e"}'),
        ("x", '{"credentialType":"RefreshToken","secret":"x"}'),
        ("x", '{"\\u0074oken":"d41d8cd98f00b204e9800998ecf8427e"}'),
        ("msal.2|x|login.windows.net|accesstoken|y||", '{"id":"x","nonce":"n","data":"d"}'),
        ("msal.token.keys.1", '{"idToken":[],"accessToken":[]}'),
        ("sb-x-auth-token-flows-code-verifier", '["2083e813d86f22cd"]'),
        ("authToken", "3f786850e387550fdab836ed7e6dc881de23001b"),
        ("app:token", '{"value":"d41d8cd98f00b204e9800998ecf8427e","expiry":1700000000000}'),
        ("my-auth", "base64-" + base64.b64encode(b'{"access_token":"x"}').decode()),
        ("user", quote('{"accessToken":"x"}', safe="")),
        ("user", base64.b64encode(quote('{"idToken":"x"}').encode()).decode()),
        ("x", '{"access_token":"x"'),
        ("x", '{"access_token":"x'),
        ("lockr-accessToken", json.dumps({"data": OPAQUE})),
        ("x", "#access_token=x&token_type=bearer"),
    ],
)
def test_records_that_are_nothing_but_a_login(key: str, value: str) -> None:
    result = cut_logins(escaped(value), key)
    assert result.count
    left = result.value
    assert left is None or unescape_json(left) == '"#access_token=&token_type=bearer"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"access-token": "x", "client": "c", "uid": "u"}, {"client": "c", "uid": "u"}),
        ({"a": [WEB_TOKEN, "b"]}, {"a": [None, "b"]}),
        # devalue names values by numbers, flatted by numerals
        (
            [{"name": 1, "accessToken": 2}, "M", "x1"],
            [{"name": 1}, "M", None],
        ),
        (
            [{"name": "1", "accessToken": "2"}, "M", "x1"],
            [{"name": "1"}, "M", None],
        ),
        (
            [["Map", 1, 2, 3, 4], "idToken", "x1", "name", "M"],
            [["Map", 1, 2, 3, 4], "idToken", None, "name", "M"],
        ),
        # superjson counts a Map's entries
        (
            {
                "json": {"m": [["idToken", "x"], ["at", "2024-01-01T00:00:00.000Z"]]},
                "meta": {"values": {"m": ["map", {"1.1": ["Date"]}]}},
            },
            {
                "json": {"m": [["idToken", None], ["at", "2024-01-01T00:00:00.000Z"]]},
                "meta": {"values": {"m": ["map", {"1.1": ["Date"]}]}},
            },
        ),
        (
            {"kv": {"__type": "Map", "value": [["token", WEB_TOKEN], ["n", 1]]}},
            {"kv": {"__type": "Map", "value": [["n", 1]]}},
        ),
        ({"name": "M", WEB_TOKEN: 1}, {"name": "M"}),
        ({"s": '({a:1,accessToken:"x",b:["x"]})'}, {"s": '({a:1,b:["x"]})'}),
        ({"s": f'$R[0]={{a:["{WEB_TOKEN}","x"]}}'}, {"s": '$R[0]={a:[null,"x"]}'}),
        ({"s": f'({{a:["{WEB_TOKEN}","x"]}})'}, {"s": '({a:[null,"x"]})'}),
        ({"s": '[1,{"a":"b\\"c","idToken" : "x"}, trunca'}, {"s": '[1,{"a":"b\\"c"}, trunca'}),
        ({"spotifyRefreshToken": OPAQUE, "validToken": "x"}, {"validToken": "x"}),
        (
            {"url": f"https://x.test/?a=1&jwt={WEB_TOKEN}&b=2"},
            {"url": "https://x.test/?a=1&jwt=&b=2"},
        ),
        ({"s": 'new Map([["accessToken","x"],["a","b"]])'}, {"s": 'new Map([["a","b"]])'}),
        (
            {"tokens": {"access": OPAQUE, "refresh": OPAQUE, "n": 1}, "a": 1},
            {"tokens": {"n": 1}, "a": 1},
        ),
        (
            {"header": "eyJhbGciOiJub25lIn0", "payload": "eyJ9", "signature": SIGNATURE, "a": 1},
            None,
        ),
        (
            {"code_verifier": "x", "state": "s", "nonce": "n", "then": "/inbox"},
            {"then": "/inbox"},
        ),
        ({"cookies": f"sid={OPAQUE}; theme=dark", "a": 1}, {"a": 1}),
        ({"key": "ed25519:" + "4rhJjvNnufd9vwff" * 5 + "7wKeKp", "a": 1}, {"a": 1}),
        ({"key": "-----BEGIN PRIVATE KEY-----\nMC4\n-----END PRIVATE KEY-----", "a": 1}, {"a": 1}),
        ({"a": "ghp_" + "a1B2" * 9, "b": 1.50}, {"b": 1.50}),
    ],
)
def test_the_rest_is_left(before: Any, after: Any) -> None:
    assert cut(before) == after


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("design-tokens", '{"color":"red"}'),
        ("design-tokens", '{"primary":"#0000ff","accent":"#ff0000"}'),
        ("tokens", '["primary","secondary"]'),
        ("tokenCount", "5"),
        ("note", "eyJ is how a token begins"),
        ("note", f"my token is {WEB_TOKEN} and I keep it here"),
        ("session", '{"access_token":""}'),
        ("session", '{"access_token":null}'),
        ("log", '[{"access_token":"in a list of data"}]'),
        ("palette", '{"token":"color.background.primary"}'),
        ("palette", '{"token":"color-primary-500-dark"}'),
        ("lexer", '[{"token":"if"},{"token":"else"}]'),
        ("x", '{"credentialType":"loan","secret":"x"}'),
        ("paged", '{"syncToken":"d41d8cd98f00b204e9800998ecf8427e","events":[]}'),
        ("i18n", '{"login":{"password":"Passwort","user":"Benutzer","hint":"Password:"}}'),
        ("chat", '[{"sessionId":"V1StGXR8Z5jdHi6BmyT","text":"a"},{"sessionId":"x","text":"b"}]'),
        ("chat", '{"sessionId":"0190a1b2-c3d4-7e5f-8a6b-000000000001"}'),
        ("x", '{"session":"https://app.test/rooms/V1StGXR8Z5jdHi6B"}'),
        ("x", '{"refresh":"2024-01-15T10:00:00.000Z"}'),
        ("x", '{"nonce":"n","state":"open"}'),
        ("form", '{"access":"read-and-write-2024","secret":"Santa comes at night"}'),
        ("x", '[["token","if"],["token","else"]]'),
        ("secure_note", "text"),
        ("x", '{"auth":{"provider":"google"},"api":"v1","session":{"open":true}}'),
        ("x", '{ "token" : 1.50 , "n": 1e5 }'),
    ],
)
def test_what_only_resembles_a_login_is_data(key: str, value: str) -> None:
    assert cut_logins(escaped(value), key) == CutResult(escaped(value))


@pytest.mark.parametrize(
    "token",
    [
        *("ghp_" + "a1B2" * 9, "github_pat_" + "a1B2" * 15, "glpat-" + "a1B2" * 5),
        *("xoxb-" + "a1B2" * 5, "sk_live_" + "a1B2" * 5, "rk_test_" + "a1B2" * 5),
        *("sk-proj-" + "a1B2" * 8, "AKIA" + "A2B3" * 4, "ASIA" + "A2B3" * 4),
        *("AIza" + "a1B2c" * 7, "ya29." + "a1B2c" * 6, "npm_" + "a1B2" * 9),
        *("pypi-AgEI" + "a1B2c" * 10, "hf_" + "a1B2c" * 6, "SG." + "a1" * 11 + "." + "a" * 43),
        *("v4.local." + "a1B2" * 5, "Basic " + "a1B2" * 5, "DPoP " + "a1B2" * 5),
        *("Bearer " + "a1B2" * 5, "ApiKey " + "a1B2" * 5, "JWT " + "a1B2" * 5),
    ],
)
def test_tokens_are_known_by_their_look(token: str) -> None:
    """They get past the quick look, too, which knows them apart."""
    assert cut({"x": token, "a": 1}) == {"a": 1}
    assert cut({"x": json.dumps({"x": token}), "a": 1}) == {"x": "{}", "a": 1}


def test_places_are_told_as_a_programmer_names_them_and_never_by_somebodys_data() -> None:
    value = {
        "user": {"session": {"access_token": "x"}},
        "maria@example.test": {"idToken": "x"},
        "list": [{"token": WEB_TOKEN}],
        "slices": json.dumps({"auth": {"password": "hunter2!"}}),
    }
    result = cut_logins(escaped(json.dumps(value)), "k")
    assert dict(zip(result.paths, result.kinds, strict=True)) == {
        "slices.auth.password": SecretKind.NAMED,
        "user.session.access_token": SecretKind.ACCESS,
        "*.idToken": SecretKind.ACCESS,
        "list[0].token": SecretKind.JWT,
    }
    many = cut_logins(escaped(json.dumps([{"idToken": "x", "n": 1}] * 50)), "k")
    assert (len(many.paths), many.others, many.count) == (MAX_PATHS, 50 - MAX_PATHS, 50)


def test_what_a_plan_protects_itself_is_spared() -> None:
    value = escaped('{"githubToken":"ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2","apiKey":"x"}')
    assert cut_logins(value, "k", {"githubtoken"}).count == 1
    value = escaped('{"apiKey":"k3ySynthetic0123456789","token":"k3ySynthetic0123456789","a":1}')
    result = cut_logins(value, "k", {"apikey"})
    assert result.paths == ("token",)


def test_logins_are_found_as_deep_as_json_is_read_and_deeper_is_refused() -> None:
    for shell in ('{"a":%s,"b":1}', '[%s,"b"]'):
        text = f'{{"accessToken":"{OPAQUE}"}}'
        for _ in range(400):
            text = shell % text
        left = cut_logins(escaped(text), "k").value
        assert left is not None
        assert OPAQUE.encode() not in bytes(left)
    deep = '{"token":' * 5000 + "1" + "}" * 5000
    with pytest.raises(ItemRejected):
        cut_logins(Raw(deep.encode()), "k")
    inner = cut_logins(escaped(json.dumps({"a": deep, "idToken": "x"})), "k")
    assert inner.paths == ("idToken",)


@pytest.mark.parametrize(
    "text",
    [
        '{"\\"' * 100_000,
        '["' * 100_000,
        "{a:" * 100_000,
        "(" + "a" * 300_000,
        "eyJ" * 100_000,
        "a=" * 100_000,
        "[" + "a@a." * 100_000,
        "a@" + ".a" * 100_000,
        "%7B" * 100_000,
        'token"token:' * 30_000,
        "[" * 900 + '"' + "]" * 900,
        "{" + '"token":"' * 50_000,
        base64.b64encode(b'{"token":' * 50_000).decode(),
    ],
)
def test_hostile_texts_take_no_time_to_speak_of(text: str) -> None:
    """They would take hours where each of their characters was a start for another look."""
    cut_logins(escaped(json.dumps({"token": text, "a": text})), "token")
    cut_logins(escaped(json.dumps([["token", text]] * 2)), "token")


def test_characters_that_cannot_be_stored_survive_beside_a_login() -> None:
    value = {"a": "\0\ud800␛", "in": json.dumps({"b": "\0\ud800␛", "idToken": "x"})}
    left = cut(value)
    assert left["a"] == value["a"]
    assert json.loads(left["in"]) == {"b": "\0\ud800␛"}


# ---- any data ------------------------------------------------------------------------------------

WORDS = st.text(st.sampled_from("abcdefgh äöü ßéΩ漢"), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | WORDS
NAMES = st.sampled_from(
    ["a", "b", "title", "notes", "items", "size", "größe", "x1", "state", "value", "count"]
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(DATA)
def test_data_without_logins_is_left_to_the_letter(value: Any) -> None:
    raw = escaped(json.dumps(value, ensure_ascii=False))
    assert cut_logins(raw, "k") == CutResult(raw)


MARK = "S3cr3tMarker7Q0"
PLANTED = st.sampled_from(
    [
        ("accessToken", MARK),
        ("refresh_token", MARK),
        ("id-token", MARK),
        ("token", f"{MARK}x9Y8z7W6v5"),
        ("jwt", f"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.{MARK}"),
        ("anything", f"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.{MARK}"),
        ("Authorization", f"Bearer {MARK}x9Y8z7W6v5"),
        ("password", f"{MARK}!"),
        ("api_key", f"{MARK}x9Y8z7W6v5"),
        ("code_verifier", MARK),
    ]
)
ENCODERS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "json": json.dumps,
    "json2": lambda value: json.dumps(json.dumps(value)),
    "base64": lambda value: base64.b64encode(json.dumps(value).encode()).decode(),
    "uri": lambda value: quote(json.dumps(value), safe="!'()*~-._"),
}
DECODERS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda value: value,
    "json": json.loads,
    "json2": lambda value: json.loads(json.loads(value)),
    "base64": lambda value: json.loads(base64.b64decode(value)),
    "uri": lambda value: json.loads(unquote(value)),
}


@given(
    DATA,
    st.dictionaries(NAMES, DATA, max_size=3),
    PLANTED,
    st.lists(st.sampled_from(sorted(ENCODERS)), max_size=4),
    st.booleans(),
)
def test_planted_logins_are_cut_and_everything_else_is_equal(
    beside: Any, members: dict[str, Any], login: tuple[str, str], wraps: list[str], as_map: bool
) -> None:
    # Beside a verifier a text called so belongs to the login.
    assume(login[0] != "code_verifier" or not isinstance(members.get("state"), str))
    holder: Any = members | {login[0]: login[1], "kept": 1}
    expected: Any = members | {"kept": 1}
    if as_map:
        holder, expected = [*map(list, holder.items())], [*map(list, expected.items())]
    value: Any = holder
    for wrap in wraps:
        value = {"in": ENCODERS[wrap](value), "beside": beside}
    left = cut(value)
    assert MARK not in json.dumps(left)
    for wrap in reversed(wraps):
        assert left["beside"] == beside
        left = DECODERS[wrap](left["in"])
    assert left == expected
    assert MARK not in json.dumps(left)
