"""Alembic runs this file for each upgrade; it takes the caller's connection and transaction."""

from alembic import context

from desktop_migrator.postgres.bookkeeping.tables import SCHEMA, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=SCHEMA,
)
context.run_migrations()
