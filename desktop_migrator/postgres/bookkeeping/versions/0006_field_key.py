"""Which key protected a run's sensitive fields."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.add_column(
        "runs",
        sa.Column("field_key", sa.Text(), comment="Of the key for sensitive fields: its id"),
        schema=SCHEMA,
    )
