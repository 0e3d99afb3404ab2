"""A conflict as people see it, both sides next to each other, and the keys that answer it."""

from datetime import datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from desktop_migrator.cli.output import cell, print_line
from desktop_migrator.model import Conflict, Resolution
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
    Resolution.KEEP: "keep the database's",
    Resolution.REPLACE: "take the browser's",
    Resolution.MERGE: "merge both, the database's where they contradict",
}
_SCOPE_LABELS = {
    AnswerScope.ONE: "",
    AnswerScope.SIMILAR: ", the same for all like this",
    AnswerScope.ALL: ", the same for all",
}


def ask_reply(console: Console, question: ConflictQuestion) -> ConflictReply | None:
    """The person's reply by one key; None: the person stops."""
    left = question.total - question.number + 1
    console.line()
    print_line(console, f"Conflict {question.number:,} of {question.total:,}", "bold")
    print_conflict(console, question.conflict)
    print_line(console, "k keep the database's   r replace it by the browser's   m merge both")
    if question.similar_count > 1:
        number = f"{question.similar_count:,}"
        print_line(console, f"K, R, M the same for all {number} that differ in the same fields")
    if left > 1:
        print_line(console, f"1, 2, 3 keep, replace or merge all {left:,}")
    print_line(console, "q stop; nothing is written")
    while (key := _read_key()) not in _REPLY_KEYS:
        if key == _STOP_KEY:
            return None
        print_line(console, "There is no such key.", "yellow")
    reply = _REPLY_KEYS[key]
    print_line(
        console, f"→ {_ANSWER_LABELS[reply.resolution]}{_SCOPE_LABELS[reply.scope]}", "green"
    )
    return reply


def _read_key() -> str:
    try:
        return typer.getchar()
    except (KeyboardInterrupt, EOFError):
        return _STOP_KEY


def print_conflict(console: Console, conflict: Conflict) -> None:
    """The fields that differ, side by side."""
    table = Table(
        title=cell(f"{conflict.entity}, row {conflict.id}"), title_justify="left", show_lines=True
    )
    for header in ("Field", "In the database", "In the browser"):
        table.add_column(header, overflow="fold")
    for difference in conflict.differences:
        table.add_row(cell(difference.name), _value(difference.row), _value(difference.item))
    row_time, item_time = conflict.row_time, conflict.item_time
    if row_time or item_time:
        table.add_row(
            Text("last changed", "italic"), _time(row_time, item_time), _time(item_time, row_time)
        )
    console.print(table)


def conflict_event(conflict: Conflict) -> dict[str, Any]:
    return {
        "event": "conflict",
        "entity": conflict.entity,
        "id": conflict.id,
        "fields": [
            {"name": each.name, "row": each.row, "item": each.item} for each in conflict.differences
        ],
        "row_time": conflict.row_time and conflict.row_time.isoformat(),
        "item_time": conflict.item_time and conflict.item_time.isoformat(),
    }


def _value(text: str | None) -> Text:
    return Text("empty", "dim italic") if text is None else cell(text)


def _time(own: datetime | None, other: datetime | None) -> Text:
    if own is None:
        return Text("unknown", "dim italic")
    newer = " (newer)" if other is not None and own > other else ""
    return Text(f"{own:%Y-%m-%d %H:%M:%S} UTC{newer}")
