"""Messages: what they say in English, in a reader's language, and on their way through pipes."""

import pickle
from collections.abc import Mapping
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator import errors
from desktop_migrator.errors import ConnectionFailed, InternalError, TooManyRejected, localize_error
from desktop_migrator.messages import NOTHING, Message, Translator, join, plural, verbatim
from desktop_migrator.messages.stored import from_builtins, to_builtins

GERMAN, ENGLISH = Translator("de"), Translator("en")
_TEXTS = st.text(max_size=20) | st.sampled_from(["{0}", "{name}", "}{", "{", "%s", "{x!r:>9}"])
_NUMBERS = st.integers(-(10**12), 10**12)


def _messages(inner: st.SearchStrategy[Message]) -> st.SearchStrategy[Message]:
    """Of templates that the engine has, with whatever may stand in them."""
    facts = _TEXTS | inner
    return (
        st.builds(
            lambda path, reason: Message(
                "{path} cannot be read: {reason}", path=path, reason=reason
            ),
            _TEXTS,
            facts,
        )
        | st.builds(lambda label: Message("{label} is missing.", label=label), facts)
        | st.builds(
            lambda store, what, lost: plural(
                "{store}: {description} {count:,} record is lost.",
                "{store}: {description} {count:,} records are lost.",
                count=lost,
                store=store,
                description=what,
            ),
            _TEXTS,
            facts,
            _NUMBERS,
        )
        | st.builds(lambda parts: join(parts, "; "), st.lists(inner, min_size=1, max_size=3))
    )


MESSAGES = st.recursive(
    st.builds(verbatim, _TEXTS) | st.just(Message("the file is empty")) | st.just(NOTHING),
    _messages,
    max_leaves=8,
)


def _texts(facts: Mapping[str, object]) -> list[str]:
    """What stands in a message as it is, in every language."""
    found = []
    for fact in facts.values():
        if isinstance(fact, Message):
            found += _texts(fact.facts)
        elif isinstance(fact, str):
            found.append(fact)
    return found


@given(MESSAGES)
def test_any_facts_come_through_in_every_language(message: Message) -> None:
    for said in (str(message), ENGLISH(message), GERMAN(message)):
        for text in _texts(message.facts):
            assert text in said
    assert ENGLISH(message) == str(message)


@given(MESSAGES)
def test_a_message_comes_through_a_pipe_and_a_file(message: Message) -> None:
    for back in (pickle.loads(pickle.dumps(message)), from_builtins(to_builtins(message))):  # noqa: S301 - our own
        assert back == message
        assert hash(back) == hash(message)
        assert GERMAN(back) == GERMAN(message)


@given(_NUMBERS)
def test_numbers_are_written_as_the_language_writes_them(number: int) -> None:
    lost = plural(
        "{store}: {description} {count:,} record is lost.",
        "{store}: {description} {count:,} records are lost.",
        count=number,
        store="x",
        description=NOTHING,
    )
    one = number == 1
    assert str(lost) == f"x:  {number:,} record{' is' if one else 's are'} lost."
    digits = f"{number:,}".replace(",", ".")
    assert GERMAN(lost) == f"x:  {digits} {'Datensatz ist' if one else 'Datensätze sind'} verloren."


def test_fractions_have_the_languages_comma() -> None:
    error = ConnectionFailed(server="db.test:5432", reason=Message("the connection was lost"))
    again = Message("{error} Trying again in {pause:.1f} seconds.", error=error.message, pause=1.5)
    told = localize_error(error, GERMAN)
    assert GERMAN(again) == f"{told} Neuer Versuch in 1,5 Sekunden."
    assert told.detail == "db.test:5432: die Verbindung ging verloren"
    assert str(again) == f"{error} Trying again in 1.5 seconds."


def test_a_template_without_facts_may_hold_braces() -> None:
    assert GERMAN("50 % {done}") == str(Message("50 % {done}")) == "50 % {done}"


def test_an_error_is_english_by_itself_and_told_in_any_language() -> None:
    error = TooManyRejected(
        count=1200, items=3000, percent=12.5, reason=Message("the file is empty")
    )
    assert error.detail == (
        "1,200 of 3,000 were rejected, more than 12.5 %; so what was written was taken back. "
        "The first: the file is empty"
    )
    told = localize_error(error, GERMAN)
    assert told.detail == (
        "1.200 von 3.000 wurden abgelehnt, mehr als 12,5 %; darum wurde zurückgenommen, was "
        "geschrieben war. Der erste: die Datei ist leer"
    )
    assert "--preserve-partial" in error.hint
    assert "--preserve-partial" in told.hint
    assert "--" not in localize_error(error, Translator("de", "wizard")).hint
    assert "--" not in localize_error(error, Translator("en", "wizard")).hint


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_kind_of_error_is_told(language: str) -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.MigratorError)
    ]
    assert InternalError in kinds
    for kind in kinds:
        told = localize_error(kind(**_facts(kind)), Translator(language, "wizard"))
        assert told.title
        assert "{" not in f"{told} {told.hint}"


def _facts(kind: type) -> dict[str, int]:
    """What the texts of an error's class name, whatever they call them."""
    texts = [text for each in kind.__mro__ for text in vars(each).values() if type(text) is str]
    return {name: 3 for text in texts for _, name, *_ in Formatter().parse(text) if name}


@pytest.mark.parametrize(
    "data",
    [
        None,
        "text",
        {},
        {"template": 3},
        {"template": "{a.__class__}", "facts": {"a": "x"}},
        {"template": "{b}", "facts": {"a": "x"}},
        {"template": "{a:,}", "facts": {"a": "x"}},
        {"template": "{a:9q}", "facts": {"a": 1}},
        {"template": "{a!s}", "facts": {"a": "x"}},
        {"template": "{", "facts": {"a": "x"}},
        {"template": "{n} one", "many": "{n} many", "facts": {"n": 1}},
        {"template": "{a}", "facts": {"a": ["x"]}},
        {"template": "{a}", "facts": {"a": None}},
    ],
)
def test_what_is_no_message_is_refused(data: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - Formatter's own words
        from_builtins(data)
