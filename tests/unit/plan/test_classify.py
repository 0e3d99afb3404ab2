"""Which records are logins, and which web sites have data that a plan knows."""

import base64

import pytest

from desktop_migrator.model import Item, StorageKey
from desktop_migrator.plan.guess_origins import guess_origins
from tests.unit.plan.helpers import DEFAULT, extractor, plan, record, row

WEB_TOKEN = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (b'{"alg":"none"}', b'{"sub":"practice"}', b"signature")
)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("session", '{"access_token":"x"}'),
        ("anything", WEB_TOKEN),
        ("auth._token.local", f"Bearer {WEB_TOKEN}"),
        ("msal.2|x|login.windows.net|accesstoken|y||", '{"id":"x","nonce":"n","data":"d"}'),
        ("msal.3.account.keys", '["msal.3|uid.utid|login.windows.net|utid"]'),
        ("sb-x-auth-token-flow-2083e813-code-verifier", '"29c7ee42"'),
        ("near-api-js:keystore:a.testnet:testnet", "ed25519:x"),
        ("secure_apiKey", '{"value":"sk-practice","encrypted":false}'),
        ("password", "practice"),
        ("session", "s%3Ad41d8cd98f00b204e980"),
        ("authToken", "3f786850e387550fdab836ed7e6dc881de23001b"),
        ("my-api-key", '"sk-practice-0123456789"'),
    ],
)
def test_logins_are_skipped(key: str, value: str) -> None:
    made = extractor()
    assert list(made.extract([record(key, value)])) == []
    assert made.accounting.skipped == {"secret": 1}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tokenCount", "5"),
        ("session", '{"id":5,"notes":["x"]}'),
        ("session", "planning"),
        ("secure_notes", '[{"text":"mine"}]'),
        ("recipes_cache", '[{"id":1,"mine":true}]'),
        ("my-geo-cache", '[{"found":1}]'),
        ("session-notes-token-budget", "aVeryLongWordWithoutBlanksAtAll"),
        ("tokenizer-settings", "lowercase-english-v2-stemmed"),
        ("tasks", '[{"id":"1","title":"t","access_token":"x"}]'),
    ],
)
def test_what_only_resembles_a_login_or_a_cache_is_data(key: str, value: str) -> None:
    (item,) = extractor().extract([record(key, value)])
    assert isinstance(item, Item)


CLIENT = '{"buster":"","timestamp":1700000000000,"clientState":{"queries":[],"mutations":[%s]}}'
PAUSED = '{"state":{"isPaused":true,"status":"pending","variables":{"title":"unsent"}}}'


def test_caches_are_skipped_unless_work_waits_in_them() -> None:
    values = {
        "cache_user": '{"data":{"a":1},"timestamp":1700000000000,"ttl":60000}',
        "REACT_QUERY_OFFLINE_CACHE": CLIENT % "",
    }
    made = extractor()
    assert list(made.extract([record(*each) for each in values.items()])) == []
    assert made.accounting.skipped == {"cache": 2}
    (item,) = extractor().extract([record("REACT_QUERY_OFFLINE_CACHE", CLIENT % PAUSED)])
    assert isinstance(item, Item)


def test_logins_are_cut_out_and_the_rest_is_taken() -> None:
    made = extractor()
    (item,) = made.extract([record("auth", '{"user":{"name":"Ada","access_token":"x1y2"},"n":1}')])
    assert row(item)["value"] == b'{"user":{"name":"Ada"},"n":1}'
    assert made.accounting.cut == {("auth", "user.access_token"): 1}


def test_sites_are_known_by_records_that_an_entity_names_and_recognises() -> None:
    one, two = StorageKey("https://one.test"), StorageKey("https://two.test")
    framed = StorageKey("https://three.test", top_level_site="https://top.test")
    records = [
        record("theme", "dark", one),
        record("tasks", '[{"id":1}]', one),
        record("tasks", "[]", two),
        record("task-store", '{"state":{"tasks":[{"id":1}]},"version":0}', two),
        record("environments", "[{}]", two),
        record("tasks", '"not a list"', StorageKey("https://four.test")),
        record("tasks", "[{}]", framed),
        record("cache_tasks", "[{}]", StorageKey("https://five.test")),
    ]
    assert list(guess_origins(DEFAULT, records).items()) == [
        ("https://two.test", 2),
        ("https://one.test", 1),
    ]


def test_where_no_site_has_what_an_entity_recognises_data_that_went_bad_tells() -> None:
    records = [record("tasks", "[{", StorageKey("https://a.test")), record("theme", "dark")]
    assert guess_origins(DEFAULT, records) == {"https://a.test": 1}


def test_a_plan_for_certain_sites_overlooks_others() -> None:
    of = plan("""
[source]
origins = ["https://*.ours.test"]
[entities.tasks]
table = "tasks"
sources = [{ keys = ["tasks"] }]
columns = { title = { from = "title" } }
""")
    keys = ["https://a.ours.test", "https://ours.test", "http://a.ours.test"]
    records = [record("tasks", "[{}]", StorageKey(origin)) for origin in keys]
    assert guess_origins(of, records) == {"https://a.ours.test": 1}
