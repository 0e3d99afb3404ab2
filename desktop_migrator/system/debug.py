"""Debug output by category, and the id that ties together what one call of a use case wrote.

A category's logger holds no value from user data and no secret.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

CATEGORIES = (
    "browsers:read",
    "migration:extract",
    "migration:transform",
    "migration:backup",
    "migration:load",
    "migration:verify",
    "migration:undo",
    "postgres:connect",
    "postgres:lock",
)
_ROOT = "desktop_migrator"
_current: ContextVar[str | None] = ContextVar("correlation", default=None)


def debug_log(category: str) -> logging.Logger:
    """What a stage tells a developer. Raises KeyError for a category that is not in the list."""
    if category not in CATEGORIES:
        raise KeyError(category)
    return logging.getLogger(f"{_ROOT}.{category.replace(':', '.')}")


def enable(patterns: str, stream: TextIO) -> list[str]:
    """Send categories (`migration:load,postgres:*`, or `*`) to a stream; returns unknown ones."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    logging.getLogger(_ROOT).addHandler(handler)
    unknown = []
    for word in patterns.split(","):
        pattern = word.strip()
        found = [each for each in CATEGORIES if _fits(each, pattern)]
        for each in found:
            debug_log(each).setLevel(logging.DEBUG)
        if pattern and not found:
            unknown.append(pattern)
    return unknown


def _fits(category: str, pattern: str) -> bool:
    return pattern in {category, "*", f"{category.partition(':')[0]}:*"}


def correlation_id() -> str | None:
    """The id of the use case under way in this thread, in logs and at the server."""
    return _current.get()


@contextmanager
def correlated() -> Iterator[str]:
    """A new id for what is done in the block; within another such block that one's."""
    if current := _current.get():
        yield current
        return
    chosen = secrets.token_hex(6)
    before = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(before)
