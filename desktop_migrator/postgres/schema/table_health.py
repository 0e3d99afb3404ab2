"""How a table does: sizes, dead rows, statistics, indexes; and how quick the last runs were."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy
from sqlalchemy import select, text

from desktop_migrator.model import Counts, Table, TargetEntity
from desktop_migrator.postgres.bookkeeping.tables import runs
from desktop_migrator.postgres.schema.create_tables import count_rows, created_by_us
from desktop_migrator.postgres.schema.indexes import quoted_name

_MAX_RUNS = 10
_STALE_SHARE = 0.1
"""Rows changed since the last ANALYZE, as a share of all, at which another one pays."""

_TABLE = text("""
    SELECT pg_total_relation_size(c.oid) AS bytes, pg_indexes_size(c.oid) AS index_bytes,
           coalesce(s.n_dead_tup, 0) AS dead, coalesce(s.n_mod_since_analyze, 0) AS modified,
           greatest(s.last_analyze, s.last_autoanalyze) AS analyzed
    FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.oid = to_regclass(:table)
""")
_INDEXES = text("""
    SELECT c.relname AS name, pg_relation_size(c.oid) AS bytes, i.indisvalid AS valid,
           coalesce(s.idx_scan, 0) AS scans,
           i.indisunique OR i.indisexclusion
               OR EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid) AS needed,
           i.indpred IS NULL AND i.indexprs IS NULL AS plain,
           (SELECT a.attname FROM pg_attribute a
            WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0]) AS first
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    LEFT JOIN pg_stat_all_indexes s ON s.indexrelid = c.oid
    WHERE i.indrelid = to_regclass(:table)
    ORDER BY c.relname
""")


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    bytes: int
    valid: bool
    scans: int
    """How often it was used since the statistics began."""
    needed: bool
    """Whether it keeps a rule of the table, used or not."""


@dataclass(frozen=True, slots=True)
class TableHealth:
    entity: str
    table: str
    """Quoted and with its schema, as SQL takes it."""
    made_here: bool
    """Whether this program created it."""
    rows: int
    bytes: int
    index_bytes: int
    dead_rows: int
    analyzed: datetime | None
    modified_rows: int
    """Since then."""
    user_column: str | None
    user_indexed: bool
    """Whether a valid index begins with the user's column."""
    indexes: tuple[Index, ...]

    @property
    def invalid(self) -> list[str]:
        return [index.name for index in self.indexes if not index.valid]

    @property
    def unused(self) -> list[str]:
        return [
            index.name
            for index in self.indexes
            if index.valid and not index.scans and not index.needed
        ]

    @property
    def needs_analyze(self) -> bool:
        return self.rows > 0 and (
            self.analyzed is None or self.modified_rows > _STALE_SHARE * self.rows
        )


@dataclass(frozen=True, slots=True)
class RunSpeed:
    run: str
    started: datetime
    outcome: str | None
    items: int
    seconds: float | None
    """None: it never came to its end."""

    @property
    def items_per_second(self) -> float | None:
        return self.items / self.seconds if self.seconds else None


def table_health(connection: sqlalchemy.Connection, entity: TargetEntity) -> TableHealth:
    table: Table = entity.table
    name = quoted_name(connection, table)
    facts = connection.execute(_TABLE, {"table": name}).one()
    indexes = connection.execute(_INDEXES, {"table": name}).all()
    return TableHealth(
        entity=entity.name,
        table=name,
        made_here=created_by_us(connection, table),
        rows=count_rows(connection, table),
        bytes=facts.bytes,
        index_bytes=facts.index_bytes,
        dead_rows=facts.dead,
        analyzed=facts.analyzed,
        modified_rows=facts.modified,
        user_column=entity.user_column,
        user_indexed=any(
            row.valid and row.plain and row.first == entity.user_column for row in indexes
        ),
        indexes=tuple(
            Index(row.name, row.bytes, row.valid, row.scans, row.needed) for row in indexes
        ),
    )


def recent_run_speeds(connection: sqlalchemy.Connection, user_id: str | None) -> list[RunSpeed]:
    """The newest first; of one person where one is named."""
    query = select(runs).where(runs.c.undoes.is_(None)).order_by(runs.c.started.desc())
    if user_id is not None:
        query = query.where(runs.c.user_id == user_id)
    return [
        RunSpeed(
            row["id"],
            row["started"],
            row["outcome"],
            sum(Counts(**counts).items for counts in (row["counts"] or {}).values()),
            (row["finished"] - row["started"]).total_seconds() if row["finished"] else None,
        )
        for row in connection.execute(query.limit(_MAX_RUNS)).mappings()
    ]
