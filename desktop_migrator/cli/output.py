"""What is printed: text as a terminal may have it, and JSON lines.

What browsers hold can contain anything, control codes too.
"""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from desktop_migrator.errors import MigratorError
from desktop_migrator.messages import Message
from desktop_migrator.model import AsideItem, Item
from desktop_migrator.system.times import rfc3339

_log = logging.getLogger(__name__)


def escape_unprintable(text: str) -> str:
    """The text with everything that would not show, or do worse, spelled as an escape."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


class PlainConsole(Console):
    """Takes no text for markup and no control code for one: what is printed is what shows.

    Tables, titles and progress bars come by here with their texts; colours are given beside them.
    """

    def render_str(self, text: str, **how: Any) -> Text:
        lines = "\n".join(map(escape_unprintable, text.split("\n")))
        return super().render_str(lines, **(how | {"markup": False, "emoji": False}))


@contextmanager
def whatever_the_terminal() -> Iterator[None]:
    """For telling of what is done: a pipe that is gone, or a full disk, does not undo it.

    So it does not make the command a failed one either.
    """
    try:
        yield
        sys.stdout.flush()
    except Exception:  # whatever a terminal or an encoding does to it
        _log.debug("the result could not be printed", exc_info=True)
        # Nothing is left in the stream, for which Python would fail at its own end.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def cell(text: object, style: str = "") -> Text:
    """The content of a table's cell; None is an empty one."""
    return Text("" if text is None else escape_unprintable(str(text)), style)


def print_line(console: Console, text: str, style: str | None = None) -> None:
    console.print(escape_unprintable(text), style=style, markup=False, highlight=False)


def cannot_be_written(path: Path, error: OSError) -> Message:
    return Message(
        "{path} cannot be written: {reason}.", path=str(path), reason=error.strerror or ""
    )


def write_json(value: object) -> None:
    """ASCII, so that lone surrogates come through any pipe exactly."""
    sys.stdout.write(json.dumps(value, default=_spelled) + "\n")


def _spelled(value: object) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)


def error_facts(error: MigratorError | None) -> dict[str, str] | None:
    """As an `error` event has them."""
    if error is None:
        return None
    return {
        "code": error.code,
        "title": error.title,
        "detail": error.detail,
        "hint": error.hint,
    }


def item_event(event: str, outcome: Item | AsideItem) -> dict[str, Any]:
    """What became of an item, and where it was found."""
    source = outcome.source
    return {
        "event": event,
        "entity": outcome.entity,
        "source_id": outcome.source_id,
        "origin": source.storage_key.origin,
        "key": source.key,
        "position": source.position,
    }


def aside_event(event: str, item: AsideItem) -> dict[str, Any]:
    profile = item.source.store.profile
    return item_event(event, item) | {
        "browser": profile.browser,
        "profile": profile.name,
        "code": item.code,
        "reason": item.reason,
        "remedy": item.remedy,
    }
