"""Makes the bookkeeping's schema and brings it up to date, with Alembic.

The versions in `versions/` are never edited once released; a new one is added. The schema can be
made beforehand by an administrator for a role that may not make one.
"""

from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import func, select, text
from sqlalchemy.schema import CreateSchema

from desktop_migrator.errors import PermissionMissing
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA

_LOCK = 0x444D_0001  # any number that nobody else locks


def upgrade(connection: sqlalchemy.Connection) -> None:
    """Make `desktop_migrator` or upgrade it, in the caller's transaction; no change if current.

    Raises PermissionMissing, and leaves the transaction usable, where the role may not.
    """
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    try:
        with connection.begin_nested():
            _upgrade(connection)
    except sqlalchemy.exc.ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise PermissionMissing(
                reason=f"It may not use or upgrade the schema {SCHEMA}.",
                right=f"ownership of schema {SCHEMA} and of its tables",
            ) from None
        raise


def _upgrade(connection: sqlalchemy.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    if not sqlalchemy.inspect(connection).has_schema(SCHEMA):
        _create_schema(connection)
    current = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
    if current.get_current_heads() != tuple(ScriptDirectory.from_config(config).get_heads()):
        command.upgrade(config, "head")


def _create_schema(connection: sqlalchemy.Connection) -> None:
    database, may_create = connection.execute(
        text("SELECT current_database(), has_database_privilege(current_database(), 'CREATE')")
    ).one()
    if not may_create:
        raise PermissionMissing(
            reason=f"It may not make the schema {SCHEMA}, in which each run is written down.",
            right=f"CREATE on database {database}",
        )
    connection.execute(CreateSchema(SCHEMA))
