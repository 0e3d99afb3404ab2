"""Makes the bookkeeping's schema and brings it up to date, with Alembic.

The versions in `versions/` are never edited once released; a new one is added. The schema can be
made beforehand by an administrator for a role that may not make one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import text
from sqlalchemy.schema import CreateSchema

from desktop_migrator.errors import PermissionMissing
from desktop_migrator.messages import Message
from desktop_migrator.postgres.bookkeeping.tables import SCHEMA
from desktop_migrator.postgres.connection.lock_keys import BOOKKEEPING_KEY
from desktop_migrator.postgres.types import adapters

_VERSIONS = Path(__file__).parent
"""The folder that Alembic wants, in which `versions/` lies."""
_MAY_UPGRADE = text("""
    SELECT has_schema_privilege(n.oid, 'CREATE') AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_class c
        WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND NOT pg_has_role(c.relowner, 'USAGE'))
    FROM pg_catalog.pg_namespace n WHERE n.nspname = :schema
""")


def upgrade(connection: sqlalchemy.Connection) -> None:
    """Make `desktop_migrator` or upgrade it, in the caller's transaction; no change if current.

    Where it is current, as nearly always, no lock is taken; else others who make or upgrade it
    wait for the transaction's end. Raises PermissionMissing, and leaves the transaction usable,
    where the role may not.
    """
    with translate_missing_privilege(), connection.begin_nested():
        if not schema_version(connection).is_current:
            BOOKKEEPING_KEY.lock_transaction(adapters.cursor(connection))
            _upgrade(connection)


def upgrade_existing(connection: sqlalchemy.Connection) -> None:
    """The same, but nothing is made where there is none."""
    with translate_missing_privilege(), connection.begin_nested():
        installed = schema_version(connection).installed
    if installed is not None:
        upgrade(connection)


def require_upgrade_privilege(connection: sqlalchemy.Connection) -> None:
    """Raises PermissionMissing where `upgrade` would; an administrator may have made the schema."""
    allowed = connection.scalar(_MAY_UPGRADE, {"schema": SCHEMA})
    if allowed is None:
        _require_create(connection)
    elif not allowed:
        raise _missing_ownership()


@contextmanager
def translate_missing_privilege() -> Iterator[None]:
    """Turn the server's refusal of what concerns the bookkeeping into `PermissionMissing`."""
    try:
        yield
    except sqlalchemy.exc.ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise _missing_ownership() from None
        raise


def _missing_ownership() -> PermissionMissing:
    return PermissionMissing(
        reason=Message("It may not use or upgrade the schema {schema}.", schema=SCHEMA),
        right=f"ownership of schema {SCHEMA} and of its tables",
    )


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """The bookkeeping's version in a database."""

    installed: str | None
    """None: there is no bookkeeping."""
    latest: str
    """The one that this program makes."""
    is_known: bool
    """Whether `installed` is one of this program's; else a newer program was at work."""

    @property
    def is_current(self) -> bool:
        return self.installed == self.latest


def schema_version(connection: sqlalchemy.Connection) -> SchemaVersion:
    found = _context(connection).get_current_revision()
    revisions = _revisions()
    return SchemaVersion(found, revisions[0], found is None or found in revisions)


@cache
def _revisions() -> tuple[str, ...]:
    """Those of this program, the newest first; loading them takes longer than many a query."""
    scripts = ScriptDirectory(str(_VERSIONS))
    return tuple(script.revision for script in scripts.walk_revisions())


def _config(connection: sqlalchemy.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_VERSIONS))
    config.attributes["connection"] = connection
    return config


def _context(connection: sqlalchemy.Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})


def _upgrade(connection: sqlalchemy.Connection) -> None:
    config = _config(connection)
    if not sqlalchemy.inspect(connection).has_schema(SCHEMA):
        _require_create(connection)
        connection.execute(CreateSchema(SCHEMA))
    heads = tuple(ScriptDirectory.from_config(config).get_heads())
    if _context(connection).get_current_heads() != heads:
        command.upgrade(config, "head")


def _require_create(connection: sqlalchemy.Connection) -> None:
    database, may_create = connection.execute(
        text("SELECT current_database(), has_database_privilege(current_database(), 'CREATE')")
    ).one()
    if not may_create:
        raise PermissionMissing(
            reason=Message(
                "It may not make the schema {schema}, in which each run is written down.",
                schema=SCHEMA,
            ),
            right=f"CREATE on database {database}",
        )
