"""What ElectricSQL, which keeps clients in step with tables, needs of a database; looked at alone.

Electric follows the tables by logical replication, through the publication named here. As its
documentation asks: PostgreSQL 14, `wal_level` logical, a slot to be had, a role with LOGIN,
REPLICATION and SELECT, all four kinds of changes published, REPLICA IDENTITY FULL, a primary key,
and no UNLOGGED table. A table with partitions is published under its own name, and both it and
its partitions have REPLICA IDENTITY FULL.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Row, text

from desktop_migrator.messages import NOTHING, Message, verbatim
from desktop_migrator.postgres.schema.introspect import Relation
from desktop_migrator.postgres.verify.checks import Check, CheckId

PUBLICATION = "electric_publication_default"
_MIN_VERSION = 14
_OPERATIONS = ("insert", "update", "delete", "truncate")

_SERVER = text("""
    SELECT current_setting('server_version_num')::int / 10000 AS version,
           current_setting('server_version') AS full_version,
           current_setting('wal_level') AS wal_level,
           current_setting('max_replication_slots')::int AS max_slots,
           (SELECT count(*) FROM pg_replication_slots) AS slots,
           EXISTS (SELECT FROM pg_replication_slots
                   WHERE slot_name LIKE 'electric%' AND database = current_database()) AS own_slot
""")
_PUBLICATION = text("""
    SELECT pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot AS via_root,
           puballtables AS all_tables
    FROM pg_publication WHERE pubname = :name
""")
# What a table's row in the publication may say differs from version to version.
_TABLE = text("""
    SELECT relpersistence = 'u' AS unlogged,
           EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS keyed,
           EXISTS (SELECT FROM pg_publication_tables p
                   WHERE p.pubname = :name AND p.schemaname = :schema AND p.tablename = :table
           ) AS published,
           EXISTS (SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
                   WHERE p.pubname = :name AND r.prrelid = c.oid
                     AND (to_jsonb(r) ->> 'prqual' IS NOT NULL
                          OR to_jsonb(r) ->> 'prattrs' IS NOT NULL)) AS narrowed
    FROM pg_class c WHERE c.oid = :oid
""")
_WITHOUT_FULL_IDENTITY = text("""
    SELECT n.nspname AS schema, c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relreplident <> 'f' AND c.relkind IN ('r', 'p')
      AND (c.oid = :oid OR c.oid IN (SELECT relid FROM pg_partition_tree(:oid)))
    ORDER BY 1, 2
""")
_ROLE = text("""
    SELECT rolcanlogin AND (rolreplication OR rolsuper) AS replicates,
           has_database_privilege(oid, current_database(), 'CONNECT') AS connects,
           has_database_privilege(oid, current_database(), 'CREATE') AS creates,
           current_database() AS database
    FROM pg_roles WHERE rolname = :role
""")
_ROLE_AND_TABLE = text("""
    SELECT has_schema_privilege(r.oid, c.relnamespace, 'USAGE') AS enters,
           has_table_privilege(r.oid, c.oid, 'SELECT') AS reads,
           pg_has_role(r.oid, c.relowner, 'USAGE') AS owns,
           c.relrowsecurity AND NOT (r.rolsuper OR r.rolbypassrls)
               AND (c.relforcerowsecurity OR NOT pg_has_role(r.oid, c.relowner, 'USAGE'))
               AS filtered
    FROM pg_class c CROSS JOIN pg_roles r WHERE c.oid = :oid AND r.rolname = :role
""")
# What a slot keeps fills the server's disk, whichever database it is of.
_IDLE_SLOTS = text("""
    SELECT slot_name AS name, wal_status,
           pg_size_pretty(pg_wal_lsn_diff(
               CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                    ELSE pg_current_wal_lsn() END, restart_lsn)) AS retained
    FROM pg_replication_slots WHERE NOT active ORDER BY 1
