"""Rows that meet items, what they become by each way, and how to look at them on a real server.

Written by hand from the promises about conflicts; see test_policies.py.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from desktop_migrator.model import Item
from tests.integration.postgres.factories import USER, Bench, item

TABLE = """
CREATE TABLE tasks (
    id uuid PRIMARY KEY, title text, status varchar(50), stars int,
    created_at timestamp, updated_at timestamptz, user_id text NOT NULL, metadata jsonb
)
"""
COLUMNS = ("title", "status", "stars", "created_at", "updated_at", "metadata")
EARLY, MIDDLE, LATE = "2026-01-01 10:00", "2026-02-01 10:00", "2026-03-01 10:00"


@dataclass(frozen=True)
class Case:
    """A row, the item that meets it, and what they become."""

    name: str
    row: dict[str, Any]
    item: dict[str, Any]
    newest: str
    """Which of both is the newest: row or item."""
    merged: dict[str, Any]
    """What FIELDS writes over the row."""
    equal: bool = field(default=False)


TIMES = {"created_at": EARLY, "updated_at": MIDDLE}
CASES = [
    Case("equal", {**TIMES, "title": "A", "metadata": '{"a": 1.0, "b": [1, 2]}'},
         {**TIMES, "title": "A", "metadata": '{"b":[1,2],"a":1}'},
         newest="row", merged={}, equal=True),
    Case("item newer", {**TIMES, "title": "A"}, {**TIMES, "title": "B", "updated_at": LATE},
         newest="item", merged={}),
    Case("item newer by a microsecond", {**TIMES, "title": "A"},
         {**TIMES, "title": "B", "updated_at": "2026-02-01 10:00:00.000001"},
         newest="item", merged={}),
    Case("item older", {**TIMES, "title": "A"}, {**TIMES, "title": "B", "updated_at": EARLY},
         newest="row", merged={}),
    Case("same time", {**TIMES, "title": "A"}, {**TIMES, "title": "B"}, newest="row", merged={}),
    Case("no times", {"title": "A"}, {"title": "B"}, newest="row", merged={}),
    Case("row without times", {"title": "A"}, {**TIMES, "title": "B"},
         newest="row", merged=TIMES),
    Case("item without times", {**TIMES, "title": "A"}, {"title": "B"}, newest="row", merged={}),
    Case("never updated, item made later", {"created_at": EARLY, "title": "A"},
         {"created_at": MIDDLE, "title": "B"}, newest="item", merged={}),
    Case("row never updated, item updated after", {"created_at": EARLY, "title": "A"},
         {**TIMES, "title": "B"}, newest="item", merged={"updated_at": MIDDLE}),
    Case("item never updated, row updated after", {**TIMES, "title": "A"},
         {"created_at": EARLY, "title": "B"}, newest="row", merged={}),
    Case("row says infinity", {"created_at": EARLY, "updated_at": "infinity", "title": "A"},
         {**TIMES, "title": "B", "stars": 3}, newest="row", merged={"stars": 3}),
    Case("empty fields of the row", {**TIMES, "title": "", "status": None, "stars": 0},
         {**TIMES, "title": "B", "status": "done", "stars": 5},
         newest="row", merged={"title": "B", "status": "done"}),
    Case("empty fields of the item", {**TIMES, "title": "A", "stars": 1, "metadata": '{"a": 1}'},
         {**TIMES, "title": "", "stars": None, "metadata": None, "updated_at": LATE},
         newest="item", merged={}),
    Case("objects", {**TIMES, "metadata": '{"a": {"b": 1, "c": null}, "d": ""}'},
         {**TIMES, "metadata": '{"a": {"b": 2, "c": 3, "e": []}, "d": "x", "f": false}'},
         newest="row",
         merged={"metadata": '{"a": {"b": 1, "c": 3, "e": []}, "d": "x", "f": false}'}),
    Case("lists", {**TIMES, "metadata": '{"tags": ["a", "b"], "steps": [{"id": 1, "t": "A"}]}'},
         {**TIMES, "metadata":
          '{"tags": ["b", "c"], "steps": [{"id": 2, "t": "C"}, {"id": 1, "t": "B", "n": 7}]}'},
         newest="row",
         merged={"metadata": '{"tags": ["a", "b", "c"], "steps":'
                 ' [{"id": 1, "t": "A", "n": 7}, {"id": 2, "t": "C"}]}'}),
    Case("JSON of two kinds", {**TIMES, "metadata": '{"a": 1}'}, {**TIMES, "metadata": "[1]"},
         newest="row", merged={}),
    Case("JSON's null", {**TIMES, "metadata": "null"}, {**TIMES, "metadata": '{"a": 1}'},
         newest="row", merged={"metadata": '{"a": 1}'}),
    Case("exact numbers", {**TIMES, "metadata": '{"a": 0.1000000000000000000000000001}'},
         {**TIMES, "metadata": '{"a": 0.1, "b": 9007199254740993, "c": 1e400}'},
         newest="row", merged={"metadata":
             '{"a": 0.1000000000000000000000000001, "b": 9007199254740993, "c": 1e400}'}),
]  # fmt: skip


def written_from(case: Case, side: str) -> dict[str, Any] | None:
    if case.equal or side == "row":
        return None
    return case.item if side == "item" else case.merged or None


def row_id(number: int) -> uuid.UUID:
    return uuid.UUID(int=number + 1)


def in_utc(bench: Bench, *statements: str) -> list[Any]:
    """What the last statement found; nothing is kept where the first one is BEGIN."""
    with bench.other() as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        for statement in statements:
            cursor = connection.execute(statement.encode())
        found = cursor.fetchall() if cursor.description else []
        connection.rollback()
        return found


def literal(value: object) -> str:
    if value is None:
        return "NULL"
    return "'" + str(value).replace("'", "''") + "'"


def items(entity: str = "tasks") -> Iterator[Item]:
    for number, case in enumerate(CASES):
        values: dict[str, Any] = dict.fromkeys(COLUMNS) | case.item
        values |= {"id": row_id(number), "user_id": USER}
        for name in ("created_at", "updated_at"):
            if values[name]:
                values[name] = datetime.fromisoformat(values[name]).replace(tzinfo=UTC)
        if values["metadata"]:
            values["metadata"] = values["metadata"].encode()
        order = ("id", "title", "status", "stars", "created_at", "updated_at", "user_id")
        yield item(
            entity,
            *(values[name] for name in (*order, "metadata")),
            updated_at=values["updated_at"],
            created_at=values["created_at"],
        )


def rows(bench: Bench, table: str = "tasks") -> dict[uuid.UUID, tuple[str, str]]:
    """Each row as text, and the transaction that wrote it."""
    found = in_utc(bench, f"SELECT id, t::text, xmin::text FROM {table} t")
    return {row_id: (text, transaction) for row_id, text, transaction in found}


def expected_text(bench: Bench, number: int, change: dict[str, Any]) -> str:
    """The row's text as PostgreSQL itself would have it after the change."""
    assignments = ", ".join(f"{name} = {literal(value)}" for name, value in change.items())
    [(text,)] = in_utc(
        bench,
        "BEGIN",
        f"UPDATE tasks SET {assignments} WHERE id = '{row_id(number)}'",
        f"SELECT t::text FROM tasks t WHERE id = '{row_id(number)}'",
    )
    return str(text)
