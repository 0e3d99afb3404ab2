"""What people write for a web site is taken as the origin that the browser means by it."""

import pytest

from desktop_migrator.errors import UsageError
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.plan.schema import Source


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        # What `new URL(…).origin` says in a browser:
        ("https://app.test", "https://app.test"),
        ("https://app.test/", "https://app.test"),
        ("HTTPS://APP.Test", "https://app.test"),
        ("https://app.test:443", "https://app.test"),
        ("http://app.test:80/", "http://app.test"),
        ("http://app.test:443", "http://app.test:443"),
        ("http://app.test:3000/tasks?open=1#top", "http://app.test:3000"),
        ("https://maria@app.test", "https://app.test"),
        ("https://bücher.test", "https://xn--bcher-kva.test"),
        ("https://B%C3%BCcher.test/", "https://xn--bcher-kva.test"),
        ("https://straße.test", "https://xn--strae-oqa.test"),
        ("https://strasse.test", "https://strasse.test"),
        ("https://日本。test/", "https://xn--wgv71a.test"),
        ("https://☃.test", "https://xn--n3h.test"),
        ("https://my_app.test", "https://my_app.test"),
        ("https://app%2Etest", "https://app.test"),
        ("https://app.test:", "https://app.test"),
        ("https://app.test:08443", "https://app.test:8443"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        (" http://localhost:3000\n", "http://localhost:3000"),
        # Not web sites; as the browsers spell them:
        ("file://", "file://"),
        ("file:///home/ada/My%20app/index.html", "file://"),
        ("file:///C:/app/index.html", "file://"),
        ("app://obsidian.md/index.html", "app://obsidian.md"),
        ("app://-/index.html", "app://-"),
        (
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop/page.html",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        ),
        ("http://tauri.localhost/", "http://tauri.localhost"),
        ("moz-extension://d41d8cd9", "moz-extension://d41d8cd9"),
    ],
)
def test_an_address_names_its_origin(written: str, origin: str) -> None:
    assert parse_origins([written]) == (origin,)


@pytest.mark.parametrize(
    "written",
    [
        *("", "app.test", "app.test:3000", "https://", "https://a.test:notaport", "http://[::1"),
        *("*", "https://*.test", "https://a%FF.test", "app:///index.html", "https://a b.test"),
    ],
)
def test_what_is_no_address_is_wrong_use(written: str) -> None:
    with pytest.raises(UsageError, match=r"https://app\.example\.com"):
        parse_origins([written])


def test_a_site_named_twice_counts_once() -> None:
    assert parse_origins(["https://a.test", "https://A.test/"]) == ("https://a.test",)


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("*", "*"),
        ("https://*", "https://*"),
        ("https://*.Straße.test/", "https://*.xn--strae-oqa.test"),
        ("http://localhost:*/app", "http://localhost:*"),
        ("*://app.test", "*://app.test"),
        ("file:///*", "file://"),
        ("https://app.test:443", "https://app.test"),
    ],
)
def test_plans_spell_origins_as_people_do(written: str, pattern: str) -> None:
    assert Source(origins=[written]).origins == [pattern]
