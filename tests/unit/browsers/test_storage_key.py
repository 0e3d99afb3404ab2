import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.browsers.formats.storage_key import (
    parse_chromium,
    parse_firefox,
    storage_key_from_suffix,
)
from desktop_migrator.model import StorageKey

ORIGINS = st.sampled_from(
    [
        "https://a.test",
        "http://app.demo.test:3000",
        "http://[::1]:8080",
        "http://127.0.0.1",
        "file://",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "app://bundle",
        "https://xn--caf-dma.test",
    ]
)
NUMBERS = st.integers(0, 2**64 - 1)
TOKENS = st.tuples(NUMBERS, NUMBERS).filter(any)
KEYS = st.one_of(
    st.builds(StorageKey, ORIGINS),
    st.builds(StorageKey, ORIGINS, top_level_site=ORIGINS),
    st.builds(StorageKey, ORIGINS, cross_site_ancestor=st.just(True)),
    st.builds(StorageKey, ORIGINS, nonce=TOKENS),
    st.builds(
        lambda origin, token, precursor: StorageKey(origin, opaque_site=(*token, precursor)),
        ORIGINS,
        TOKENS,
        st.one_of(st.just(""), ORIGINS),
    ),
)


@pytest.mark.parametrize(
    ("leveldb", "sqlite", "key"),
    [
        ("https://a.test", "https://a.test/", StorageKey("https://a.test")),
        ("file://", "file:///", StorageKey("file://")),
        ("chrome-extension://ab", "chrome-extension://ab/", StorageKey("chrome-extension://ab")),
        (
            "https://a.test/^0https://top.test",
            "https://a.test/^0https://top.test",
            StorageKey("https://a.test", top_level_site="https://top.test"),
        ),
        (
            "https://a.test/^31",
            "https://a.test/^31",
            StorageKey("https://a.test", cross_site_ancestor=True),
        ),
        (
            "https://a.test/^112^218446744073709551615",
            "https://a.test/^112^218446744073709551615",
            StorageKey("https://a.test", nonce=(12, 2**64 - 1)),
        ),
        (
            "https://a.test/^43^54^6https://p.test:8443",
            "https://a.test/^43^54^6https://p.test:8443",
            StorageKey("https://a.test", opaque_site=(3, 4, "https://p.test:8443")),
        ),
        (
            "file:///^43^54^6",
            "file:///^43^54^6",
            StorageKey("file://", opaque_site=(3, 4, "")),
        ),
    ],
)
def test_both_spellings_of_chromium_give_the_same_key(
    leveldb: str, sqlite: str, key: StorageKey
) -> None:
    assert parse_chromium(leveldb) == parse_chromium(sqlite.encode()) == key
    assert str(key) == leveldb


@given(KEYS)
def test_every_key_comes_back_exactly(key: StorageKey) -> None:
    assert parse_chromium(str(key)) == key
    assert parse_chromium(str(key).encode()) == key


@given(KEYS, KEYS)
def test_different_keys_never_share_a_spelling(one: StorageKey, other: StorageKey) -> None:
    assert (one == other) == (str(one) == str(other))


