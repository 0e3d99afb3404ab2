"""Names of columns, tables and entities, made of what an app calls its keys and fields."""

import json
import re
from collections.abc import Container

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[^0-9A-Za-z]+")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST = 50
_LONGEST_FIELD = 200
_ENVELOPE_WORDS = frozenset(
    ("persist", "localforage", "store", "storage", "state", "ls", "capacitor", "app", "db", "v1")
)


def snake_case(text: str, otherwise: str) -> str:
    """`createdAt` as `created_at`; `otherwise` where nothing is left of it."""
    words = _NO_WORD.sub("_", _WORD_START.sub("_", text[:_LONGEST_FIELD])).strip("_").lower()
    words = words[:_LONGEST].strip("_") or otherwise
    return words if not words[:1].isdigit() else f"n{words}"


def entity_name(label: str, otherwise: str) -> str:
    """After what of a key or path says most: `persist:root` and `tasks` are `tasks`."""
    words = snake_case(label, otherwise).split("_")
    kept = "_".join([word for word in words if word not in _ENVELOPE_WORDS] or words)
    return kept if not kept[:1].isdigit() else f"n{kept}"


def unused(name: str, taken: Container[str]) -> str:
    """The name, or with the first number that nobody has."""
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def field_expression(name: str) -> str:
    """The JMESPath of one field."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def path_expression(path: tuple[str, ...]) -> str:
    return ".".join(map(field_expression, path)) or "@"


def can_be_named(name: str) -> bool:
    """Whether a plan can name the field."""
    return 0 < len(name) <= _LONGEST_FIELD and name.isprintable() and "␛" not in name


def singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return word


def bare(name: str) -> str:
    """For comparing names: small letters, no joints, the last word in the singular."""
    return singular(snake_case(name, "").replace("_", ""))
