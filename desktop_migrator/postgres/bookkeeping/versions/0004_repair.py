"""What repair needs: which run mended what, the web sites of a run, and indexes to make again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.add_column(
        "runs",
        sa.Column(
            "mends",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The run whose rows or rejections this one mended",
        ),
        schema=SCHEMA,
    )
    op.add_column(
        "runs",
        sa.Column(
            "origins",
            ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="The web sites; empty where nobody wrote them down",
        ),
        schema=SCHEMA,
    )
    op.add_column(
        "quarantine",
        sa.Column(
            "mended_by",
            sa.Uuid(as_uuid=False),
            nullable=True,
            comment="The run that could load it after all",
        ),
        schema=SCHEMA,
    )
    op.create_table(
        "dropped_indexes",
        sa.Column("schema", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "definition",
            sa.Text(),
            nullable=False,
            comment="The statement that makes it again",
        ),
        sa.Column("target", sa.Text(), nullable=False, comment="Its table, with its schema"),
        sa.Column(
            "dropped",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("schema", "name"),
        schema=SCHEMA,
        comment="Indexes left away while a table is filled, to be made again",
    )
