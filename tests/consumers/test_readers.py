"""What the libraries that JavaScript's apps read PostgreSQL with make of hard values.

Each value is migrated, compared with what PostgreSQL itself tells of it, and read by each library
as it does by itself. What they make of it stands in docs/readers.md, word for word.
"""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.consumers.conftest import APP, node
from tests.integration.desk import Desk, row_id
from tests.integration.webkit_store import store_of

DOCS = Path(__file__).parents[2] / "docs" / "readers.md"
PLAN = """
version = 1
name = "hard"
[entities.hard]
table = "hard"
id = { from = "id", type = "text" }
sources = [{ keys = ["hard"] }]
[entities.hard.columns]
moment = { from = "moment", type = "timestamp" }
instant = { from = "instant", type = "timestamptz" }
day = { from = "day", type = "date" }
whole = { from = "whole", type = "bigint" }
exact = { from = "exact", type = "numeric" }
double = { from = "double", type = "double precision" }
document = { from = "document", type = "jsonb" }
text = { from = "text", type = "text" }
"""
TABLE = """
CREATE TABLE hard (id text PRIMARY KEY, moment timestamp, instant timestamptz, day date,
    whole bigint, exact numeric, double double precision, document jsonb, text text)
"""
CASES = {
    "moment": [
        '"0001-01-01T00:00:00.000Z"',
        '"0099-12-31T23:59:59.999Z"',
        '"2026-03-08T02:30:00.000Z"',
        '"2026-07-01T10:20:30.123456Z"',
        '"9999-12-31T23:59:59.999Z"',
    ],
    "instant": [
        '"0001-01-01T00:00:00.000Z"',
        '"0099-12-31T23:59:59.999Z"',
        '"2026-07-01T10:20:30.123Z"',
        '"2026-07-01T10:20:30.123456Z"',
    ],
    "day": ['"0001-01-01"', '"2026-03-08"'],
    "whole": ["9007199254740993"],
    "exact": ["12345678901234567890.0123456789"],
    "double": ["0.1", "140737488355329", "1e308"],
    "document": [
        '{"n": 9007199254740993}',
        '{"n": 1e400}',
        '"123"',
        '"{\\"a\\": 1}"',
        '"plain"',
        '{"a": [{"b": "é ✓"}]}',
    ],
    "text": ['""', '"é ✓"'],
}
"""By column, values as JSON; each in a row of its own."""
TYPES = {"moment": "timestamp", "instant": "timestamptz", "day": "date", "whole": "bigint",
         "exact": "numeric", "double": "double precision", "document": "jsonb",
         "text": "text"}  # fmt: skip
ROWS = {row_id(number): each for number, each in enumerate(
    (column, value) for column, values in CASES.items() for value in values)}  # fmt: skip
PACKAGES = {
    "pg": ["pg"],
    "postgres.js": ["postgres"],
    "Kysely": ["kysely", "pg"],
    "Drizzle 0.45": ["drizzle-orm", "pg"],
    "Drizzle 0.45 on postgres.js": ["drizzle-orm", "postgres"],
    "drizzle-zod 0.8": ["drizzle-zod", "drizzle-orm", "zod"],
    "Drizzle 1.0": ["drizzle-orm-next", "pg"],
    "Drizzle 1.0's zod": ["drizzle-orm-next", "zod"],
    "Prisma": ["@prisma/client", "@prisma/adapter-pg"],
    "PGlite": ["@electric-sql/pglite"],
}

pytestmark = pytest.mark.needs("npm")


def test_the_readers_do_with_hard_values_what_the_docs_say(
    app: Path, database: str, sql: psycopg.Connection[Any], tmp_path: Path
) -> None:
    items = [f'{{"id": "{row}", "{column}": {value}}}' for row, (column, value) in ROWS.items()]
    desk = Desk(database, tmp_path)
    desk.write_plan(PLAN)
    desk.sql(TABLE)
    result = desk.run(store_of(tmp_path / "store", {"hard": f"[{','.join(items)}]".encode()}))
    assert result.counts.inserted == len(ROWS), desk.reporter.rejections
    for row, (column, value) in ROWS.items():
        query = f"SELECT {column}::text FROM hard WHERE id = %s".encode()
        [(text,)] = sql.execute(query, [row]).fetchall()
        assert outcome(column, value, ["string", text]) == "exact", row

    node(app, "", "npx", "prisma", "generate")
    told = json.loads(node(app, desk.database, "node", "readers.mjs"))
    assert told.keys() == PACKAGES.keys()
    lines = ["| value | type | exact | otherwise |", "| --- | --- | --- | --- |"]
    for row, (column, value) in ROWS.items():
        outcomes: dict[str, list[str]] = {}
        for reader, rows in told.items():
            assert rows.keys() == ROWS.keys(), reader
            outcomes.setdefault(outcome(column, value, rows[row][column]), []).append(reader)
        right = outcomes.pop("exact", [])
        exact = ", ".join(right) if outcomes else "all"
        rest = "; ".join(f"{', '.join(names)}: {made}" for made, names in outcomes.items())
        lines.append(f"| `{value}` | {TYPES[column]} | {exact} | {rest} |")
    table = "\n".join(lines)
    assert table in DOCS.read_text("utf-8"), table


def test_the_docs_name_the_versions_that_were_tried() -> None:
    package = json.loads((APP / "package.json").read_text())
    versions = package["dependencies"] | package["devDependencies"]
    for reader, names in PACKAGES.items():
        tried = ", ".join(f"{name} {versions[name].rpartition('@')[2]}" for name in names)
        assert f"| {reader} | {tried.replace('orm-next', 'orm')} |" in DOCS.read_text("utf-8")


def outcome(column: str, value: str, made: list[str]) -> str:
    """`exact`, or what a reader made of the value that the page held, as JSON."""
    kind, text = made
    if kind == "refused":
        return "refused"
    held = json.loads(value, parse_float=Decimal)
    if column in {"moment", "instant"}:
        return _outcome_of_time(datetime.fromisoformat(held), text)
    return "exact" if _is_same(column, held, text) else f"`{text}`"


def _is_same(column: str, held: Any, text: str) -> bool:
    match column:
        case "day":
            return text in {held, f"{held}T00:00:00.000Z"}
        case "double":
            return float(text) == float(held)
        case "document":
            return bool(json.loads(text, parse_float=Decimal) == held)
        case "text":
            return bool(text == held)
    return Decimal(text) == Decimal(held)


def _outcome_of_time(held: datetime, text: str) -> str:
    try:
        found: Any = datetime.fromisoformat(text)
    except ValueError:  # of a year that Python does not have
        return f"`{text}`"
    found = found.replace(tzinfo=found.tzinfo or UTC)
    if found == held:
        return "exact"
    late = held - found
    return "to the millisecond" if timedelta() < late < timedelta(milliseconds=1) else f"`{text}`"
