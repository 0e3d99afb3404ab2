"""Serves Electric's shape protocol from a real database: its rows, then what replication tells.

A stand-in for Electric, by https://electric-sql.com/docs/api/http: answers are cut into small
pieces, a live request is answered when something has changed, or soon.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.integration.pgoutput import Row, Slot

_PIECE = 3
"""Entries of an answer; Electric's are 10 MB."""
UP_TO_DATE = {"headers": {"control": "up-to-date"}}


class Shapes:
    """The logs of a database's tables, by name."""

    def __init__(self, database: str, slot: Slot) -> None:
        self.database = database
        self.secret: str | None = None
        self.held_back = False
        """Whether changes are told at all."""
        self.asked: list[dict[str, str]] = []
        self._slot = slot
        self._lock = threading.Lock()
        self._logs: dict[str, list[dict[str, Any]]] = {}
        self._generation = 1

    def forget(self) -> None:
        """As Electric does where it cannot go on: whoever reads has to start again."""
        with self._lock:
            self._logs.clear()
            self._generation += 1

    def answer(self, asked: dict[str, str]) -> tuple[int, dict[str, str], list[dict[str, Any]]]:
        with self._lock:
            self.asked.append(asked)
            if asked.get("secret") != self.secret:
                return 401, {}, []
            schema, table = asked["table"].replace('"', "").split(".")
            handle = f"{table}-{self._generation}"
            if asked.get("handle", handle) != handle:
                return 409, {"electric-handle": handle}, []
            if not self.held_back:
                self._take_changes()
            if table not in self._logs:
                self._logs[table] = [entry("insert", row) for row in self._rows(schema, table)]
            log, start = self._logs[table], int(asked["offset"].split("_")[0]) + 1
            piece = log[start : start + _PIECE]
            headers = {
                "electric-handle": handle,
                "electric-offset": f"{start + len(piece) - 1}_0",
                "electric-schema": "{}",
                "electric-cursor": "1",
            }
            if start + len(piece) >= len(log):
                headers["electric-up-to-date"] = ""
                piece = [*piece, UP_TO_DATE]
            return 200, headers, piece

    def _take_changes(self) -> None:
        for change in self._slot.changes():
            log = self._logs.get(change.table)
            if log is None:
                continue  # its first reader is told the rows as they are by then
            row = change.new or change.old
            assert row is not None
            log.append(entry(change.kind, row))

    def _rows(self, schema: str, table: str) -> list[Row]:
        with psycopg.connect(self.database, row_factory=dict_row) as connection:
            connection.execute("SET TimeZone = 'UTC'; SET IntervalStyle = 'iso_8601'")
            query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            names = [
                sql.Identifier(each["attname"])
                for each in connection.execute(query, [f'"{schema}"."{table}"'])
            ]
            texts = sql.SQL(", ").join(sql.SQL("{0}::text AS {0}").format(name) for name in names)
            select = sql.SQL("SELECT {} FROM {}").format(texts, sql.Identifier(schema, table))
            return connection.execute(select).fetchall()


def entry(operation: str, row: Row) -> dict[str, Any]:
    return {"key": row.get("id"), "value": row, "headers": {"operation": operation}}


class _Handler(BaseHTTPRequestHandler):
    shapes: Shapes

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        assert parts.path == "/v1/shape"
        asked = dict(parse_qsl(parts.query))
        code, headers, entries = self.shapes.answer(asked)
        if entries == [UP_TO_DATE] and asked.get("live"):
            time.sleep(0.05)  # Electric waits for 20 seconds
        body = json.dumps(entries).encode()
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(shapes: Shapes) -> Iterator[str]:
    """The address, while it is served."""
    handler = type("Handler", (_Handler,), {"shapes": shapes})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
