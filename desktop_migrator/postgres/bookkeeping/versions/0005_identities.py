"""Why an item became a row of another id than its own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SCHEMA = "desktop_migrator"


def upgrade() -> None:
    op.add_column(
        "identities",
        sa.Column(
            "reason",
            sa.Text(),
            server_default="derived",
            nullable=False,
            comment="derived: its id does not fit; key: another row has its unique key; "
            "taken: its id is another user's",
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "identities_given",
        "identities",
        ["user_id", "entity"],
        schema=SCHEMA,
        postgresql_where=sa.text("reason <> 'derived'"),
    )
