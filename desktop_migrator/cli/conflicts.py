"""A conflict as people see it, both sides next to each other, and the keys that answer it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from desktop_migrator.cli.output import cell, print_line
from desktop_migrator.messages import N_, Message, Translator
from desktop_migrator.model import Conflict, Resolution, Source
from desktop_migrator.reporter import AnswerScope, ConflictQuestion, ConflictReply

_REPLY_KEYS = {
    "k": ConflictReply(Resolution.KEEP),
    "r": ConflictReply(Resolution.REPLACE),
    "m": ConflictReply(Resolution.MERGE),
    "K": ConflictReply(Resolution.KEEP, AnswerScope.SIMILAR),
    "R": ConflictReply(Resolution.REPLACE, AnswerScope.SIMILAR),
    "M": ConflictReply(Resolution.MERGE, AnswerScope.SIMILAR),
    "1": ConflictReply(Resolution.KEEP, AnswerScope.ALL),
    "2": ConflictReply(Resolution.REPLACE, AnswerScope.ALL),
    "3": ConflictReply(Resolution.MERGE, AnswerScope.ALL),
}
_STOP_KEY = "q"
_ANSWER_LABELS = {
    Resolution.KEEP: N_("keep the database's"),
    Resolution.REPLACE: N_("take the browser's"),
    Resolution.MERGE: N_("merge both, the database's where they contradict"),
}
_VERSION_LABELS = {
    Resolution.KEEP: N_("take that of {first}"),
    Resolution.REPLACE: N_("take that of {second}"),
    Resolution.MERGE: N_("merge both, that of {first} where they contradict"),
}
_SCOPE_LABELS = {
    AnswerScope.ONE: N_("{answer}"),
    AnswerScope.SIMILAR: N_("{answer}, the same for all like this"),
    AnswerScope.ALL: N_("{answer}, the same for all"),
}


def ask_reply(console: Console, question: ConflictQuestion, tr: Translator) -> ConflictReply | None:
    """The person's reply by one key; None: the person stops."""
    left = question.total - question.number + 1
    console.line()
    heading = tr("Conflict {number:,} of {total:,}", number=question.number, total=question.total)
    print_line(console, heading, "bold")
    print_conflict(console, question.conflict, tr)
    for line in _key_lines(question, left):
        print_line(console, tr(line))
    while (key := _read_key()) not in _REPLY_KEYS:
        if key == _STOP_KEY:
            return None
        print_line(console, tr("There is no such key."), "yellow")
    reply = _REPLY_KEYS[key]
    answer = tr(
        _SCOPE_LABELS[reply.scope],
        answer=_answer_label(reply.resolution, question.conflict.version_names, tr),
    )
    print_line(console, f"→ {answer}", "green")
    return reply


def _answer_label(resolution: Resolution, versions: tuple[str, str] | None, tr: Translator) -> str:
    if versions is None:
        return tr(_ANSWER_LABELS[resolution])
    return tr(_VERSION_LABELS[resolution], first=versions[0], second=versions[1])


def _key_lines(question: ConflictQuestion, left: int) -> Iterator[Message]:
    """The keys that answer it; with `left` questions left, this one included."""
    versions = question.conflict.version_names
    if versions is None:
        yield Message("k keep the database's   r replace it by the browser's   m merge both")
    else:
        yield Message(
            "k take that of {first}   r take that of {second}   m merge both",
            first=versions[0],
            second=versions[1],
        )
    if question.similar_count > 1:
        yield Message(
            "K, R, M the same for all {number:,} that differ in the same fields",
            number=question.similar_count,
        )
    if left > 1:
        if versions is None:
            yield Message("1, 2, 3 keep, replace or merge all {number:,}", number=left)
        else:
            yield Message(
                "1, 2, 3 the left one, the right one or both, for all {number:,}", number=left
            )
    yield Message("q stop; nothing is written")


def _read_key() -> str:
    try:
        return typer.getchar()
    except (KeyboardInterrupt, EOFError):
        return _STOP_KEY


def print_conflict(console: Console, conflict: Conflict, tr: Translator) -> None:
    """The fields that differ, side by side."""
    versions = conflict.version_names
    if versions is None:
        title = tr("{entity}, row {id}", entity=conflict.entity, id=conflict.id)
    else:
        title = tr("{entity}, two versions of {id}", entity=conflict.entity, id=conflict.id)
    table = Table(title=cell(title), title_justify="left", show_lines=True)
    for header in (tr("Field"), *(versions or (tr("In the database"), tr("In the browser")))):
        table.add_column(cell(header), overflow="fold")
    for difference in conflict.differences:
        table.add_row(
            cell(difference.name), _value(difference.row, tr), _value(difference.item, tr)
        )
    row_time, item_time = conflict.row_time, conflict.item_time
    if row_time or item_time:
        table.add_row(
            Text(tr("last changed"), "italic"),
            _time(row_time, item_time, tr),
            _time(item_time, row_time, tr),
        )
    console.print(table)


def conflict_event(conflict: Conflict) -> dict[str, Any]:
    """`row_source` and `item_source` say where two versions lie; null: a row and an item."""
    return {
        "event": "conflict",
        "entity": conflict.entity,
        "id": conflict.id,
        "fields": [
            {"name": each.name, "row": each.row, "item": each.item} for each in conflict.differences
        ],
        "row_time": conflict.row_time,
        "item_time": conflict.item_time,
        "row_source": conflict.row_source and _source(conflict.row_source),
        "item_source": conflict.item_source and _source(conflict.item_source),
    }


def _source(source: Source) -> dict[str, str]:
    profile = source.store.profile
    return {
        "browser": profile.browser,
        "profile": profile.name,
        "origin": source.storage_key.origin,
        "key": source.key,
        "position": source.position,
    }


def _value(text: str | None, tr: Translator) -> Text:
    return Text(tr("empty"), "dim italic") if text is None else cell(text)


def _time(own: datetime | None, other: datetime | None, tr: Translator) -> Text:
    if own is None:
        return Text(tr("unknown"), "dim italic")
    if other is not None and own > other:
        return Text(tr("{time:%Y-%m-%d %H:%M:%S} UTC (newer)", time=own))
    return Text(tr("{time:%Y-%m-%d %H:%M:%S} UTC", time=own))
