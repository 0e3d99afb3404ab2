"""What undo needs: before-images, the transaction that wrote a chunk, and which chunk it undid."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from desktop_migrator.postgres.bookkeeping.types import Image

revision = "0003"
down_revision = "0002"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.execute(
        f"CREATE TYPE {SCHEMA}.image AS (texts text[], state bigint, escaped text[])",
    )
    op.create_table(
        "journal",
        sa.Column("run", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="The chunk that changed the rows"),
        sa.Column("columns", ARRAY(sa.Text()), nullable=False, comment="Columns of the images"),
        sa.Column("ids", ARRAY(sa.Text()), nullable=False, comment="The rows' ids"),
        sa.Column(
            "images",
            ARRAY(Image()),
            nullable=False,
            comment="A row each: columns as text, transaction that wrote it, escaped columns",
        ),
        sa.ForeignKeyConstraint(["run"], [f"{SCHEMA}.runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "seq"),
        schema=SCHEMA,
        comment="Rows as they were before a chunk overwrote or deleted them",
    )
    # Undo deletes as fast as images are written; compressing them takes longer than that.
    op.execute(f"ALTER TABLE {SCHEMA}.journal ALTER COLUMN images SET STORAGE EXTERNAL")
    op.add_column(
        "runs",
        sa.Column(
            "undoes",
            ARRAY(sa.Uuid(as_uuid=False)),
            nullable=True,
            comment="NULL: a migration; else the runs that this one takes back",
        ),
        schema=SCHEMA,
    )
    for column in (
        sa.Column(
            "deleted",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="d: rows deleted",
        ),
        sa.Column(
            "state",
            sa.BigInteger(),
            nullable=True,
            comment="xmin of the rows as they were left; NULL: none was",
        ),
        sa.Column(
            "cluster",
            sa.BigInteger(),
            server_default=sa.text("(pg_control_system()).system_identifier"),
            nullable=False,
            comment="The PostgreSQL cluster in which that xmin has a meaning",
        ),
        sa.Column("undoes_run", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column(
            "undoes_seq", sa.Integer(), nullable=True, comment="The chunk that this one takes back"
        ),
        sa.Column(
            "restored",
            ARRAY(sa.BigInteger()),
            nullable=True,
            comment="For each row the state that it is in again; NULL: not exactly",
        ),
    ):
        op.add_column("chunks", column, schema=SCHEMA)
    op.create_index("chunks_undoes", "chunks", ["undoes_run", "undoes_seq"], schema=SCHEMA)
    op.create_index("chunks_state", "chunks", ["state"], schema=SCHEMA)
