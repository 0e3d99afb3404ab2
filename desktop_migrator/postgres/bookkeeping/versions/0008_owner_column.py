"""By which column, beside the id, the rows of a chunk are told from those of other people."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.add_column(
        "chunks",
        sa.Column(
            "owner_column",
            sa.Text(),
            comment="Where people's rows may have equal ids: the column that has the run's user_id",
        ),
        schema=SCHEMA,
    )
