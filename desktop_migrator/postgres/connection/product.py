"""Which product answers: PostgreSQL itself, new enough, or one that only speaks as it does.

CockroachDB and YugabyteDB are refused on purpose. What a load stands on is not there, or is
something else: advisory locks that hold (CockroachDB takes them and locks nothing), a row's `xmin`,
temporary tables that come and go at no cost, and COPY and undo within one long transaction.
"""

import re

import psycopg

from desktop_migrator.errors import UnsupportedServer
from desktop_migrator.messages import Message
from desktop_migrator.postgres.connection.address import Address

MIN_VERSION = 13
_YUGABYTE = re.compile(r"-YB-([\w.]+)")
_COCKROACH = re.compile(r"CockroachDB(?: \w+)? v?([\w.]+)")


def refuse_other_products(connection: psycopg.Connection, address: Address) -> None:
    """By what the server tells of itself while one logs in.

    Raises UnsupportedServer, and then has closed the connection.
    """
    info = connection.info
    told = info.parameter_status("server_version") or ""
    product = None
    if cockroach := info.parameter_status("crdb_version"):
        found = _COCKROACH.search(cockroach)
        product = Message("CockroachDB {version}", version=found[1] if found else "")
    elif found := _YUGABYTE.search(told):
        product = Message("YugabyteDB {version}", version=found[1])
    elif info.server_version // 10000 < MIN_VERSION:
        product = Message("PostgreSQL {version}", version=told)
    if product:
        connection.close()
        raise UnsupportedServer(server=address.server, product=product, version=MIN_VERSION)
