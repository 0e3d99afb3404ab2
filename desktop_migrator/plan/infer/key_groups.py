"""Which records belong together by their keys.

Keys that differ in a part that is made up for each (an id, a number, a day) are one group, whose
pattern has `*` there. So are keys that an index names (`todos` holding `id1,id2` beside
`todos-id1`) and those with one beginning in common, whose values then decide whether they are
alike. Every other key is a group of its own, over all profiles.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from desktop_migrator.model import Record
from desktop_migrator.plan.json_text import as_list, as_string, escape_json
from desktop_migrator.plan.reject import ItemRejected
from desktop_migrator.plan.wildcards import WildcardPattern

_SEPARATORS = ":/.|_-"
_MADE_UP = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|\d{4}-\d\d-\d\d"
    r"|(?<![0-9A-Za-z])(?:[0-7][0-9A-HJKMNP-TV-Z]{25}"
    r"|(?=[0-9a-f]*[0-9])[0-9a-f]{8,64}"
    r"|(?=[0-9]*[A-Za-z])(?=[A-Za-z]*[0-9])[0-9A-Za-z]{16,64}"
    r"|\d+)(?![0-9A-Za-z])"
)
_MAX_KEY_LENGTH = 300
_MAX_INDEX_LENGTH = 1 << 20
_MAX_LISTED_KEYS = 50
_MIN_COMMON_BEGINNING = 3
"""Keys with one beginning that are worth looking at together."""


@dataclass(slots=True)
class KeyGroup:
    """Records that one entity may take."""

    patterns: tuple[str, ...]
    """What a plan would write in `keys`: they match these records and no others."""
    label: str
    """The key, or what is the same in all of its keys."""
    records: list[Record]
    is_open: bool = False
    """Whether more keys of its kind are to be expected."""
    is_tentative: bool = False
    """Whether its keys have no more in common than how they begin."""


@dataclass(slots=True)
class IndexKey:
    """A record that only lists others."""

    key: str
    entries: int


def group_keys(records: Iterable[Record], most: int) -> tuple[list[KeyGroup], list[IndexKey]]:
    """The groups, those that say most first, and the indexes; at most so many groups."""
    by_key: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_key[record.key].append(record)
    keys = sorted(by_key)
    groups: list[KeyGroup] = []
    grouped: set[str] = set()
    indexes = list(_indexes(by_key))
    for index, beginning in indexes:
        members = [key for key in _starting(keys, beginning) if key not in grouped]
        _add(groups, grouped, by_key, keys, f"{beginning}*", members, index.key)
    index_keys = {index.key for index, _ in indexes}
    patterns: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        if key not in grouped and key not in index_keys and len(key) <= _MAX_KEY_LENGTH:
            pattern = _MADE_UP.sub("*", key)
            if "*" in pattern and "*" not in key and pattern.strip("*"):
                patterns[pattern].append(key)
    for pattern, members in patterns.items():
        if len(members) > 1:
            label = pattern.replace("*", "").strip(_SEPARATORS)
            _add(groups, grouped, by_key, keys, pattern, members, label)
    left = [key for key in keys if key not in grouped and key not in index_keys]
    if len(groups) < most:
        groups += [KeyGroup((key,), key, by_key[key]) for key in left[: most - len(groups)]]
    return groups, [index for index, _ in indexes]


def common_beginnings(groups: Sequence[KeyGroup]) -> list[KeyGroup]:
    """Groups of single keys with a beginning in common, which their values may bear out."""
    single = [group for group in groups if not group.is_open and len(group.patterns) == 1]
    beginnings: dict[str, list[KeyGroup]] = defaultdict(list)
    for group in single:
        place = max(map(group.label.rfind, _SEPARATORS))
        if 0 < place < len(group.label) - 1:
            beginnings[group.label[: place + 1]].append(group)
    found = []
    for beginning, members in beginnings.items():
        own = {group.label for group in members}
        if len(members) < _MIN_COMMON_BEGINNING or any(
            pattern.startswith(beginning) and group.label not in own
            for group in groups
            for pattern in group.patterns
        ):
            continue
        records = [record for group in members for record in group.records]
        label = beginning.strip(_SEPARATORS)
        found.append(KeyGroup((f"{beginning}*",), label, records, True, is_tentative=True))
    return found


def _add(
    groups: list[KeyGroup],
    grouped: set[str],
    by_key: dict[str, list[Record]],
    keys: Sequence[str],
    pattern: str,
    members: Sequence[str],
    label: str,
) -> None:
    """Make a group, by its pattern if that matches nothing else."""
    if not members:
        return
    match = WildcardPattern(pattern).match
    own = set(members)
    others = any(
        key not in own and match(key) is not None
        for key in _starting(keys, pattern.partition("*")[0])
    )
    patterns = tuple(members) if others else (pattern,)
    if len(patterns) > _MAX_LISTED_KEYS:
        return
    grouped.update(members)
    records = [record for key in members for record in by_key[key]]
    groups.append(KeyGroup(patterns, label, records, not others))


def _starting(keys: Sequence[str], beginning: str) -> Iterator[str]:
    for place in range(bisect_left(keys, beginning), len(keys)):
        if not keys[place].startswith(beginning):
            return
        yield keys[place]


def _indexes(by_key: dict[str, list[Record]]) -> Iterator[tuple[IndexKey, str]]:
    """Keys whose values list what other keys end in; and how those begin."""
    for key in sorted(by_key):
        for record in by_key[key][:1]:
            entries = _listed(record.value)
            for separator in ("-", ":", "/", ".", "_"):
                beginning = key + separator
                known = sum(f"{beginning}{entry}" in by_key for entry in entries)
                if known and known * 2 >= len(entries):
                    yield IndexKey(key, len(entries)), beginning
                    break


def _listed(text: str) -> list[str]:
    if not text or len(text) > _MAX_INDEX_LENGTH:
        return []
    if text[0] != "[":
        return [] if text[0] in '{"' else [part.strip() for part in text.split(",")]
    try:
        elements = as_list(escape_json(text)) or []
        return [each for element in elements if (each := as_string(element)) is not None]
    except ItemRejected:
        return []
