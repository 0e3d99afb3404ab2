"""What is printed: text as a terminal may have it, and JSON lines.

What browsers hold can contain anything, control codes too.
"""

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from desktop_migrator.messages import Message
from desktop_migrator.model import AsideItem, Item


def escape_unprintable(text: str) -> str:
    """The text with everything that would not show, or do worse, spelled as an escape."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


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
    sys.stdout.write(json.dumps(value, default=str) + "\n")


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
