"""A run's rows as they lie in the database, and the items that it left aside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from desktop_migrator.migration.database.open_database import enter_as, open_database
from desktop_migrator.migration.maintenance.previous_run import (
    MaintenanceRequest,
    find_tables,
    select_run,
)
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.item_titles import item_title
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.bookkeeping.runs import Run, read_quarantine
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.verify.read_rows import rows_of_runs
from desktop_migrator.postgres.verify.row_state import run_and_repairs
from desktop_migrator.reporter import Reporter

Write = Callable[[str, dict[str, Any]], None]
"""Takes the table's name, or the kind of item, and the values by column."""


def export_rows(
    request: MaintenanceRequest, workspace: Workspace, reporter: Reporter, write: Write
) -> str:
    """Every row that the run wrote and that is not taken back; returns the run.

    Raises RunNotFound, and what ails a table that cannot be read.
    """
    with _opened_run(request, workspace, reporter) as (connection, run, plan):
        tables = find_tables(connection, plan, run)
        for problem in tables.problems.values():
            raise problem
        runs = run_and_repairs(connection, run)
        for entity in tables.entities:
            for row in rows_of_runs(connection, entity, runs):
                write(entity.table.name, row)
    return run.id


def export_rejected(
    request: MaintenanceRequest, workspace: Workspace, reporter: Reporter, write: Write
) -> str:
    """Every item that the run rejected, superseded or kept aside; returns the run.

    Raises RunNotFound.
    """
    with _opened_run(request, workspace, reporter) as (connection, run, _):
        for item in read_quarantine(connection, run.id):
            write(item.entity, {"title": item_title(item.raw)} | asdict(item))
    return run.id


@contextmanager
def _opened_run(
    request: MaintenanceRequest, workspace: Workspace, reporter: Reporter
) -> Iterator[tuple[Connection, Run, Plan]]:
    """The run that is meant with the plan that it had, in a transaction that changes nothing."""
    with (
        open_database(request.database, workspace, reporter) as engine,
        engine.connect() as connection,
        translate_errors(),
        connection.begin() as transaction,
    ):
        user_id = enter_as(connection, request.plan, request.person, reporter)
        run, request = select_run(connection, user_id, request, workspace)
        yield connection, run, request.plan
        transaction.rollback()
