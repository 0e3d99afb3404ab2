"""What a plan may cost before anything is known of it but its size.

A plan comes from somebody else. TOML's parser takes the square of a key's parts, expressions can
double what they are given with every few letters, a number can have as many digits as the file.
"""

import re
from collections.abc import Mapping
from typing import Any

from desktop_migrator.messages import Message

_MAX_KEY_PARTS = 32
_MAX_WORD = 400
"""Characters of a number or a name outside quotes."""
_MAX_NODES = 20_000
"""Values, keys and tables; what `plan infer` drafts for a large app has some thousands."""
_MAX_GROWTH = 64

# Strings and comments as a whole, since what they hold counts for nothing here; those that do not
# end are TOML's to refuse. Nothing is looked at twice.
_TOKEN = re.compile(
    r"""
    "{3}(?:[^"\\]|\\.|"(?!""))*+(?:"{3}|\Z) | '{3}(?:[^']|'(?!''))*+(?:'{3}|\Z)
    | "(?:[^"\\\n]|\\.)*+"? | '[^'\n]*+'? | \#[^\n]*+
    | [0-9A-Za-z_+-]++ | [^\s]
    """,
    re.VERBOSE | re.DOTALL,
)


def find_excess(text: str) -> Message | None:
    """What of a plan's text is more than any plan has; None for nothing."""
    parts = nodes = 0
    for found in _TOKEN.finditer(text):
        piece = found[0]
        if piece == ".":
            parts += 1
            if parts >= _MAX_KEY_PARTS:
                return Message("has a key of more than {most} parts", most=_MAX_KEY_PARTS)
        elif piece in {"=", ",", "[", "]", "{", "}"}:
            parts = 0
            nodes += 1
            if nodes > _MAX_NODES:
                return Message("has more than {most} values", most=_MAX_NODES)
        elif len(piece) > _MAX_WORD and piece[0] not in "\"'#":
            return Message("has a number or a name of more than {most} characters", most=_MAX_WORD)
    return None


def grows_too_much(node: Mapping[str, Any]) -> bool:
    """Whether an expression, as JMESPath has parsed it, can make very much of very little."""
    return _growth(node) > _MAX_GROWTH


def _growth(node: Mapping[str, Any]) -> int:
    """How many times what it is given an expression's result can be, at most."""
    kind = node["type"]
    below = [_growth(child) for child in node["children"] if isinstance(child, Mapping)]
    if kind in {"multi_select_list", "multi_select_dict"}:
        return max(sum(below), 1)
    if kind in {"or_expression", "and_expression", "comparator", "key_val_pair", "not_expression"}:
        return max([*below, 1])
    if kind == "function_expression":
        # to_string() of quoted text escapes it once more.
        return max(sum(below), 1) * (2 if node["value"] == "to_string" else 1)
    product = 1
    for each in below:  # one after the other
        product = min(product * each, _MAX_GROWTH + 1)
    return product
