"""The real servers of the integration tests, here too."""

from tests.integration.conftest import connection, database, server, server_folder

__all__ = ["connection", "database", "server", "server_folder"]
