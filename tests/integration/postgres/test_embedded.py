"""The built-in PostgreSQL's life, watched through libpq and the operating system."""

import psycopg
from sqlalchemy import Connection, text

from desktop_migrator.postgres.embedded import BuiltinPostgres
from tests.integration.conftest import on_every_server


@on_every_server
def test_a_started_server_answers_and_takes_logical_replication(server: BuiltinPostgres) -> None:
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW wal_level").fetchone() == ("logical",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
