"""Where an address really leads, how data is protected on the way, and to whom passwords go."""

import pytest

from desktop_migrator.postgres.connection.address import Address


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGREQUIREAUTH", "PGSERVICE", "PGUSER"):
        monkeypatch.delenv(name, raising=False)


def at(host: str, more: str = "") -> Address:
    return Address(f"postgresql://app@{host}/app{more}")


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("127.evil.test", False),
        ("127.0.0.1.evil.test", False),
        ("localhost.evil.test", False),
        ("db.test", False),
        ("192.0.2.1", False),
        ("localhost,db.test", False),
        ("127.0.0.1,127.evil.test", False),
    ],
)
def test_only_this_computer_is_this_computer(host: str, local: bool) -> None:
    address = at(host)
    assert address.is_local is local
    assert (address.tls.get("sslmode") == "verify-full") is not local


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("postgresql:///app?host=db.test&hostaddr=127.0.0.1", True),
        ("postgresql:///app?host=localhost&hostaddr=192.0.2.1", False),
        ("postgresql:///app?host=localhost,db.test&hostaddr=127.0.0.1,", False),
        ("postgresql:///app?host=db.test,db.test&hostaddr=127.0.0.1,::1", True),
    ],
)
def test_each_host_goes_by_its_own_address_where_it_has_one(url: str, local: bool) -> None:
    assert Address(url).is_local is local


def test_a_password_belongs_to_where_it_really_goes() -> None:
    usual = at("db.test").login
    assert usual == "app@db.test:5432/app"
    assert at("db.test", "?sslmode=verify-full").login == usual
    others = [
        at("db.test", more).login
        for more in (
            "?hostaddr=192.0.2.1",
            "?hostaddr=192.0.2.2",
            "?sslmode=require",
            "?sslmode=disable",
            "?port=5433",
        )
    ]
    assert len({usual, *others}) == 6


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("", {}),
        ("?sslmode=verify-full", {}),
        ("?sslmode=require", {"require_auth": "!password"}),
        ("?sslmode=verify-ca", {"require_auth": "!password"}),
        ("?sslmode=prefer", {"require_auth": "!password"}),
        ("?sslmode=disable", {"require_auth": "!password"}),
        ("?sslmode=require&require_auth=scram-sha-256", {}),
    ],
)
def test_whoever_has_not_proved_who_it_is_gets_no_password_in_clear(
    more: str, wanted: dict[str, str]
) -> None:
    assert at("db.test", more).authentication == wanted


@pytest.mark.parametrize(
    ("host", "more", "words"),
    [
        ("localhost", "", "on this computer"),
        ("db.test", "", "proves who it is"),
        ("db.test", "?sslmode=require", "need not prove"),
        ("db.test", "?sslmode=verify-ca", "need not prove"),
        ("db.test", "?sslmode=prefer", "perhaps not encrypted"),
    ],
)
def test_how_it_is_protected_is_said_in_words(host: str, more: str, words: str) -> None:
    assert words in str(at(host, more).protection)
