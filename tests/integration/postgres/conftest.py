"""A table of tasks, and what loads into it."""

import pytest
import sqlalchemy

from tests.integration.postgres.factories import TASKS, Bench


@pytest.fixture
def bench(connection: sqlalchemy.Connection, database: str) -> Bench:
    bench = Bench(connection, database, TASKS)
    bench.entity()
    return bench
