"""The rows that conflicts are about."""

import pytest
import sqlalchemy

from tests.conformance.conflict_cases import CASES, COLUMNS, TABLE, in_utc, literal, row_id
from tests.integration.postgres.factories import USER, Bench


@pytest.fixture
def bench(connection: sqlalchemy.Connection, database: str) -> Bench:
    bench = Bench(connection, database, TABLE)
    bench.entity()
    names = ", ".join(("id", "user_id", *COLUMNS))
    for number, case in enumerate(CASES):
        in_utc(
            bench,
            f"INSERT INTO tasks ({names}) VALUES ('{row_id(number)}', "
            f"'{USER}', {', '.join(literal(case.row.get(name)) for name in COLUMNS)})",
        )
    return bench
