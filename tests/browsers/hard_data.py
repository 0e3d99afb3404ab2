"""What a page can write and is hard to read back exactly: the traps of Web Storage's texts."""

import json
import random
import re
from itertools import pairwise

from tests.browsers.site import Operation, Records

HARD_TEXTS = (
    "",
    "\0",
    "\0begins with the byte of UTF-16",
    "\x01begins with the byte of Latin-1",
    "between\0two\0zeros",
    "ends with zero\0",
    "plain ASCII",
    "café",  # Latin-1 in Chromium, UTF-8 in Firefox
    "\x80\x9f\xa0\xff",
    "Ā is the first outside Latin-1",
    "漢字 кириллица עברית",
    "👩‍👧‍👦🏳️‍🌈 \U0010ffff",
    "e\u0301 is not \u00e9",
    "\ud800",
    "\udfff",
    "high\udbff",
    "\udc00low",
    "\udc00\ud800",  # a pair in the wrong order
    "astral 😀 and lone \ud83d",
    "\ufeffBOM",
    "\ufffe\uffff\ufffd",
    "\u2028\u2029\x0b\x1c\x85",
    '"quotes" \\u0041 \\',
    " spaces around \t",
    "line\nline\r\nline\r",
    "__proto__",
    "constructor",
    "length",
    "key",
    "setItem",
    "META:http://hard.test",
    "METAACCESS:http://hard.test",
    "VERSION",
    "_http://hard.test",
    "http://hard.test/^0http://top.test",
    "null",
    "undefined",
    "'; DROP TABLE data; --",
    "%00%u0041&amp;",
    "x" * 300,
    "ü" * 5_000,  # long enough for compression
)

SAVED_BY_FIREFOX_AS = {
    key: key for key in ("\ud800", "\udfff", "high\udbff", "astral 😀 and lone \ud83d")
} | {
    "\udc00low": "\U0001006cow",
    "\udc00\ud800": "\U00010000",
    "\ufeffBOM": "BOM",
    "\ufffe\uffff\ufffd": "\uffff\ufdff",
}
"""Keys that Firefox itself reads back changed after a restart, and the text it has on disk then.

It hands keys to SQLite as UTF-16 and gets them back through UTF-8, and SQLite removes a byte order
mark, joins a surrogate with whatever follows it, and reads U+FFFD where one is alone. Values are
not affected. What is on disk still tells more keys apart than Firefox does.
"""
SAVED_BY_WEBKIT_AS = {key: re.sub("[\ud800-\udfff]", "\ufffd", key) for key in SAVED_BY_FIREFOX_AS}
"""The same for WebKit, where keys that have become equal overwrite each other."""


def hard() -> Records:
    """Every hard text as a value; as keys those that every browser keeps."""
    return {key: value for key, value in _chain().items() if key not in SAVED_BY_FIREFOX_AS}


def hardest() -> Records:
    """The keys that Firefox or WebKit change, with values that they do not."""
    return {key: value for key, value in _chain().items() if key in SAVED_BY_FIREFOX_AS}


def _chain() -> Records:
    return dict(pairwise([*HARD_TEXTS, HARD_TEXTS[0]]))


def big() -> Records:
    """Values of 1 MiB on disk, which compression helps much or not at all."""
    chance = random.Random(2026)
    return {
        "repeated": "0123456789abcdef" * (1 << 16),
        "random bytes": chance.randbytes(1 << 20).decode("latin-1"),
        "random units": chance.randbytes(1 << 20).decode("utf-16-le", "surrogatepass"),
    }


def many() -> Records:
    return {f"key {n}": f"value {n * n} {'ä☃'[n % 2]}" for n in range(1_000)}


def app_data() -> Records:
    """The shape of the guide's app."""
    created = "2024-01-15T10:00:00.000Z"
    statuses = ("todo", "in-progress", "done")
    tasks = [
        {"id": str(n), "title": f"Task {n} ✓", "status": statuses[n % 3], "createdAt": created}
        for n in range(40)
    ]
    shapes = {
        "tasks": tasks,
        "environments": [{"id": "e1", "name": "Produção", "config": {"region": "eu"}}],
        "formData": {"signup": {"email": "a@example.test", "step": 2}},
        "userPreferences": {"theme": "dark", "locale": "de-DE"},
    }
    return {key: json.dumps(shape, ensure_ascii=False) for key, shape in shapes.items()}


def writing(records: Records) -> list[Operation]:
    return [("setItem", key, value) for key, value in records.items()]


def churning(turn: int) -> list[Operation]:
    """Overwrites ten keys, one of them many times, removes one and leaves one behind."""
    return [
        *(("setItem", f"churn {n}", f"turn {turn} " + "~" * n * 100) for n in range(10)),
        *(("setItem", "counter", str(count)) for count in range(turn * 50, turn * 50 + 50)),
        ("removeItem", f"churn {turn % 10}"),
        ("setItem", f"left by {turn}", ""),
        ("removeItem", f"left by {turn - 2}"),
    ]