""")


@dataclass(frozen=True, slots=True)
class ElectricPoint(Check):
    """One thing that Electric needs."""

    statements: tuple[str, ...] = ()
    """The SQL that gives it, without semicolons; empty where SQL cannot."""


def is_in_use(connection: Connection) -> bool:
    """Whether Electric has been at work here, as far as its publication tells."""
    return connection.execute(_PUBLICATION, {"name": PUBLICATION}).one_or_none() is not None


def current_role(connection: Connection) -> str:
    """The one that is logged in."""
    return str(connection.scalar(text("SELECT current_user")))


def check_database(connection: Connection, tables: Iterable[Relation]) -> Iterator[ElectricPoint]:
    """Each point of server, publication and these tables, in the order to have them put right."""
    named = list(tables)
    yield from _check_server(connection)
    for table in named:
        yield from _check_table(connection, table)
    yield from _check_publication(connection, named)
    for slot in connection.execute(_IDLE_SLOTS):
        yield _idle_slot(slot)


def check_role(
    connection: Connection, role: str, tables: Iterable[Relation]
) -> Iterator[ElectricPoint]:
    """Each point of the role that Electric logs in as."""
    quoted = quoted_name(role)
    about = {"role": role}
    found = connection.execute(_ROLE, {"role": role}).one_or_none()
    if found is None:
        yield _point(
            CheckId.ROLE, Message("missing"), f"CREATE ROLE {quoted} LOGIN REPLICATION", about=about
        )
        # Nothing is known of a role that is not there; all is to be given.
        database = str(connection.scalar(text("SELECT current_database()")))
        rights = [f"GRANT CONNECT ON DATABASE {quoted_name(database)} TO {quoted}"]
        for table in tables:
            rights.append(f"GRANT USAGE ON SCHEMA {quoted_name(table.schema)} TO {quoted}")
            rights.append(f"GRANT SELECT ON {quoted_name(table.schema, table.name)} TO {quoted}")
        yield _point(
            CheckId.ROLE, Message("may not read the tables"), *dict.fromkeys(rights), about=about
        )
        return
    yield (
        _point(CheckId.ROLE, Message("may log in and replicate"), about=about, ok=True)
        if found.replicates
        else _point(
            CheckId.ROLE,
            Message("may not log in and replicate"),
            f"ALTER ROLE {quoted} WITH LOGIN REPLICATION",
            about=about,
        )
    )
    if not found.connects:
        yield _point(
            CheckId.ROLE,
            Message("may not connect to this database"),
            f"GRANT CONNECT ON DATABASE {quoted_name(found.database)} TO {quoted}",
            about=about,
        )
    owns_all = True
    for table in tables:
        access = connection.execute(_ROLE_AND_TABLE, {"oid": table.oid, "role": role}).one()
        owns_all = owns_all and access.owns
        yield from _check_access(connection, table, access, quoted)
    yield _point(
        CheckId.NEW_SHAPES,
        Message("it publishes them by itself")
        if found.creates and owns_all
        else Message(
            "it may not publish them by itself: have ELECTRIC_MANUAL_TABLE_PUBLISHING=true set for "
            "Electric, and use this command for new tables"
        ),
        ok=True,
    )


def _check_server(connection: Connection) -> Iterator[ElectricPoint]:
    server = connection.execute(_SERVER).one()
    yield _point(
        CheckId.VERSION,
        Message("PostgreSQL {version}", version=server.full_version),
        ok=server.version >= _MIN_VERSION,
        remedy=Message("PostgreSQL {version} or newer is needed.", version=_MIN_VERSION),
    )
    logical = server.wal_level == "logical"
    yield _point(
        CheckId.LOGICAL_REPLICATION,
        Message("wal_level is logical")
        if logical
        else Message("wal_level is {level}, not logical", level=server.wal_level),
        ok=logical,
        remedy=Message("Set wal_level = logical in the server's settings, and restart it."),
    )
    yield _point(
        CheckId.REPLICATION_SLOTS,
        Message("{used} of {limit} are taken", used=server.slots, limit=server.max_slots),
        ok=server.own_slot or server.slots < server.max_slots,
        remedy=Message("Raise max_replication_slots in the server's settings, and restart it."),
    )


def _check_table(connection: Connection, table: Relation) -> Iterator[ElectricPoint]:
    about = {"table": table.name}
    if table.kind not in {"r", "p"}:
        yield _point(
            CheckId.TABLE,
            Message("is a view or a foreign table"),
            about=about,
            remedy=Message("Name the table behind it in the plan."),
        )
        return
    name = quoted_name(table.schema, table.name)
    found = _facts(connection, table)
    yield (
        _point(CheckId.TABLE, Message("has a primary key"), about=about, ok=True)
        if found.keyed
        else _point(
            CheckId.TABLE,
            Message(
                "table {table} has no primary key, so that rows would become one", table=table.name
            ),
            about=about,
            remedy=Message("Have the app's schema give it a primary key."),
        )
    )
    if found.unlogged:
        yield _point(
            CheckId.TABLE,
            Message("table {table} is UNLOGGED, so that no change of it is told", table=table.name),
            f"ALTER TABLE {name} SET LOGGED",
            about=about,
        )
    silent = [
        quoted_name(part.schema, part.name)
        for part in connection.execute(_WITHOUT_FULL_IDENTITY, {"oid": table.oid})
    ]
    yield (
        _point(
            CheckId.TABLE,
            Message("table {table} does not tell what changed rows were", table=table.name),
            *(f"ALTER TABLE {each} REPLICA IDENTITY FULL" for each in silent),
            about=about,
        )
        if silent
        else _point(CheckId.TABLE, Message("tells what changed rows were"), about=about, ok=True)
    )


def _check_publication(connection: Connection, tables: list[Relation]) -> Iterator[ElectricPoint]:
    found = connection.execute(_PUBLICATION, {"name": PUBLICATION}).one_or_none()
    partitioned = any(table.kind == "p" for table in tables)
    if found is None:
        via = " WITH (publish_via_partition_root = true)" if partitioned else ""
        yield _point(
            CheckId.PUBLICATION,
            Message("{publication} is missing", publication=PUBLICATION),
            f"CREATE PUBLICATION {PUBLICATION}{via}",
        )
    else:
        missing = [kind for kind, has in zip(_OPERATIONS, found[:4], strict=True) if not has]
        yield (
            _point(
                CheckId.PUBLICATION,
                Message("its publication leaves out {missing}", missing=", ".join(missing)),
                f"ALTER PUBLICATION {PUBLICATION} SET (publish = '{', '.join(_OPERATIONS)}')",
            )
            if missing
            else _point(
                CheckId.PUBLICATION,
                Message("{publication} tells of every change", publication=PUBLICATION),
                ok=True,
            )
        )
        if partitioned and not found.via_root:
            yield _point(
                CheckId.PUBLICATION,
                Message("its publication tells of partitions, not of their table"),
                f"ALTER PUBLICATION {PUBLICATION} SET (publish_via_partition_root = true)",
            )
    for table in tables:
        if table.kind in {"r", "p"}:
            yield _membership(connection, table, everything=bool(found and found.all_tables))


def _membership(connection: Connection, table: Relation, *, everything: bool) -> ElectricPoint:
    about = {"table": table.name}
    found = _facts(connection, table)
    name = quoted_name(table.schema, table.name)
    if found.narrowed:
        return _point(
            CheckId.TABLE,
            Message("its publication leaves out rows or columns of table {table}", **about),
            f"ALTER PUBLICATION {PUBLICATION} DROP TABLE {name}",
            f"ALTER PUBLICATION {PUBLICATION} ADD TABLE {name}",
            about=about,
        )
    if found.published or everything:
        return _point(CheckId.TABLE, Message("is published"), about=about, ok=True)
    return _point(
        CheckId.TABLE,
        Message("its publication leaves out table {table}", **about),
        f"ALTER PUBLICATION {PUBLICATION} ADD TABLE {name}",
        about=about,
    )


def _check_access(
    connection: Connection, table: Relation, access: Row[Any], role: str
) -> Iterator[ElectricPoint]:
    about = {"table": table.name}
    rights = []
    if not access.enters:
        rights.append(f"GRANT USAGE ON SCHEMA {quoted_name(table.schema)} TO {role}")
    if not access.reads:
        rights.append(f"GRANT SELECT ON {quoted_name(table.schema, table.name)} TO {role}")
    yield (
        _point(CheckId.TABLE, Message("the role may not read it"), *rights, about=about)
        if rights
        else _point(CheckId.TABLE, Message("the role may read it"), about=about, ok=True)
    )
    if access.filtered:
        yield _point(
            CheckId.TABLE,
            Message("row-level security hides rows of it from the role"),
            f"ALTER ROLE {role} BYPASSRLS",
            about=about,
        )


def _idle_slot(slot: Row[Any]) -> ElectricPoint:
    name = str(slot.name)
    detail = (
        Message("nobody reads it, and what it had to keep is gone")
        if slot.wal_status == "lost"
        else Message("nobody reads it, and {size} of changes are kept for it", size=slot.retained)
    )
    return _point(
        CheckId.REPLICATION_SLOT,
        detail,
        about={"slot": name},
        remedy=Message(
            "Start what reads it. If nothing does any more: {sql}",
            sql=f"SELECT pg_drop_replication_slot('{name}');",
        ),
    )


def _point(
    id_: CheckId,
    detail: Message,
    *statements: str,
    ok: bool = False,
    about: dict[str, str] | None = None,
    remedy: Message | None = None,
) -> ElectricPoint:
    """`statements` or `remedy` put right what is not `ok`."""
    said = remedy or verbatim(" ".join(f"{statement};" for statement in statements))
    return ElectricPoint(id_, ok, detail, NOTHING if ok else said, about or {}, statements)


def _facts(connection: Connection, table: Relation) -> Row[Any]:
    names = {"name": PUBLICATION, "schema": table.schema, "table": table.name, "oid": table.oid}
    return connection.execute(_TABLE, names).one()


def quoted_name(*names: str) -> str:
    """As SQL, and Electric, spell it."""
    return sql.Identifier(*names).as_string()
