"""Leases, which tell who works now, and the audit trail, which refuses every change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False, comment="The plan's name"),
        sa.Column(
            "key",
            sa.BigInteger(),
            nullable=False,
            comment="Of the advisory lock, which is the truth",
        ),
        sa.Column("run", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("host", sa.Text(), nullable=False, comment="The computer that runs it"),
        sa.Column("process", sa.Integer(), nullable=False, comment="Its number on that computer"),
        sa.Column(
            "backend",
            sa.Integer(),
            nullable=False,
            comment="The server's process that holds the lock",
        ),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "heartbeat",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
            comment="The last sign of life",
        ),
        sa.PrimaryKeyConstraint("user_id", "plan"),
        schema=SCHEMA,
        comment="Who migrates for which person now, for people to see",
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False, comment="1, 2, 3 …"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False, comment="The account on the computer"),
        sa.Column("host", sa.Text(), nullable=False, comment="The computer"),
        sa.Column("role", sa.Text(), nullable=False, comment="The role that had logged in"),
        sa.Column("action", sa.Text(), nullable=False, comment="migrate, undo, unlock …"),
        sa.Column("user_id", sa.Text(), nullable=True, comment="The person in the app"),
        sa.Column("run", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("plan_digest", sa.LargeBinary(), nullable=True, comment="SHA-256 of the plan"),
        sa.Column("outcome", sa.Text(), nullable=True, comment="begun, or how it ended"),
        sa.Column("counts", JSONB(), nullable=True, comment="Numbers, by what became of the items"),
        sa.Column(
            "witness",
            JSONB(),
            nullable=True,
            comment="How far that computer's own audit trail went",
        ),
        sa.Column(
            "previous", sa.LargeBinary(), nullable=False, comment="The hash of the entry before"
        ),
        sa.Column(
            "hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256, see docs/locking-and-audit.md",
        ),
        sa.PrimaryKeyConstraint("seq"),
        schema=SCHEMA,
        comment="What was done by whom; entries are only ever added",
    )
    op.execute(
        f"""
        CREATE FUNCTION {SCHEMA}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'entries of the audit trail are neither changed nor removed'
                USING ERRCODE = 'insufficient_privilege';
        END $$
        """
    )
    op.execute(
        f"""
        CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {SCHEMA}.audit
            FOR EACH STATEMENT EXECUTE FUNCTION {SCHEMA}.refuse_change()
        """
    )
    # Also where a session calls itself a replica, in which plain triggers sleep.
    op.execute(f"ALTER TABLE {SCHEMA}.audit ENABLE ALWAYS TRIGGER refuse_change")
