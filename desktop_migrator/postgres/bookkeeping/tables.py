"""The tables of schema `desktop_migrator`, as the newest version in `versions/` leaves them."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from desktop_migrator.postgres.bookkeeping.types import Image

SCHEMA = "desktop_migrator"

metadata = MetaData(schema=SCHEMA)


def _run_column() -> Column[str]:
    return Column(
        "run",
        Uuid(as_uuid=False),
        ForeignKey(f"{SCHEMA}.runs.id", ondelete="CASCADE"),
        primary_key=True,
    )


runs = Table(
    "runs",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("user_id", Text, nullable=False, index=True, comment="The person in the app"),
    Column("plan", Text, nullable=False, comment="The plan's name"),
    Column("plan_digest", LargeBinary, nullable=False, comment="SHA-256 of the plan"),
    Column("policy", Text, nullable=False, comment="What was to become of conflicts"),
    Column("host", Text, nullable=False, comment="The computer that ran it"),
    Column("tool_version", Text, nullable=False),
    Column(
        "started", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    ),
    Column("finished", DateTime(timezone=True), comment="NULL: running, or broken off"),
    Column("outcome", Text, comment="completed, rolled_back, failed or cancelled"),
    Column("counts", JSONB, comment="Numbers of items by entity and by what became of them"),
    Column(
        "undoes",
        ARRAY(Uuid(as_uuid=False)),
        comment="NULL: a migration; else the runs that this one takes back",
    ),
    Column(
        "mends", Uuid(as_uuid=False), comment="The run whose rows or rejections this one mended"
    ),
    Column(
        "origins",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="The web sites; empty where nobody wrote them down",
    ),
    Column("field_key", Text, comment="Of the key for sensitive fields: its id"),
    Column(
        "session",
        JSONB(none_as_null=True),
        comment="Settings that policies ask for, by name, as the run's plan has them",
    ),
    comment="One row for each migration",
)

chunks = Table(
    "chunks",
    metadata,
    _run_column(),
    Column("seq", Integer, primary_key=True, comment="The order in which they were written"),
    Column("entity", Text, nullable=False, comment="The plan's name for this kind of item"),
    Column("target", Text, nullable=False, comment="The table, with its schema if it has one"),
    Column("columns", ARRAY(Text), nullable=False, comment="Columns given, the id's first"),
    Column("ids", ARRAY(Text), nullable=False, comment="The rows' ids"),
    Column("actions", Text, nullable=False, comment="A letter a row: i, u, = or s, see counts"),
    Column(
        "digests", LargeBinary, nullable=False, comment="16 bytes a row: digest of what was sent"
    ),
    Column("inserted", Integer, nullable=False, comment="i: new rows"),
    Column("updated", Integer, nullable=False, comment="u: rows overwritten"),
    Column("unchanged", Integer, nullable=False, comment="=: rows that were there and equal"),
    Column("skipped", Integer, nullable=False, comment="s: rows that differ and were kept"),
    Column("deleted", Integer, nullable=False, server_default=text("0"), comment="d: rows deleted"),
    Column("state", BigInteger, comment="xmin of the rows as they were left; NULL: none was"),
    Column(
        "cluster",
        BigInteger,
        nullable=False,
        server_default=text("(pg_control_system()).system_identifier"),
        comment="The PostgreSQL cluster in which that xmin has a meaning",
    ),
    Column("undoes_run", Uuid(as_uuid=False)),
    Column("undoes_seq", Integer, comment="The chunk that this one takes back"),
    Column(
        "restored",
        ARRAY(BigInteger),
        comment="For each row the state that it is in again; NULL: not exactly",
    ),
    Column(
        "merged",
        LargeBinary,
        comment="16 bytes a row, where items were merged with their rows: fingerprint of the item",
    ),
    Column(
        "owner_column",
        Text,
        comment="Where people's rows may have equal ids: the column that has the run's user_id",
    ),
    Index("chunks_undoes", "undoes_run", "undoes_seq"),
    Index("chunks_state", "state"),
    comment="What a run did to each row, written in the transaction that did it",
)

journal = Table(
    "journal",
    metadata,
    _run_column(),
    Column("seq", Integer, primary_key=True, comment="The chunk that changed the rows"),
    Column("columns", ARRAY(Text), nullable=False, comment="Columns of the images"),
    Column("ids", ARRAY(Text), nullable=False, comment="The rows' ids"),
    Column(
        "images",
        ARRAY(Image),
        nullable=False,
        comment="A row each: columns as text, transaction that wrote it, escaped columns",
    ),
    comment="Rows as they were before a chunk overwrote or deleted them",
)

quarantine = Table(
    "quarantine",
    metadata,
    _run_column(),
    Column("number", Integer, primary_key=True, comment="Counts the run's rejections"),
    Column("entity", Text, nullable=False),
    Column("code", Text, nullable=False, comment="The kind of reason"),
    Column("reason", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("source_id", Text, comment="The item's id in the browser, escaped"),
    Column("browser", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("store", Text, nullable=False, comment="Path of the browser's store"),
    Column("storage_key", Text, nullable=False, comment="Origin, and what partitions it"),
    Column("key", Text, nullable=False, comment="Key of the record, escaped"),
    Column("position", Text, nullable=False, comment="Place in the record's value"),
    Column(
        "raw", LargeBinary, nullable=False, comment="The item, WTF-8: convert_from(raw, 'UTF8')"
    ),
    Column("mended_by", Uuid(as_uuid=False), comment="The run that could load it after all"),
    comment="Items that could not be migrated, kept whole",
)

captures = Table(
    "captures",
    metadata,
    _run_column(),
    Column("capture", Text, primary_key=True, comment="Its id, which its manifest has"),
    Column("host", Text, nullable=False, comment="The computer that it was made on"),
    Column("login", Text, comment="The account on that computer"),
    Column(
        "made",
        DateTime(timezone=True),
        nullable=False,
        comment="When, by that computer's clock",
    ),
    Column("selection", Text, nullable=False, comment="SHA-256 of what was to go, and how"),
    Index("captures_capture", "capture"),
    comment="The captures that a run brought in",
)

identities = Table(
    "identities",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    Column("origin", Text, primary_key=True, comment="The web site"),
    Column("source_id", Text, primary_key=True, comment="The item's id in the browser, escaped"),
    Column("target_id", Text, nullable=False, comment="The id of its row"),
    Column(
        "reason",
        Text,
        nullable=False,
        server_default="derived",
        comment="derived: its id does not fit; key: another row has its unique key; "
        "taken: its id is another user's",
    ),
    Index("identities_given", "user_id", "entity", postgresql_where=text("reason <> 'derived'")),
    comment="Which row an item became, where its own id does not fit the table",
)

escaped_texts = Table(
    "escaped_texts",
    metadata,
    Column("target", Text, primary_key=True, comment="The table, with its schema if it has one"),
    Column("target_id", Text, primary_key=True, comment="The id of the row"),
    Column("columns", ARRAY(Text), nullable=False, comment="The columns whose text is escaped"),
    comment="Rows with text that PostgreSQL cannot hold as it is",
)

dropped_indexes = Table(
    "dropped_indexes",
    metadata,
    Column("schema", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("definition", Text, nullable=False, comment="The statement that makes it again"),
    Column("target", Text, nullable=False, comment="Its table, with its schema"),
    Column(
        "dropped", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    ),
    comment="Indexes left away while a table is filled, to be made again",
)

leases = Table(
    "leases",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("plan", Text, primary_key=True, comment="The plan's name"),
    Column("key", BigInteger, nullable=False, comment="Of the advisory lock, which is the truth"),
    Column("run", Uuid(as_uuid=False), nullable=False),
    Column("host", Text, nullable=False, comment="The computer that runs it"),
    Column("process", Integer, nullable=False, comment="Its number on that computer"),
    Column("backend", Integer, nullable=False, comment="The server's process that holds the lock"),
    Column("since", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column(
        "heartbeat",
        DateTime(timezone=True),
        nullable=False,
        server_default=func.clock_timestamp(),
        comment="The last sign of life",
    ),
    comment="Who migrates for which person now, for people to see",
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 …"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False, comment="The account on the computer"),
    Column("host", Text, nullable=False, comment="The computer"),
    Column("role", Text, nullable=False, comment="The role that had logged in"),
    Column("action", Text, nullable=False, comment="migrate, undo, unlock …"),
    Column("user_id", Text, comment="The person in the app"),
    Column("run", Uuid(as_uuid=False)),
    Column("plan_digest", LargeBinary, comment="SHA-256 of the plan"),
    Column("outcome", Text, comment="begun, or how it ended"),
    Column("counts", JSONB, comment="Numbers, by what became of the items"),
    Column("witness", JSONB, comment="How far that computer's own audit trail went"),
    Column("previous", LargeBinary, nullable=False, comment="The hash of the entry before"),
    Column("hash", LargeBinary, nullable=False, comment="SHA-256, see docs/locking-and-audit.md"),
    comment="What was done by whom; entries are only ever added",
)

kits = Table(
    "kits",
    metadata,
    Column("role", Text, primary_key=True, comment="The login"),
    Column("user_id", Text, nullable=False, comment="The person in the app"),
    Column("person", Text, nullable=False, comment="The same as the desk named them"),
    Column("plan", Text, nullable=False, comment="The plan's name"),
    Column(
        "invited", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    ),
    Column("expires", DateTime(timezone=True), nullable=False, comment="Reaches nothing then"),
    Column("revoked", DateTime(timezone=True), comment="Since when it reaches nothing"),
    comment="The logins of personal kits",
)
