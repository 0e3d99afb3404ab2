"""The first tables: runs, chunks, quarantine, identities, escaped texts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0001"
down_revision = None

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.create_table(
        "escaped_texts",
        sa.Column(
            "target", sa.Text(), nullable=False, comment="The table, with its schema if it has one"
        ),
        sa.Column("target_id", sa.Text(), nullable=False, comment="The id of the row"),
        sa.Column(
            "columns", ARRAY(sa.Text()), nullable=False, comment="The columns whose text is escaped"
        ),
        sa.PrimaryKeyConstraint("target", "target_id"),
        schema=SCHEMA,
        comment="Rows with text that PostgreSQL cannot hold as it is",
    )
    op.create_table(
        "identities",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False, comment="The web site"),
        sa.Column(
            "source_id", sa.Text(), nullable=False, comment="The item's id in the browser, escaped"
        ),
        sa.Column("target_id", sa.Text(), nullable=False, comment="The id of its row"),
        sa.PrimaryKeyConstraint("user_id", "entity", "origin", "source_id"),
        schema=SCHEMA,
        comment="Which row an item became, where its own id does not fit the table",
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False, comment="The person in the app"),
        sa.Column("plan", sa.Text(), nullable=False, comment="The plan's name"),
        sa.Column("plan_digest", sa.LargeBinary(), nullable=False, comment="SHA-256 of the plan"),
        sa.Column("policy", sa.Text(), nullable=False, comment="What was to become of conflicts"),
        sa.Column("host", sa.Text(), nullable=False, comment="The computer that ran it"),
        sa.Column("tool_version", sa.Text(), nullable=False),
        sa.Column(
            "started",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "finished",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="NULL: running, or broken off",
        ),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=True,
            comment="completed, rolled_back, failed or cancelled",
        ),
        sa.Column(
            "counts",
            JSONB(),
            nullable=True,
            comment="Numbers of items by entity and by what became of them",
        ),
        sa.PrimaryKeyConstraint("id"),
        schema=SCHEMA,
        comment="One row for each migration",
    )
    op.create_index(
        op.f("ix_desktop_migrator_runs_user_id"), "runs", ["user_id"], unique=False, schema=SCHEMA
    )
    op.create_table(
        "chunks",
        sa.Column("run", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column(
            "seq", sa.Integer(), nullable=False, comment="The order in which they were written"
        ),
        sa.Column(
            "entity", sa.Text(), nullable=False, comment="The plan's name for this kind of item"
        ),
        sa.Column(
            "target", sa.Text(), nullable=False, comment="The table, with its schema if it has one"
        ),
        sa.Column(
            "columns", ARRAY(sa.Text()), nullable=False, comment="Columns given, the id's first"
        ),
        sa.Column("ids", ARRAY(sa.Text()), nullable=False, comment="The rows' ids"),
        sa.Column(
            "actions", sa.Text(), nullable=False, comment="A letter a row: i, u, = or s, see counts"
        ),
        sa.Column(
            "digests",
            sa.LargeBinary(),
            nullable=False,
            comment="16 bytes a row: digest of what was sent",
        ),
        sa.Column("inserted", sa.Integer(), nullable=False, comment="i: new rows"),
        sa.Column("updated", sa.Integer(), nullable=False, comment="u: rows overwritten"),
        sa.Column(
            "unchanged", sa.Integer(), nullable=False, comment="=: rows that were there and equal"
        ),
        sa.Column(
            "skipped", sa.Integer(), nullable=False, comment="s: rows that differ and were kept"
        ),
        sa.ForeignKeyConstraint(["run"], [f"{SCHEMA}.runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "seq"),
        schema=SCHEMA,
        comment="What a run did to each row, written in the transaction that did it",
    )
    op.create_table(
        "quarantine",
        sa.Column("run", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="Counts the run's rejections"),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="The kind of reason"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column(
            "source_id", sa.Text(), nullable=True, comment="The item's id in the browser, escaped"
        ),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("store", sa.Text(), nullable=False, comment="Path of the browser's store"),
        sa.Column(
            "storage_key", sa.Text(), nullable=False, comment="Origin, and what partitions it"
        ),
        sa.Column("key", sa.Text(), nullable=False, comment="Key of the record, escaped"),
        sa.Column("position", sa.Text(), nullable=False, comment="Place in the record's value"),
        sa.Column(
            "raw",
            sa.LargeBinary(),
            nullable=False,
            comment="The item, WTF-8: convert_from(raw, 'UTF8')",
        ),
        sa.ForeignKeyConstraint(["run"], [f"{SCHEMA}.runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "number"),
        schema=SCHEMA,
        comment="Items that could not be migrated, kept whole",
    )
