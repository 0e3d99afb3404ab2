"""Makes the bookkeeping's schema and brings it up to date, with Alembic.

The versions in `versions/` are never edited once released; a new one is added. The schema can be
made beforehand by an administrator for a role that may not make one.
"""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """The bookkeeping's version in a database."""

    installed: str | None
    """None: there is no bookkeeping."""
    latest: str
    """The one that this program makes."""
    is_known: bool
    """Whether `found` is one of this program's; else a newer program was at work."""

    @property
    def is_current(self) -> bool:
        return self.installed == self.latest


def schema_version(connection: sqlalchemy.Connection) -> SchemaVersion:
    scripts = ScriptDirectory.from_config(_config(connection))
    found = _context(connection).get_current_revision()
    known = found is None or found in {script.revision for script in scripts.walk_revisions()}
    return SchemaVersion(found, scripts.get_current_head() or "", known)


def _config(connection: sqlalchemy.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _context(connection: sqlalchemy.Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})


def _upgrade(connection: sqlalchemy.Connection) -> None:
    config = _config(connection)
    if not sqlalchemy.inspect(connection).has_schema(SCHEMA):
        _create_schema(connection)
    heads = tuple(ScriptDirectory.from_config(config).get_heads())
    if _context(connection).get_current_heads() != heads:
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
