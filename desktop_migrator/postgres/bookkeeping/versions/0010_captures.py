"""Which captures a run brought in, so that none goes to two people, or twice."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.create_table(
        "captures",
        sa.Column("run", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("capture", sa.Text(), nullable=False, comment="Its id, which its manifest has"),
        sa.Column("host", sa.Text(), nullable=False, comment="The computer that it was made on"),
        sa.Column("login", sa.Text(), comment="The account on that computer"),
        sa.Column(
            "made",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When, by that computer's clock",
        ),
        sa.Column(
            "selection", sa.Text(), nullable=False, comment="SHA-256 of what was to go, and how"
        ),
        sa.PrimaryKeyConstraint("run", "capture"),
        sa.ForeignKeyConstraint(["run"], [f"{SCHEMA}.runs.id"], ondelete="CASCADE"),
        schema=SCHEMA,
        comment="The captures that a run brought in",
    )
    op.create_index("captures_capture", "captures", ["capture"], schema=SCHEMA)
