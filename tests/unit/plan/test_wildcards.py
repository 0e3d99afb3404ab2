import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.plan.wildcards import WildcardPattern


@pytest.mark.parametrize(
    ("pattern", "text", "stands_for"),
    [
        ("form_*", "form_signup", "signup"),
        ("form_*", "form_", ""),
        ("form_*", "platform_x", None),
        ("form_*", "Form_x", None),
        ("tasks", "tasks", "tasks"),
        ("tasks", "tasks2", None),
        ("*", "", ""),
        ("a*b*c", "a1b2c", "1b2"),
        ("a*a", "a", None),
        ("@@auth0spajs@@*", "@@auth0spajs@@::x", "::x"),
        ("firebase:authUser:*", "firebase:authUser:AIza:[DEFAULT]", "AIza:[DEFAULT]"),
        ("", "", ""),
    ],
)
def test_a_pattern_is_literal_but_for_its_stars(
    pattern: str, text: str, stands_for: str | None
) -> None:
    assert WildcardPattern(pattern).match(text) == stands_for


@given(st.text("ab*", max_size=6), st.text("ab", max_size=8))
def test_patterns_match_as_the_shell_does(pattern: str, text: str) -> None:
    assert (WildcardPattern(pattern).match(text) is not None) == fnmatch.fnmatchcase(text, pattern)


def test_many_stars_against_a_long_key_end_at_once() -> None:
    assert WildcardPattern("*a" * 50 + "*b").match("a" * 1_000_000) is None
