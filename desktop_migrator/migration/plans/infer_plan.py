"""Drafts a plan from what browsers hold, for a database's tables where there is one."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection

from desktop_migrator.errors import (
    Cancelled,
    DataFolderUnusable,
    NothingToMigrate,
    OriginNotChosen,
    OriginNotFound,
    PlanDoesNotFit,
)
from desktop_migrator.messages import Message, join, plural, verbatim
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.sealed.captures import UnlockKey
from desktop_migrator.migration.sources.open_sources import Sources, open_sources
from desktop_migrator.migration.sources.origins import parse_origins
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Record, Table
from desktop_migrator.plan.infer.draft_plan import draft_plan
from desktop_migrator.plan.infer.guesses import InferredPlan
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.schema.introspect import introspect, list_tables
from desktop_migrator.reporter import Question, Reporter
from desktop_migrator.system import files

_MAX_LISTED_ORIGINS = 10
_MAX_TABLES = 500
_SHOWN_COLUMNS = 5
_OWN_COLUMNS = frozenset(("user_id", "source_id", "more"))
"""Columns that hold nothing which a person would miss in a summary."""
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to draft a plan from, and for which tables."""

    sources: Sequence[Path] = ()
    origins: Sequence[str] = ()
    database: str | None = None
    passphrase_or_key: str | None = None
    """Opens captures among the sources."""


def infer_plan(request: PlanRequest, workspace: Workspace, reporter: Reporter) -> InferredPlan:
    """The plan for the origins named, else for the only one that keeps data; the person is asked
    where there are several.

    Raises OriginNotChosen, OriginNotFound, NothingToMigrate, Cancelled, and as `open_sources` and
    `open_database`.
    """
    named = parse_origins(request.origins)
    keys = UnlockKey(request.passphrase_or_key, workspace.credentials)
    with open_sources(request.sources, workspace.snapshots, reporter, keys) as sources:
        origins = named or _only_origin(sources, reporter)
        tables: list[Table] = []
        if request.database:
            with (
                open_database(request.database, workspace, reporter) as engine,
                engine.connect() as connection,
                translate_errors(),
            ):
                tables = read_tables(connection)
        records = list(_records(sources, origins, reporter))
        if not records:
            raise OriginNotFound(origins=", ".join(origins))
        return draft_plan(records, name=plan_name(origins), origins=origins, tables=tables)


def summarize(inferred: InferredPlan) -> list[Message]:
    """What was found, in words for somebody who knows no plans; no value."""
    found = []
    for entity in inferred.entities:
        columns = [name for name in entity.columns if name not in _OWN_COLUMNS]
        more = [Message("…")] if len(columns) > _SHOWN_COLUMNS else []
        names = join([*map(verbatim, columns[:_SHOWN_COLUMNS]), *more])
        found.append(
            plural(
                "{entity}: one item with {fields}",
                "{entity}: {count:,} items with {fields}",
                count=entity.items,
                entity=entity.name.replace("_", " "),
                fields=names,
            )
        )
    if inferred.records_left:
        found.append(
            plural(
                "one other record, which is kept as it is",
                "{count:,} other records, which are kept as they are",
                count=inferred.records_left,
            )
        )
    return found


def keep_plan(inferred: InferredPlan, workspace: Workspace) -> Path:
    """Puts the plan's text into the workspace, so that it can be used again; returns the file.

    Raises DataFolderUnusable.
    """
    path = workspace.plans / f"{_NO_FILE_NAME.sub('-', inferred.plan.name)}.toml"
    try:
        files.private_folder(path.parent)
        files.write_private(path, inferred.text.encode())
    except OSError as error:
        reason = files.os_error_reason(error)
        raise DataFolderUnusable(path=path, reason=reason) from None
    return path


def plan_name(origins: Sequence[str]) -> str:
    """After the web site's host."""
    return urlsplit(origins[0]).hostname or origins[0] if origins else "app"


def read_tables(connection: Connection) -> list[Table]:
    """The app's tables, as far as they can be written to."""
    found: list[Table] = []
    for name in list_tables(connection)[:_MAX_TABLES]:
        with suppress(PlanDoesNotFit):
            found += introspect(connection, [name]).values()
    return found


def _only_origin(sources: Sources, reporter: Reporter) -> tuple[str, ...]:
    counts = Counter(
        record.storage_key.origin for record in sources.records() if record.storage_key.first_party
    )
    if not counts:
        raise NothingToMigrate
    origins = [origin for origin, _ in counts.most_common()]
    if len(origins) == 1:
        return (origins[0],)
    chosen = reporter.ask(
        Question(Message("Which web site's data shall be taken?"), tuple(origins))
    )
    if chosen is None:
        listed = ", ".join(origins[:_MAX_LISTED_ORIGINS])
        more = len(origins) - _MAX_LISTED_ORIGINS
        raise OriginNotChosen(origins=f"{listed} and {more:,} more" if more > 0 else listed)
    return (chosen,)


def _records(sources: Sources, origins: Sequence[str], reporter: Reporter) -> Iterator[Record]:
    for record in sources.records():
        if reporter.cancelled:
            raise Cancelled
        if record.storage_key.first_party and record.storage_key.origin in origins:
            yield record
