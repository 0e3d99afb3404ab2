"""A plan costs little before it is refused: counted here, with shapes that are small."""

import time
import tracemalloc
from pathlib import Path

import pytest
from jmespath.exceptions import JMESPathError

from desktop_migrator.errors import PlanError
from desktop_migrator.plan import bounds
from desktop_migrator.plan.expressions import Expression
from desktop_migrator.plan.schema import load_plan, parse_plan

HEAD = "version = 1\nname = 'x'\n"
EXCESSIVE = {
    "a key of many parts": "a" + ".a" * 40 + " = 1",
    "a table of many parts": "[a" + ".a" * 40 + "]",
    "a key of many quoted parts": "a" + " . 'a'" * 40 + " = 1",
    "a number of many digits": "a = " + "1" * 500,
    "a hexadecimal number": "a = 0x" + "f" * 500,
    "a name of many letters": "a" * 500 + " = 1",
    "many values": "a = [" + "1," * 21_000 + "]",
    "many keys": "\n".join(f"a{number} = 1" for number in range(21_000)),
    "parts behind texts": 'a = """\n"""\n' + "b" + ".a" * 40 + " = 1",
    "parts behind a comment": '# """\nb' + ".a" * 40 + " = 1",
}


@pytest.mark.parametrize("shape", EXCESSIVE)
def test_a_plan_of_such_a_shape_is_refused_before_it_is_parsed(
    shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tomllib.loads", lambda _: pytest.fail("it was parsed"))
    with pytest.raises(PlanError, match=r"has a|has more"):
        parse_plan((HEAD + EXCESSIVE[shape]).encode(), Path("x.toml"))


@pytest.mark.parametrize(
    "text",
    [
        'a = "' + "x." * 500 + '"',
        "a = '''" + "1" * 5000 + "'''",
        'a = """' + 'say ""no"" ' * 50 + '"""',
        "# " + "." * 5000,
        'a = "an escaped \\" quote' + ".x" * 50 + '"',
    ],
)
def test_what_stands_in_quotes_and_comments_has_no_parts(text: str) -> None:
    assert bounds.find_excess(text) is None


def test_the_plans_that_come_along_are_far_from_the_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounds, "_MAX_NODES", 2000)
    load_plan(None)
    for plan in (Path(__file__).parents[3] / "docs" / "examples").glob("**/*.toml"):
        assert bounds.find_excess(plan.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize(
    "expression",
    [
        "|".join(["[@,@]"] * 20),
        "|".join(["{a:@,b:@}"] * 20),
        "|".join(["join('', [@,@])"] * 20),
        "[*].[@,@]" + "|[@,@]" * 20,
        "to_string([" * 20 + "@" + "])" * 20,
        "[" + ",".join(["@"] * 100) + "]",
    ],
)
def test_an_expression_that_doubles_what_it_is_given_is_refused(expression: str) -> None:
    with pytest.raises(JMESPathError, match="too much"):
        Expression(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "a.b.c",
        "items[?done].{id: id, title: title || name, tags: join(',', tags)}",
        "[first, last, email]",
        "to_string([a, b])",
        "sort_by(items, &at)[0].{a: a, b: b, c: c, d: d, e: e, f: f}",
    ],
)
def test_expressions_of_plans_are_not_refused(expression: str) -> None:
    Expression(expression)


def test_the_scan_takes_time_in_proportion() -> None:
    """No text of a mebibyte sends the scan back and forth: counted by what a thread computes."""
    mebibyte = 1 << 20
    for piece in ('"', "'", '"""', "'''", "a", ".", '"a', "\\", '""""', "#", '"\\'):
        text = (piece * mebibyte)[:mebibyte]
        before = time.thread_time()
        bounds.find_excess(text)
        assert time.thread_time() - before < 20  # seconds; a square would take hours


def test_a_mistake_is_told_in_few_words() -> None:
    with pytest.raises(PlanError) as told:
        parse_plan((HEAD + f"'{'k' * 100_000}' = 1").encode(), Path("x.toml"))
    assert len(str(told.value)) < 3000


def test_a_refused_plan_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        for shape in EXCESSIVE.values():
            with pytest.raises(PlanError):
                parse_plan((HEAD + shape).encode(), Path("x.toml"))
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
