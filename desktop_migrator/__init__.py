"""Desktop Migrator moves what a web app kept in a browser's localStorage into PostgreSQL.

For other programs: `MigrationManager`, imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop_migrator.library import MigrationManager

__version__ = "0.1.0"
__all__ = ["MigrationManager", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "MigrationManager":
        return import_module("desktop_migrator.library").MigrationManager
    raise AttributeError(name)
