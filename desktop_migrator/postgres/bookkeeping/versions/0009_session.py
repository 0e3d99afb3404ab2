"""What the database was told of whose rows a run works on, for whoever undoes it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.add_column(
        "runs",
        sa.Column(
            "session",
            JSONB(),
            comment="Settings that policies ask for, by name, as the run's plan has them",
        ),
        schema=SCHEMA,
    )
