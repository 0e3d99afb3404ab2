"""Items and tables for the tests of the load."""

import dataclasses
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy
from alembic import command
from sqlalchemy.schema import CreateSchema

from desktop_migrator.model import (
    ConflictPolicy,
    Item,
    Profile,
    Rejection,
    Source,
    StorageKey,
    Store,
    StoreFormat,
    TargetEntity,
)
from desktop_migrator.postgres import bookkeeping
from desktop_migrator.postgres.bookkeeping import schema_upgrade
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA
from desktop_migrator.postgres.load.batches import BatchLimits
from desktop_migrator.postgres.load.deduplicate import Deduplicator, identity_key
from desktop_migrator.postgres.load.duplicate_key_filter import DuplicateKeyFilter
from desktop_migrator.postgres.load.load_options import LoadOptions
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.postgres.verify.verify_run import Verification, verify
from tests.recording_reporter import RecordingReporter

USER = "user-1"
TASKS = """
CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    title varchar(255) NOT NULL,
    status varchar(50) DEFAULT 'pending',
    created_at timestamp,
    user_id varchar(255),
    metadata jsonb
)
"""
CREATED = datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC)


def row_id(number: int) -> str:
    return str(uuid.UUID(int=number))


def source(key: str = "tasks", position: str = "0", origin: str = "https://a.test") -> Source:
    profile = Profile("chrome", "Google Chrome", "Anna", Path("/profiles/Default"))
    store = Store(profile, StoreFormat.CHROMIUM_LEVELDB, profile.path / "leveldb", 1)
    return Source(store, StorageKey(origin), key, position)


def item(entity: str, *values: Any, **other: Any) -> Item:
    settings: dict[str, Any] = {
        "source": source(),
        "source_id": str(values[0]),
        "derived": False,
        "id": values[0],
    } | other
    settings.setdefault("scope", settings["source"].storage_key.origin)
    return Item(entity=entity, values=values, **settings)


def task(number: int, **changes: Any) -> Item:
    """A task with a new value for some columns; keywords that are no column go to the item."""
    values = {
        "id": uuid.UUID(int=number),
        "title": f"Task {number}",
        "status": "pending",
        "created_at": CREATED,
        "user_id": USER,
        "metadata": json.dumps({"number": number, "tags": ["a", "b"]}).encode(),
    }
    other = {name: value for name, value in changes.items() if name not in values}
    values |= {name: value for name, value in changes.items() if name in values}
    return item("tasks", *values.values(), **other)


def rejection(entity: str = "tasks", raw: str = "{}", **changes: Any) -> Rejection:
    settings: dict[str, Any] = {
        "source": source(),
        "source_id": "x",
        "code": "too-long",
        "reason": "The title is too long.",
        "remedy": "Shorten it.",
    } | changes
    return Rejection(entity=entity, raw=raw, **settings)


def upgrade_to(connection: sqlalchemy.Connection, version: str) -> None:
    """An older version's bookkeeping, in the caller's transaction."""
    connection.execute(CreateSchema(SCHEMA))
    command.upgrade(schema_upgrade._config(connection), version)


class Bench:
    """A target database with tables, loaded by our code and looked at by plain SQL."""

    def __init__(self, connection: sqlalchemy.Connection, database: str, ddl: str) -> None:
        self.connection = connection
        self.database = database
        self.sql(ddl)
        with connection.begin():
            bookkeeping.upgrade(connection)
        self.entities: dict[str, TargetEntity] = {}
        self.reporter = RecordingReporter()
        self.run = ""

    @contextmanager
    def other(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of somebody else's, who speaks plain SQL."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            yield connection

    def sql(self, statement: str, *parameters: Any) -> list[Any]:
        with self.other() as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def entity(
        self,
        name: str = "tasks",
        *columns: str,
        user_column: str | None = "user_id",
        identity: Iterable[tuple[str, ...]] = (),
    ) -> None:
        """Bind an entity to the table of its name; no columns means all."""
        with self.connection.begin():
            table = introspect(self.connection, [name])[name]
        chosen = [table.column(column) for column in columns] if columns else table.columns
        self.entities[name] = TargetEntity(
            name,
            table,
            table.columns[0].name,
            user_column,
            tuple(filter(None, chosen)),
            identity=tuple(map(frozenset, identity)),
        )

    def start(self, policy: ConflictPolicy = ConflictPolicy.SKIP) -> str:
        self.run = bookkeeping.start_run(
            self.connection, user_id=USER, plan="test", plan_digest=b"", policy=policy
        )
        return self.run

    def loader(
        self,
        policy: ConflictPolicy = ConflictPolicy.SKIP,
        *,
        items: int = 2000,
        size: int = 16 * 1024 * 1024,
        dry_run: bool = False,
        **settings: Any,
    ) -> Loader:
        """`settings` are the loader's, or its options'."""
        names = {field.name for field in dataclasses.fields(LoadOptions)}
        options = LoadOptions(
            run=self.run,
            user_id=USER,
            policy=policy,
            limits=BatchLimits(items, size),
            dry_run=dry_run,
            **{name: settings.pop(name) for name in names & settings.keys()},
        )
        return Loader(self.connection, self.entities.values(), options, self.reporter, **settings)

    def load(
        self,
        *outcomes: Item | Rejection,
        policy: ConflictPolicy = ConflictPolicy.SKIP,
        items: int = 2000,
        size: int = 16 * 1024 * 1024,
        **settings: Any,
    ) -> dict[str, int]:
        """A whole run; returns the counts that are not 0, of all entities together."""
        self.reporter = RecordingReporter()
        with self.connection.begin():
            self.start(policy)
        deduplicator = self.deduplicator(outcomes)
        loader = self.loader(policy, items=items, size=size, **settings)
        counts = loader.load(deduplicator.deduplicate(outcomes))
        names = (
            "inserted",
            "updated",
            "unchanged",
            "skipped",
            "conflicts",
            "superseded",
            "rejected",
        )
        totals = {name: sum(getattr(part, name) for part in counts.values()) for name in names}
        totals["unchanged"] += deduplicator.duplicates.total()
        return {name: total for name, total in totals.items() if total}

    def deduplicator(self, outcomes: Iterable[Item | Rejection]) -> Deduplicator:
        """One that knows which of these are there more than once."""
        repeats = DuplicateKeyFilter()
        deduplicator = Deduplicator(self.entities.values(), repeats)
        for each in outcomes:
            if isinstance(each, Item):
                repeats.add(identity_key(each.entity, each.source_id))
                deduplicator.register_natural_keys(each)
        return deduplicator

    def verify(self) -> Verification:
        with self.connection.begin():
            return verify(self.connection, self.entities.values(), self.run, self.reporter)

    def dump(self) -> dict[str, list[Any]]:
        """Every table, sequence and schema of the database with all that is in it."""
        tables = self.sql(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'S') AND n.nspname NOT LIKE 'pg\\_%'"
            " AND n.nspname <> 'information_schema' ORDER BY 1"
        )
        content = {
            name: self.sql(f"SELECT t.ctid::text, t.xmin::text, t::text FROM {name} t ORDER BY 3")
            for (name,) in tables
        }
        return {"schemas": self.sql("SELECT nspname FROM pg_namespace ORDER BY 1"), **content}
