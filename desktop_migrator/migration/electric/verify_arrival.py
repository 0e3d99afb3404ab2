"""Whether every row of a plan's tables has arrived at Electric, each as it is in the database."""

import time
from collections.abc import Iterator

from sqlalchemy import Connection

from desktop_migrator.messages import NOTHING, Message
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.electric.prepare_database import missing_table
from desktop_migrator.migration.electric.shape_log import ShapeLog, shape_address
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.schema.introspect import Relation, find_relation
from desktop_migrator.postgres.verify.checks import Check, CheckId
from desktop_migrator.postgres.verify.electric_checks import quoted_name
from desktop_migrator.postgres.verify.text_digests import text_columns, text_digests
from desktop_migrator.reporter import Reporter, Stage


def verify_arrival(
    plan: Plan,
    database: str,
    url: str,
    workspace: Workspace,
    reporter: Reporter,
    *,
    secret: str | None,
    wait: float,
) -> list[Check]:
    """A check for each table; `wait`: seconds given to what is still on its way.

    Raises UsageError, ElectricUnreachable, and Cancelled between two answers of Electric.
    """
    address = shape_address(url, secret)
    names = list(dict.fromkeys(entity.table for entity in plan.entities.values()))
    reporter.started(Stage.COMPARE, len(names))
    checks: list[Check] = []
    with open_database(database, workspace, reporter) as engine, engine.connect() as connection:
        for number, name in enumerate(names, 1):
            checks += _compare(connection, name, address, reporter, secret, wait)
            reporter.advanced(Stage.COMPARE, number, len(names))
    return checks


def _compare(
    connection: Connection,
    name: str,
    address: str,
    reporter: Reporter,
    secret: str | None,
    wait: float,
) -> Iterator[Check]:
    with translate_errors(), connection.begin():
        table = find_relation(connection, name)
        columns = text_columns(connection, table) if table else None
    if table is None or columns is None:
        yield missing_table(name)
        return
    about = {"table": table.name}
    if not columns.key:
        yield Check(
            CheckId.TABLE,
            ok=False,
            detail=Message(
                "table {table} has no primary key, so that rows would become one", **about
            ),
            remedy=Message("Have the app's schema give it a primary key."),
            about=about,
        )
        return
    log = ShapeLog(
        address, quoted_name(table.schema, table.name), columns, secret, lambda: reporter.cancelled
    )
    end = time.monotonic() + wait
    log.catch_up()
    while True:
        # Read anew each time: the app may be at work meanwhile.
        with translate_errors(), connection.begin():
            there = text_digests(connection, table, columns)
        if log.rows == there or time.monotonic() >= end:
            break
        log.follow()
    yield _told(table, there, log.rows)


def _told(
    table: Relation,
    there: dict[tuple[str | None, ...], bytes],
    arrived: dict[tuple[str | None, ...], bytes],
) -> Check:
    about = {"table": table.name}
    if there == arrived:
        detail = Message("all {count:,} rows have arrived, each as it is", count=len(there))
        return Check(CheckId.TABLE, ok=True, detail=detail, remedy=NOTHING, about=about)
    missing = len(there.keys() - arrived.keys())
    left = len(arrived.keys() - there.keys())
    different = sum(arrived[key] != digest for key, digest in there.items() if key in arrived)
    return Check(
        CheckId.TABLE,
        ok=False,
        detail=Message(
            "of {count:,} rows {missing:,} have not arrived, {different:,} differ, and {left:,} are"
            " there that the database has not",
            count=len(there),
            missing=missing,
            different=different,
            left=left,
        ),
        remedy=Message(
            "`desktop-migrator electric check` says what Electric lacks; with --wait it gets more "
            "time."
        ),
        about=about,
    )
