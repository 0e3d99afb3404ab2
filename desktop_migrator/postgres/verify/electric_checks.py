"""What ElectricSQL, which keeps clients in step with tables, needs of a database; looked at alone.

Electric follows the tables by logical replication, through the publication named here, which it
makes at its first start. As its documentation asks: `wal_level` logical, all four kinds of changes
published, REPLICA IDENTITY FULL, a primary key, and no UNLOGGED table.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from desktop_migrator.messages import Message, verbatim
from desktop_migrator.postgres.schema.introspect import Relation

PUBLICATION = "electric_publication_default"
_OPERATIONS = ("insert", "update", "delete", "truncate")

_PUBLICATION = text("""
    SELECT pubinsert, pubupdate, pubdelete, pubtruncate FROM pg_publication WHERE pubname = :name
""")
_TABLE = text("""
    SELECT relreplident = 'f' AS full, relpersistence = 'u' AS unlogged,
           EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS keyed
    FROM pg_class c WHERE c.oid = :oid
""")


@dataclass(frozen=True, slots=True)
class MissingRequirement:
    """Something that Electric needs and has not."""

    detail: Message
    remedy: Message


def is_in_use(connection: Connection) -> bool:
    """Whether Electric has been at work here, as far as its publication tells."""
    return connection.execute(_PUBLICATION, {"name": PUBLICATION}).one_or_none() is not None


def missing_requirements(
    connection: Connection, tables: Iterable[Relation]
) -> Iterator[MissingRequirement]:
    """What is amiss for these tables, where Electric is used."""
    level = connection.scalar(text("SHOW wal_level"))
    if level != "logical":
        yield MissingRequirement(
            Message("wal_level is {level}, not logical", level=level),
            Message("Set wal_level = logical in the server's settings, and restart it."),
        )
    published = connection.execute(_PUBLICATION, {"name": PUBLICATION}).one()
    missing = [kind for kind, has in zip(_OPERATIONS, published, strict=True) if not has]
    if missing:
        yield MissingRequirement(
            Message("its publication leaves out {missing}", missing=", ".join(missing)),
            verbatim(
                f"ALTER PUBLICATION {PUBLICATION} SET (publish = '{', '.join(_OPERATIONS)}');"
            ),
        )
    for table in tables:
        if table.kind == "r":
            yield from _missing_table_requirements(connection, table)


def _missing_table_requirements(
    connection: Connection, table: Relation
) -> Iterator[MissingRequirement]:
    quote = connection.dialect.identifier_preparer.quote
    name = f"{quote(table.schema)}.{quote(table.name)}"
    found = connection.execute(_TABLE, {"oid": table.oid}).one()
    if not found.keyed:
        yield MissingRequirement(
            Message(
                "table {table} has no primary key, so that rows would become one", table=table.name
            ),
            Message("Have the app's schema give it a primary key."),
        )
    if not found.full:
        yield MissingRequirement(
            Message("table {table} does not tell what changed rows were", table=table.name),
            verbatim(f"ALTER TABLE {name} REPLICA IDENTITY FULL;"),
        )
    if found.unlogged:
        yield MissingRequirement(
            Message("table {table} is UNLOGGED, so that no change of it is told", table=table.name),
            verbatim(f"ALTER TABLE {name} SET LOGGED;"),
        )
