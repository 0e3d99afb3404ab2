"""The ledger of captures: which run brought one in, and so for whom.

It is written in the transaction that enters the run. So whatever is killed, a capture that wrote
rows stands here with its person, and one that stands here with a completed run is done.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from desktop_migrator.model import Outcome
from desktop_migrator.postgres.bookkeeping.runs import Run, find_run, list_runs, undone_by
from desktop_migrator.postgres.bookkeeping.tables import captures, runs
from desktop_migrator.postgres.connection.lock_keys import capture_key
from desktop_migrator.postgres.types import adapters

_ANY = sqlalchemy.true()
_IS_THERE = text("SELECT to_regclass('desktop_migrator.captures') IS NOT NULL")


@dataclass(frozen=True, slots=True)
class CaptureEntry:
    """A capture as its manifest describes it."""

    capture: str
    host: str
    login: str | None
    made: datetime
    selection: str
    """What was to go, and how; in a digest."""


def lock_captures(connection: sqlalchemy.Connection, ids: Collection[str]) -> None:
    """Until the caller's transaction ends, nobody else enters these captures."""
    cursor = adapters.cursor(connection)
    for key in sorted(map(capture_key, ids), key=lambda key: key.number):
        key.lock_transaction(cursor)


def enter_captures(
    connection: sqlalchemy.Connection, run: str, entries: Sequence[CaptureEntry]
) -> None:
    """Enter what the run brings in; what is there already stays."""
    if entries:
        rows = [{"run": run} | asdict(entry) for entry in entries]
        connection.execute(insert(captures).on_conflict_do_nothing(), rows)


def run_for_another(
    connection: sqlalchemy.Connection, ids: Collection[str], user_id: str
) -> Run | None:
    """A run that brought one of these captures in for another person, if its rows may be there."""
    return next((run for run in _lasting_runs(connection, ids) if run.user_id != user_id), None)


def completed_run(
    connection: sqlalchemy.Connection, capture: str, user_id: str, plan_digest: str, selection: str
) -> Run | None:
    """The last run that has completed this capture for the person, by this plan and selection."""
    return next(
        (
            run
            for run in _lasting_runs(connection, [capture], captures.c.selection == selection)
            if run.user_id == user_id
            and run.outcome is Outcome.COMPLETED
            and run.plan_digest.hex() == plan_digest
        ),
        None,
    )


def _lasting_runs(
    connection: sqlalchemy.Connection,
    ids: Collection[str],
    condition: sqlalchemy.ColumnElement[bool] = _ANY,
) -> list[Run]:
    """The runs that brought these captures in, but for those taken back; the newest first."""
    if not ids or not connection.scalar(_IS_THERE):
        return []
    rows = connection.execute(
        select(runs.c.id, runs.c.user_id)
        .join(captures, captures.c.run == runs.c.id)
        .where(captures.c.capture.in_(ids), condition)
        .where(runs.c.outcome.is_distinct_from(Outcome.ROLLED_BACK))
        .order_by(runs.c.started.desc())
    ).all()
    undone: set[str] = set()
    for user_id in {row.user_id for row in rows}:
        undone |= undone_by(list_runs(connection, user_id)).keys()
    found = (find_run(connection, row.id) for row in rows if row.id not in undone)
    return [run for run in found if run is not None]
