"""Desktop Migrator moves what a web app kept in a browser's localStorage into PostgreSQL."""

__version__ = "0.1.0"
