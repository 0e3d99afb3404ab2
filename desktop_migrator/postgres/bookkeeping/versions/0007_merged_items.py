"""What items that were merged with their rows hold, by which a resumed run knows them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.add_column(
        "chunks",
        sa.Column(
            "merged",
            sa.LargeBinary(),
            comment="16 bytes a row, where items were merged with their rows: fingerprint of the "
            "item",
        ),
        schema=SCHEMA,
    )
