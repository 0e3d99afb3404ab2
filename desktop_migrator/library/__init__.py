"""The program for other programs: `MigrationManager`, with hooks and events.

From outside: `MigrationManager`, which the whole package has, too, and `Event`.
"""

from desktop_migrator.library.hooks import Event
from desktop_migrator.library.manager import MigrationManager

__all__ = ["Event", "MigrationManager"]
