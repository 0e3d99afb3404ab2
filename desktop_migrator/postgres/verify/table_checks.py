"""Whether a table and what belongs to it is sound, apart from the rows' content. Reads only."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
import sqlalchemy
from psycopg import sql
from sqlalchemy import text

from desktop_migrator.messages import NOTHING, Message, plural, verbatim
from desktop_migrator.model import ColumnType, Reference, Table, TargetEntity
from desktop_migrator.postgres.schema.indexes import quoted_name
from desktop_migrator.postgres.schema.introspect import ForeignKeyConstraint, find_foreign_keys
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.verify.checks import Check, CheckId

_ROUND_TRIP_ROWS = 1000
"""Rows that are read by table and then by primary key."""

_ORPHAN_REMEDY = Message("Bring back the rows that they refer to, or remove them in the app.")

_INDEXES = text("""
    SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = to_regclass(:table) AND NOT (i.indisvalid AND i.indisready AND i.indislive)
    ORDER BY 1
""")
_SEQUENCES = text("""
    SELECT a.attname AS column, pg_get_serial_sequence(:table, a.attname) AS sequence,
           s.seqincrement AS step
    FROM pg_attribute a
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
         AND d.refobjsubid = a.attnum AND d.classid = 'pg_class'::regclass
         AND d.deptype IN ('a', 'i')
    JOIN pg_sequence s ON s.seqrelid = d.objid
    WHERE a.attrelid = to_regclass(:table) AND a.attnum > 0 AND NOT a.attisdropped
""")


def check_table(
    connection: sqlalchemy.Connection, entity: TargetEntity, user: str
) -> Iterator[Check]:
    """Test queries, references, indexes and sequences of an entity's table, one by one.

    `user` is the person's id as the table has it.
    """
    inspection = _TableChecker(connection, entity, user)
    yield inspection.queries()
    yield inspection.round_trip()
    yield from inspection.references()
    yield inspection.indexes()
    yield from inspection.sequences()


def user_exists(connection: sqlalchemy.Connection, table: Table, column: str, user: str) -> bool:
    """Whether the app's own table of people has this id."""
    query = sql.SQL("SELECT FROM {} WHERE {}::text = %s").format(
        adapters.table_name(table), sql.Identifier(column)
    )
    return adapters.cursor(connection).execute(query, [user]).fetchone() is not None