@given(st.from_regex(r"https://a\.test/?(\^[0-7][0-9a-z:/.]{0,3}){0,4}", fullmatch=True))
def test_what_is_read_is_spelt_the_same_again(text: str) -> None:
    try:
        key = parse_chromium(text)
    except ValueError:
        return
    assert str(key) in {text, text.removesuffix("/")}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "a.test",
        "https://",
        "https://a.test//",
        "https://a.test/path",
        "https://a.test^31",
        "https://a.test/^30",
        "https://a.test/^0",
        "https://a.test/^0https://top.test^31",
        "https://a.test/^10^20",
        "https://a.test/^101^22",
        "https://a.test/^118446744073709551616^21",
        "https://a.test/^11",
        "https://a.test/^43^54",
        "https://a.test/^7x",
        "https://a.test\n",
        "https://ä.test",
    ],
)
def test_what_chromium_would_not_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_chromium(text)
    with pytest.raises(ValueError, match=r".+"):
        parse_chromium(text.encode())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("https://a.test", StorageKey("https://a.test")),
        (
            "http://widget.test:3000^partitionKey=%28http%2Cdemo.test%29",
            StorageKey("http://widget.test:3000", top_level_site="http://demo.test"),
        ),
        (
            "https://app.a.test^partitionKey=%28https%2Ca.test%2Cf%29",
            StorageKey("https://app.a.test", cross_site_ancestor=True),
        ),
        (
            "http://[::1]:3000^partitionKey=%28http%2C%5B%2B%2B2%5D%29",
            StorageKey("http://[::1]:3000", top_level_site="http://[::2]"),
        ),
        (
            "https://a.test^partitionKey=%28https%2Cb.test%2C8443%29&userContextId=2",
            StorageKey(
                "https://a.test",
                attributes=(("partitionKey", "(https,b.test,8443)"), ("userContextId", "2")),
            ),
        ),
        (
            "https://nota.test^partitionKey=%28https%2Ca.test%2Cf%29",
            StorageKey("https://nota.test", attributes=(("partitionKey", "(https,a.test,f)"),)),
        ),
        (
            "https://a.test^firstPartyDomain=b.test&privateBrowsingId=1",
            StorageKey(
                "https://a.test",
                attributes=(("firstPartyDomain", "b.test"), ("privateBrowsingId", "1")),
            ),
        ),
    ],
)
def test_firefox_suffixes_are_read(text: str, key: StorageKey) -> None:
    origin, caret, suffix = text.partition("^")
    assert parse_firefox(text) == storage_key_from_suffix(origin, caret + suffix) == key


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["userContextId", "firstPartyDomain", "geckoViewUserContextId"]),
            st.text("a=&^%1", min_size=1, max_size=4),
        ),
        min_size=2,
        max_size=2,
        unique_by=lambda one: str(sorted(one.items())),
    )
)
def test_different_attributes_never_share_a_spelling(many: list[dict[str, str]]) -> None:
    one, other = (StorageKey("https://a.test", attributes=tuple(sorted(a.items()))) for a in many)
    assert str(one) != str(other)
    assert parse_firefox(str(one)) == one


@pytest.mark.parametrize("text", ["", "^userContextId=1", "https://a.test^x", "https://a.test^"])
def test_what_firefox_would_not_write_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_firefox(text)


@pytest.mark.parametrize(
    ("origin", "suffix", "own"),
    [
        ("https://app.example.com", "", True),
        ("https://app.example.com", "^firstPartyDomain=example.com", True),
        ("http://example.com:3000", "^firstPartyDomain=example.com", True),
        ("https://example.com", "^firstPartyDomain=%28https%2Cexample.com%29", True),
        ("https://app.example.com", "^firstPartyDomain=other.test", False),
        ("https://notexample.com", "^firstPartyDomain=example.com", False),
        ("https://app.example.com", "^userContextId=2", False),
        ("https://app.example.com", "^firstPartyDomain=example.com&userContextId=2", False),
        ("https://app.example.com", "^partitionKey=%28https%2Cother.test%29", False),
    ],
)
def test_what_firefox_isolates_for_the_site_itself_is_the_sites_own(
    origin: str, suffix: str, *, own: bool
) -> None:
    assert parse_firefox(origin + suffix).first_party is own


@pytest.mark.parametrize(
    ("suffix", "is_own"),
    [
        ("", True),
        ("^firstPartyDomain=a.test", True),
        ("^firstPartyDomain=www.a.test", True),
        ("^firstPartyDomain=%28https%2Ca.test%29", True),
        ("^firstPartyDomain=%28http%2Ca.test%29", False),
        ("^firstPartyDomain=st", False),
        ("^firstPartyDomain=b.test", False),
        ("^firstPartyDomain=a.test&userContextId=2", False),
        ("^userContextId=2", False),
        ("^partitionKey=%28https%2Cb.test%29", False),
    ],
)
def test_a_sites_own_area_is_its_own_where_firefox_isolates(suffix: str, is_own: bool) -> None:
    assert storage_key_from_suffix("https://www.a.test:8443", suffix).first_party == is_own
