"""flatted (github.com/WebReflection/flatted): a JSON list of values, the first of them the root.

Within objects and lists a string is the index of a value, in decimal digits; other values stand for
themselves. All values are referred to, by which other lists are told apart.
"""

from typing import Any

from msgspec import Raw

from desktop_migrator.plan.decode.decoder import DecodeContext, Decoder, State, as_json
from desktop_migrator.plan.decode.graph import Graph, open_value, render, string_of
from desktop_migrator.plan.json_text import as_list


def flatted(state: State, _context: DecodeContext) -> Raw | None:
    value = as_json(state)
    parts = None if value is None else as_list(value)
    if not parts:
        return None
    # Opened one after another, not one within another: only JSON's own nesting recurses.
    opened: list[Graph] = [open_value(part) for part in parts]
    if len(opened) == 1 and not isinstance(opened[0], dict | list):
        return parts[0]
    seen = {0}
    pending: list[Any] = [opened[0]]
    while pending:
        container = pending.pop()
        places = container.items() if isinstance(container, dict) else enumerate(container)
        for place, member in list(places):
            text = string_of(member)
            if text is None:
                inner = open_value(member)
                if isinstance(inner, dict | list):
                    return None
                continue
            if not (text.isascii() and text.isdigit() and int(text) < len(opened)):
                return None
            index = int(text)
            container[place] = opened[index]
            if index not in seen:
                seen.add(index)
                if isinstance(opened[index], dict | list):
                    pending.append(opened[index])
    return render(opened[0]) if len(seen) == len(opened) else None


DECODERS = (Decoder("flatted", flatted, None),)
