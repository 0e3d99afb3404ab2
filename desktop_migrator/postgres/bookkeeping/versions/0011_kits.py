"""The logins of personal kits: whose rows each reaches, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.create_table(
        "kits",
        sa.Column("role", sa.Text(), nullable=False, comment="The login"),
        sa.Column("user_id", sa.Text(), nullable=False, comment="The person in the app"),
        sa.Column("person", sa.Text(), nullable=False, comment="The same as the desk named them"),
        sa.Column("plan", sa.Text(), nullable=False, comment="The plan's name"),
        sa.Column(
            "invited",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.clock_timestamp(),
        ),
        sa.Column(
            "expires", sa.DateTime(timezone=True), nullable=False, comment="Reaches nothing then"
        ),
        sa.Column("revoked", sa.DateTime(timezone=True), comment="Since when it reaches nothing"),
        sa.PrimaryKeyConstraint("role"),
        schema=SCHEMA,
        comment="The logins of personal kits",
    )
