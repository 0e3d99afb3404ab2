"""Who follows the tables by logical replication ends with the same rows, whatever we did.

What ElectricSQL stands on: PostgreSQL's own replication of its publication.
"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from desktop_migrator.model import ConflictPolicy
from desktop_migrator.postgres.verify.electric_checks import PUBLICATION
from tests.integration.conftest import on_every_server
from tests.integration.desk import TASKS, Desk, row_id, task
from tests.integration.pgoutput import Slot
from tests.waiting import wait_until

PREPARED = f"""{TASKS}; ALTER TABLE tasks REPLICA IDENTITY FULL;
    CREATE PUBLICATION {PUBLICATION} FOR TABLE tasks"""
HASHES = "SELECT id, md5(t::text) FROM tasks t ORDER BY id"


class Subscriber:
    """A second database with a table of the same columns, which follows the first one."""

    def __init__(self, publisher: str) -> None:
        self._publisher = psycopg.connect(publisher, autocommit=True)
        self.name = f"follower_{secrets.token_hex(4)}"
        self._publisher.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
        url = urlsplit(publisher)._replace(path=f"/{self.name}").geturl()
        self._own = psycopg.connect(url, autocommit=True)
        for each in (self._publisher, self._own):
            each.execute("SET TIME ZONE 'UTC'")

    def __enter__(self) -> "Subscriber":
        self._own.execute(TASKS)
        # In one server PostgreSQL would wait for itself if the subscription made the slot.
        query = "SELECT pg_create_logical_replication_slot(%s, 'pgoutput')"
        self._publisher.execute(query, [self.name])
        info = self._publisher.info
        where = f"host={info.host} port={info.port} dbname={info.dbname} user={info.user}"
        self._own.execute(
            sql.SQL(
                "CREATE SUBSCRIPTION {name} CONNECTION {where} PUBLICATION {publication}"
                " WITH (create_slot = false, slot_name = {name})"
            ).format(
                name=sql.Identifier(self.name),
                where=sql.Literal(where),
                publication=sql.Identifier(PUBLICATION),
            )
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._own.execute(sql.SQL("DROP SUBSCRIPTION {}").format(sql.Identifier(self.name)))
        self._own.close()
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.name))
        self._publisher.execute(drop)
        self._publisher.close()

    def hashes(self) -> list[Any]:
        return self._own.execute(HASHES.encode()).fetchall()

    def ends_equal(self) -> list[Any]:
        """The publisher's hashes, once the subscriber has them too."""
        hashes = self._publisher.execute(HASHES.encode()).fetchall()
        wait_until(
            lambda: self.hashes() == hashes, lambda: f"{self.hashes()} instead of {hashes}", 0.05
        )
        return hashes


HARD = [
    *(task(number, note="é✓\u2028 \\ \" ' %") for number in range(40)),
    # Large, and not to be made small: such a value lies outside of its row.
    task(40, note=secrets.token_hex(50_000), updatedAt="0099-12-31T23:59:59.123456Z"),
    task(41, note="", more={"n": 12345678901234567890, "deep": [[[None]]]}),
]
CHANGED = [HARD[1] | {"title": "New"}, HARD[40] | {"title": "New, too"}]


@pytest.fixture
def hard(desk: Desk) -> Path:
    desk.sql(PREPARED)
    return desk.profile("one", tasks=HARD)


@on_every_server
def test_a_subscribed_database_ends_equal_after_migrate_conflicts_and_undo(
    desk: Desk, hard: Path
) -> None:
    changed = desk.profile("two", tasks=CHANGED)
    with Subscriber(desk.database) as subscriber:
        run = desk.run(hard)
        before = subscriber.ends_equal()
        assert len(before) == 42
        overwritten = desk.run(changed, policy=ConflictPolicy.OVERWRITE)
        assert overwritten.counts.updated == 2
        assert subscriber.ends_equal() != before
        desk.undo(str(overwritten.run))
        assert subscriber.ends_equal() == before
        desk.undo(str(run.run))
        assert subscriber.ends_equal() == []


@on_every_server
def test_the_stream_tells_inserts_updates_with_the_rows_as_they_were_and_deletes(
    desk: Desk, hard: Path
) -> None:
    changed = desk.profile("two", tasks=CHANGED)
    with Slot(desk.database, f"stream_{secrets.token_hex(4)}") as slot:
        run = desk.run(hard)
        inserted = slot.changes()
        assert [(each.table, each.kind) for each in inserted] == [("tasks", "insert")] * 42
        rows = {each.new["id"]: each.new for each in inserted if each.new}
        assert desk.sql("SELECT count(*), max(length(note)) FROM tasks") == [
            (len(rows), max(len(row["note"] or "") for row in rows.values()))
        ]
        overwritten = desk.run(changed, policy=ConflictPolicy.OVERWRITE)
        updates = slot.changes()
        assert [each.kind for each in updates] == ["update"] * 2
        for each in updates:
            assert each.old
            assert each.old == rows[each.old["id"]], "the whole row, large values too"
            assert each.new == rows[each.old["id"]] | {"title": (each.new or {})["title"]}
        desk.undo(str(overwritten.run))
        assert [(each.kind, each.new) for each in slot.changes()] == [
            ("update", rows[row_id(number)]) for number in (1, 40)
        ]
        desk.undo(str(run.run))
        deletes = slot.changes()
        assert {each.kind for each in deletes} == {"delete"}
        assert {(each.old or {})["id"]: each.old for each in deletes} == rows
