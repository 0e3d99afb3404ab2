"""The list of migrations and what each left aside, in schema `desktop_migrator`."""

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import uuid4

import sqlalchemy
from sqlalchemy import RowMapping, func, insert, select, update

from desktop_migrator import __version__
from desktop_migrator.model import ConflictPolicy, Counts, Outcome, UndoCounts
from desktop_migrator.postgres.bookkeeping.tables import quarantine, runs
from desktop_migrator.postgres.types.text_escape import from_wtf8

NON_REJECTION_COLUMNS = {"run", "number", "mended_by"}
"""Columns of the quarantine that are no part of the rejection."""


_UNFINISHED = (None, Outcome.CANCELLED, Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class Run:
    id: str
    user_id: str
    plan: str
    plan_digest: bytes
    policy: ConflictPolicy
    host: str
    tool_version: str
    started: datetime
    finished: datetime | None
    outcome: Outcome | None
    counts: dict[str, Counts] | dict[str, UndoCounts]
    """By entity; empty while the run is not finished."""
    undoes: list[str] | None
    """The runs that this one takes back; None: it is a migration."""
    mends: str | None
    """The run whose rows or rejections this one mended."""
    origins: tuple[str, ...]
    """The web sites; empty where nobody wrote them down."""
    field_key: str | None
    """The id of the key for sensitive fields; None: none was needed."""
    session: dict[str, str]
    """Settings of the session that policies ask for; see `apply_session_settings`."""


@dataclass(frozen=True, slots=True)
class QuarantinedItem:
    """A rejection as it was kept; texts from the browser are escaped, save `raw`."""

    entity: str
    code: str
    reason: str
    remedy: str
    source_id: str | None
    browser: str
    profile: str
    store: str
    storage_key: str
    key: str
    position: str
    raw: str


def start_run(
    connection: sqlalchemy.Connection,
    *,
    user_id: str,
    plan: str,
    plan_digest: bytes,
    policy: ConflictPolicy,
    undoes: Sequence[str] | None = None,
    repairs: str | None = None,
    origins: Sequence[str] = (),
    field_key: str | None = None,
    session: Mapping[str, str] | None = None,
    run: str | None = None,
) -> str:
    """Enter a run, begun now on this computer by this version; returns its id, new if not given."""
    run = run or str(uuid4())
    connection.execute(
        insert(runs).values(
            id=run,
            user_id=user_id,
            plan=plan,
            plan_digest=plan_digest,
            policy=policy,
            host=platform.node(),
            tool_version=__version__,
            undoes=undoes,
            mends=repairs,
            origins=list(origins),
            field_key=field_key,
            session=dict(session) if session else None,
        )
    )
    return run


def finish_run(
    connection: sqlalchemy.Connection,
    run: str,
    outcome: Outcome,
    counts: Mapping[str, Counts] | Mapping[str, UndoCounts],
) -> None:
    """Enter how a run ended; the commit of this makes all its chunks durable."""
    connection.execute(
        update(runs)
        .where(runs.c.id == run)
        .values(
            finished=func.clock_timestamp(),
            outcome=outcome,
            counts={entity: asdict(number) for entity, number in counts.items()},
        )
    )


def list_runs(connection: sqlalchemy.Connection, user_id: str) -> list[Run]:
    """This person's runs, the newest first."""
    rows = connection.execute(
        select(runs).where(runs.c.user_id == user_id).order_by(runs.c.started.desc())
    )
    return [_run(row) for row in rows.mappings()]


def all_runs(connection: sqlalchemy.Connection) -> list[Run]:
    """Everybody's, the newest first."""
    rows = connection.execute(select(runs).order_by(runs.c.started.desc()))
    return [_run(row) for row in rows.mappings()]


def unfinished_run(connection: sqlalchemy.Connection, user_id: str, plan: str) -> Run | None:
    """The person's last run by the plan, if it did not come to its end and was not undone."""
    mine = list_runs(connection, user_id)
    last = next((run for run in mine if run.plan == plan and not (run.undoes or run.mends)), None)
    undone = {undone for run in mine for undone in run.undoes or ()}  # even if only in part
    return last if last and last.outcome in _UNFINISHED and last.id not in undone else None


def reopen_run(connection: sqlalchemy.Connection, run: str) -> None:
    """Enter that a run goes on."""
    connection.execute(update(runs).where(runs.c.id == run).values(finished=None, outcome=None))


def find_run(connection: sqlalchemy.Connection, run: str) -> Run | None:
    """The run of this id, whosever it is."""
    row = connection.execute(select(runs).where(runs.c.id == run)).mappings().one_or_none()
    return _run(row) if row else None


def undone_by(newest_first: Iterable[Run]) -> dict[str, str]:
    """The runs of a person that are undone, each with the one that did it.

    An undo that was undone itself does not count, nor one that has not come to its end.
    """
    result: dict[str, str] = {}
    for run in newest_first:
        if run.undoes and run.outcome is Outcome.COMPLETED and run.id not in result:
            for undone in run.undoes:
                result.setdefault(undone, run.id)
    return result


def _run(row: RowMapping) -> Run:
    numbers_of = Counts if row["undoes"] is None else UndoCounts
    return Run(
        **{
            **row,
            "policy": ConflictPolicy(row["policy"]),
            "outcome": row["outcome"] and Outcome(row["outcome"]),
            "origins": tuple(row["origins"]),
            "session": row["session"] or {},
            "counts": {
                entity: numbers_of(**numbers) for entity, numbers in (row["counts"] or {}).items()
            },
        }
    )


def read_quarantine(connection: sqlalchemy.Connection, run: str) -> Iterator[QuarantinedItem]:
    """What a run left aside, in the order in which it was met."""
    columns = [column for column in quarantine.c if column.name not in NON_REJECTION_COLUMNS]
    rows = connection.execute(
        select(*columns).where(quarantine.c.run == run).order_by(quarantine.c.number),
        execution_options={"yield_per": 100},
    )
    for row in rows.mappings():
        yield QuarantinedItem(**{**row, "raw": from_wtf8(row["raw"])})
