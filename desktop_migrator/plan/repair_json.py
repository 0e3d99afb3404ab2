"""JSON that was damaged, repaired where nothing but its punctuation is amiss.

What the library json-repair proposes is only believed if every character that is no punctuation
or white space stands in it as before, in the same order: quotes, brackets, commas and colons may
come and go, no letter, digit, sign or decimal point does. Nor is a value believed that the text
does not have, or that stands in it without the quotes of a text. Where all quotes have their
counterparts, every text stays as it is.
"""

import json
import re
from bisect import bisect_left

import json_repair

from desktop_migrator.plan.json_text import as_value, escape_json
from desktop_migrator.plan.reject import ItemRejected

MAX_LENGTH = 64 * 1024
"""Characters; json-repair's time can grow with their square."""

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PUNCTUATION = re.compile(r"[\s{}\[\],:;\"'`“”‘’]+")
_TEXT = re.compile(
    r""" "(?:[^"\\]|\\.)*(?:"|$) | '(?:[^'\\]|\\.)*(?:'|$) """, re.VERBOSE | re.DOTALL
)
_CLOSED_TEXT = re.compile(r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' """, re.VERBOSE | re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_QUOTE = re.compile("[\"'`“”‘’]")
# What json-repair would make texts of (`undefined`, `tru`), or of nothing (`"a":,`), and a number
# of which the end may be missing.
_AMBIGUOUS = re.compile(
    r"(?<![\w$])(?!(?:true|false|null)\b)[A-Za-z_$][\w$]*(?!\s*:|[\w$])"
    r"|:\s*(?:[,}\]]|$)|[-+]\s*[A-Za-z]|[0-9][0-9.eE+-]*\s*$"
)
_HALF_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3}|u[dD][89abAB][0-9a-fA-F]{2})?$")
_SHOWN = 160
_CLOSED = ("}", "]")


def repair_json(text: str) -> str | None:
    """JSON that says the same; None where nobody can tell what the text was."""
    if (
        len(text) > MAX_LENGTH
        or _HALF_ESCAPE.search(text)
        or _AMBIGUOUS.search(_TEXT.sub("''", text))
    ):
        return None
    try:
        repaired = _join_surrogates(
            json_repair.repair_json(text, ensure_ascii=False, skip_json_loads=True)
        )
        if not repaired or as_value(escape_json(repaired)) is None:
            return None
    except (ValueError, RecursionError, ItemRejected):
        return None
    # json-repair takes line breaks off the end of texts.
    lost = _escaped_white_space(repaired) < _escaped_white_space(text)
    if lost or non_punctuation(repaired) != non_punctuation(text):
        return None
    texts = _string_literals(text)
    return (
        repaired
        if texts is None or _same_strings(texts, _string_literals(repaired) or [])
        else None
    )


def is_truncated(text: str) -> bool:
    """Whether the end is missing, so that the last item may lack something."""
    return not text.rstrip().endswith(_CLOSED)


def non_punctuation(text: str) -> str:
    """What is left without punctuation and white space, however it is spelled."""
    return _PUNCTUATION.sub("", _join_surrogates(_ESCAPE.sub(_character, text)))


def _string_literals(text: str) -> list[str] | None:
    """All texts in it, keys too; None where a quote lacks its counterpart."""
    found = [match[0] for match in _TEXT.finditer(text)]
    if _QUOTE.search(_TEXT.sub("", text)) or not all(map(_CLOSED_TEXT.fullmatch, found)):
        return None
    return [_join_surrogates(_ESCAPE.sub(_character, each[1:-1])) for each in found]


def _same_strings(before: list[str], after: list[str]) -> bool:
    """Whether the texts are those of before, but for names that had no quotes."""
    left = iter(before)
    expected = next(left, None)
    for text in after:
        if text == expected:
            expected = next(left, None)
        elif not _NAME.fullmatch(text):
            return False
    return expected is None


def _escaped_white_space(text: str) -> int:
    return sum(_character(escape).isspace() for escape in _ESCAPE.finditer(text))


def _character(escape: re.Match[str]) -> str:
    name = escape[1]
    return chr(int(name[1:], 16)) if len(name) > 1 else _ESCAPED.get(name, name)


def _join_surrogates(text: str) -> str:
    """The text with its halves of surrogate pairs joined."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def diff_excerpts(before: str, after: str) -> tuple[str, str]:
    """Both texts from shortly before the first place where JSON's grammar is broken."""
    try:
        json.loads(before)
        place = 0
    except json.JSONDecodeError as error:
        place = error.pos
    except RecursionError:
        place = 0
    start = max(0, min(place, len(before)) - _SHOWN // 2)
    passed = len(non_punctuation(before[:start]))
    return _excerpt(before, start), _excerpt(after, _offset_after(after, passed))


def _offset_after(text: str, passed: int) -> int:
    """Where in the text so many non-punctuation characters have passed."""
    return bisect_left(range(len(text)), passed, key=lambda end: len(non_punctuation(text[:end])))


def _excerpt(text: str, start: int) -> str:
    part = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{part}{'…' if start + _SHOWN < len(text) else ''}"
