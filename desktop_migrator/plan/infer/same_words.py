"""What apps and databases call one and the same status."""

from collections.abc import Sequence

from desktop_migrator.model import normalize_name

_SAME_WORDS = (
    frozenset(("todo", "pending", "open", "new", "backlog", "notstarted", "false")),
    frozenset(("inprogress", "doing", "started", "active", "running")),
    frozenset(("done", "completed", "complete", "finished", "closed", "merged", "true")),
    frozenset(("cancelled", "canceled", "aborted")),
    frozenset(("paused", "onhold", "blocked", "waiting")),
)
"""Words that apps and databases use for the same status."""


def same_word(word: str, values: Sequence[str]) -> str | None:
    """The one of the values that the word means; None: none of them."""
    plain = normalize_name(word).replace(" ", "")
    for value in values:
        if normalize_name(value) == plain:
            return value
    for same in _SAME_WORDS:
        if plain in same:
            return next((value for value in values if normalize_name(value) in same), None)
    return None