class _TableChecker:
    def __init__(self, connection: sqlalchemy.Connection, entity: TargetEntity, user: str) -> None:
        self._connection = connection
        self._cursor = adapters.cursor(connection)
        self._entity = entity
        self._user = user
        self._quoted = quoted_name(connection, entity.table)
        self._table = adapters.table_name(entity.table)
        self._id = sql.Identifier(entity.id_column)

    def _check(
        self, id_: CheckId, detail: Message, remedy: Message = NOTHING, **about: str
    ) -> Check:
        return Check(id_, not remedy, detail, remedy, about={"entity": self._entity.name, **about})

    def _own_rows(self, alias: LiteralString = "t") -> sql.Composable:
        """The person's rows; all where the table does not tell them apart."""
        if self._entity.user_column is None:
            return sql.SQL("true")
        return sql.SQL("{}.{}::text = {}").format(
            sql.SQL(alias), sql.Identifier(self._entity.user_column), sql.Literal(self._user)
        )

    def _fetch_row(self, query: sql.Composed) -> tuple[Any, ...]:
        return self._cursor.execute(query).fetchone() or ()

    @contextmanager
    def _rolled_back_savepoint(self) -> Iterator[None]:
        """A savepoint, which takes back what the block sets and what the server broke off."""
        savepoint = self._connection.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()

    def queries(self) -> Check:
        """Count, newest and oldest, every JSON column read whole."""
        table = self._entity.table
        wanted: list[sql.Composable] = [sql.SQL("count(*)")]
        times = self._entity.created_column
        if times:
            wanted += [
                sql.SQL("{}(t.{})::text").format(sql.SQL(bound), sql.Identifier(times))
                for bound in ("min", "max")
            ]
        wanted += [
            sql.SQL("sum(octet_length(t.{}::text))").format(sql.Identifier(column.name))
            for column in table.columns
            if column.type in {ColumnType.JSON, ColumnType.JSONB}
        ]
        query = sql.SQL("SELECT {} FROM {} AS t WHERE {}").format(
            sql.SQL(", ").join(wanted), self._table, self._own_rows()
        )
        try:
            with self._rolled_back_savepoint():
                row = self._fetch_row(query)
        except psycopg.Error as error:
            return self._failed(CheckId.TEST_QUERIES, error)
        rows = _row_count(row[0])
        if times and row[1]:
            rows = Message(
                "{rows}, made from {first} to {last}", rows=rows, first=row[1], last=row[2]
            )
        return self._check(CheckId.TEST_QUERIES, rows)

    def round_trip(self) -> Check:
        """Rows met in the table itself must be found by their key's index."""
        some = sql.SQL("SELECT t.{}::text FROM {} AS t WHERE {} LIMIT {}").format(
            self._id, self._table, self._own_rows(), _ROUND_TRIP_ROWS
        )
        id_column = self._entity.columns[0]
        by_key = adapters.select_by_id(self._entity.table, self._entity.row_key, [id_column])
        try:
            with self._rolled_back_savepoint():
                self._cursor.execute(
                    "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;"
                    " SET LOCAL enable_bitmapscan = off"
                )
                met = {row[0] for row in self._cursor.execute(some)}
            with self._rolled_back_savepoint():
                self._cursor.execute("SET LOCAL enable_seqscan = off")
                found = {row[0] for row in adapters.stream_rows(self._cursor, by_key, sorted(met))}
        except psycopg.Error as error:
            return self._failed(CheckId.ROUND_TRIP, error)
        lost = len(met - found)
        if not lost:
            return self._check(CheckId.ROUND_TRIP, _row_count(len(met)))
        return self._check(
            CheckId.ROUND_TRIP,
            plural(
                "{count:,} of {rows} is not found",
                "{count:,} of {rows} are not found",
                count=lost,
                rows=_row_count(len(met)),
            ),
            verbatim(f"REINDEX TABLE {self._quoted};"),
        )

    def references(self) -> Iterator[Check]:
        """Those of foreign keys, and those that only the plan knows."""
        by_keys = {key.columns for key in self._entity.table.foreign_keys}
        for reference in self._entity.references:
            if (reference.column.name,) not in by_keys:
                orphans = self._orphans_by_plan(reference)
                yield self._check(
                    CheckId.PLAN_REFERENCE,
                    _orphan_count(orphans) if orphans else Message("holds"),
                    _ORPHAN_REMEDY if orphans else NOTHING,
                    column=reference.column.name,
                    other=reference.entity,
                )
        for key in find_foreign_keys(self._cursor, self._quoted):
            if not key.of_partition:
                yield self._check(
                    CheckId.FOREIGN_KEY, *self._constraint_state(key), constraint=key.name
                )

    def _constraint_state(self, key: ForeignKeyConstraint) -> tuple[Message, Message]:
        """What is found of a foreign key, and what to do about it."""
        child = sql.Identifier(key.schema, key.table)
        quoted = child.as_string(self._cursor)
        constraint = sql.Identifier(key.name).as_string(self._cursor)
        if orphans := self._orphans(key, child):
            return _orphan_count(orphans), _ORPHAN_REMEDY
        if not key.enforced:
            enforce = f"ALTER TABLE {quoted} ALTER CONSTRAINT {constraint} ENFORCED;"
            return Message("is not enforced"), verbatim(enforce)
        if key.disabled:
            enable = f"ALTER TABLE {quoted} ENABLE TRIGGER ALL;"
            return Message("is switched off"), verbatim(enable)
        if not key.validated:
            validate = f"ALTER TABLE {quoted} VALIDATE CONSTRAINT {constraint};"
            return Message("is NOT VALID: never checked"), verbatim(validate)
        return Message("holds"), NOTHING

    def _orphans_by_plan(self, reference: Reference) -> int:
        column = sql.Identifier(reference.column.name)
        query = sql.SQL(
            "SELECT count(*) FROM {} AS t WHERE {} AND t.{} IS NOT NULL"
            " AND NOT EXISTS (SELECT FROM {} AS p WHERE p.{}::text = t.{}::text)"
        ).format(
            self._table,
            self._own_rows(),
            column,
            adapters.table_name(reference.table),
            sql.Identifier(reference.id_column.name),
            column,
        )
        return int(self._fetch_row(query)[0])

    def _orphans(self, reference: ForeignKeyConstraint, child: sql.Identifier) -> int:
        columns = [sql.Identifier(column) for column in reference.columns]
        keys = [sql.Identifier(key) for key in reference.referred_columns]
        query = sql.SQL(
            "SELECT count(*) FROM {} AS t WHERE {} AND {}"
            " AND NOT EXISTS (SELECT FROM {} AS p WHERE {})"
        ).format(
            child,
            self._own_rows() if reference.outgoing else sql.SQL("true"),
            sql.SQL(" AND ").join(sql.SQL("t.{} IS NOT NULL").format(each) for each in columns),
            sql.Identifier(reference.referred_schema, reference.referred_table),
            sql.SQL(" AND ").join(
                sql.SQL("p.{} = t.{}").format(key, column)
                for key, column in zip(keys, columns, strict=True)
            ),
        )
        return int(self._fetch_row(query)[0])

    def indexes(self) -> Check:
        invalid = self._connection.scalars(_INDEXES, {"table": self._quoted}).all()
        schema = self._entity.table.schema
        remedies = (
            f"REINDEX INDEX {sql.Identifier(*filter(None, (schema, name))).as_string(None)};"
            for name in invalid
        )
        if not invalid:
            return self._check(CheckId.INDEXES, Message("all valid"))
        return self._check(
            CheckId.INDEXES,
            Message("not valid: {indexes}", indexes=", ".join(invalid)),
            verbatim(" ".join(remedies)),
        )

    def sequences(self) -> Iterator[Check]:
        for row in self._connection.execute(_SEQUENCES, {"table": self._quoted}):
            largest = "max" if row.step > 0 else "min"
            query = sql.SQL(
                "SELECT CASE WHEN s.is_called THEN s.last_value + {step} ELSE s.last_value END,"
                " (SELECT {largest}({column}) FROM {table}) FROM {sequence} AS s"
            ).format(
                step=row.step,
                largest=sql.SQL(largest),
                column=sql.Identifier(row.column),
                table=self._table,
                sequence=sql.SQL(row.sequence),
            )
            following, used = self._fetch_row(query)
            behind = used is not None and (following - used) * row.step <= 0
            sequence = sql.Literal(row.sequence).as_string(None)
            yield self._check(
                CheckId.SEQUENCE,
                Message("would give a number that a row has")
                if behind
                else Message("ahead of all rows"),
                verbatim(f"SELECT setval({sequence}, {used});") if behind else NOTHING,
                column=row.column,
            )

    def _failed(self, id_: CheckId, error: psycopg.Error) -> Check:
        """The server cannot read its own table; its message may hold values and is not kept."""
        return self._check(
            id_,
            Message("the database cannot read the table ({state})", state=str(error.sqlstate)),
            Message("Show this to the database's administrator: the table or an index is damaged."),
        )


def _row_count(rows: int) -> Message:
    return plural("{count:,} row", "{count:,} rows", count=rows)


def _orphan_count(rows: int) -> Message:
    return plural(
        "{count:,} row refers to a row that is gone",
        "{count:,} rows refer to rows that are gone",
        count=rows,
    )
