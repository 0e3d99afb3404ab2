"""For projects that test their migration: browsers' stores, and a PostgreSQL to throw away.

`pytest_plugins = ["desktop_migrator.testing.pytest_plugin"]` has both as fixtures. From outside:
what this package exports, and the plugin.
"""

from desktop_migrator.testing.database import throwaway_postgres
from desktop_migrator.testing.stores import FORMATS, write_profile

__all__ = ["FORMATS", "throwaway_postgres", "write_profile"]
