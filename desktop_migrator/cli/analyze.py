"""`analyze`: what the sources hold, how the target does, and where the time goes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from desktop_migrator.cli.options import Origin, Source, UserEmail, UserId, resolve_database
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.session import Session
from desktop_migrator.migration.database.open_database import Person
from desktop_migrator.migration.maintenance.analyze import Analysis, analyze
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.maintenance.profile_sources import KeyProfile, OriginProfile
from desktop_migrator.plan.schema import load_plan

_SHOWN_KEYS = 10
_MAX_CELL_WIDTH = 60


def command(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    database: Annotated[
        str | None,
        typer.Option(
            callback=resolve_database, help="Look at this database too, and at its last runs."
        ),
    ] = None,
    user_id: UserId = None,
    user_email: UserEmail = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Measure each phase of a dry run.")
    ] = False,
) -> None:
    session: Session = ctx.obj
    subject = MaintenanceRequest(
        plan=load_plan(session.plan),
        database=database or "",
        person=Person(user_id, user_email),
        sources=tuple(source or ()),
        origins=tuple(origin or ()),
    )
    with session.make_reporter() as reporter:
        found = analyze(subject, session.workspace, reporter, profile=profile)
    if session.json:
        session.emit_json(**asdict(found))
    else:
        _print_analysis(session, found)


def _print_analysis(session: Session, found: Analysis) -> None:
    _table(
        session,
        "Web sites",
        ("site", "records", "size", "fits the plan"),
        (
            (each.origin, f"{each.records:,}", _size(each.bytes), "yes" if each.fits else "no")
            for each in found.origins
        ),
    )
    for each in found.origins:
        if each.fits:
            _print_origin(session, each)
    if found.tables:
        _print_tables(session, found)
    for problem in found.problems:
        session.print_text(problem)
    if found.runs:
        _table(
            session,
            "Last runs",
            ("begun (UTC)", "outcome", "items", "seconds", "items a second"),
            (
                (
                    f"{run.started:%Y-%m-%d %H:%M}",
                    run.outcome or "cut off",
                    f"{run.items:,}",
                    "" if run.seconds is None else f"{run.seconds:.1f}",
                    "" if run.items_per_second is None else f"{run.items_per_second:,.0f}",
                )
                for run in found.runs
            ),
        )
    if found.phases:
        _table(
            session,
            "A dry run's time",
            ("phase", "seconds", "share"),
            ((phase.name, f"{phase.seconds:.2f}", f"{phase.share:.0%}") for phase in found.phases),
        )


def _print_origin(session: Session, origin: OriginProfile) -> None:
    _table(
        session,
        f"{origin.origin}: what becomes of it",
        ("kind", "size", "share"),
        (
            (use, _size(size), f"{origin.share(use):.0%}")
            for use, size in Counter(origin.by_use).most_common()
        ),
    )
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in Counter(origin.kinds).most_common())
    session.print_text(f"Values: {kinds}.")
    _table(session, "Keys that the plan does not name", *_key_columns(origin.unknown))
    _table(session, "The biggest records", *_key_columns(origin.biggest))


def _key_columns(keys: Sequence[KeyProfile]) -> tuple[Sequence[str], Iterable[Sequence[str]]]:
    shown = ((each.key, _size(each.bytes), each.shape) for each in keys[:_SHOWN_KEYS])
    return ("key", "size", "shape"), shown


def _print_tables(session: Session, found: Analysis) -> None:
    _table(
        session,
        "Tables",
        ("table", "rows", "size", "indexes", "dead rows", "last ANALYZE (UTC)", "user's index"),
        (
            (
                each.table,
                f"{each.rows:,}",
                _size(each.bytes),
                _size(each.index_bytes),
                f"{each.dead_rows:,}",
                f"{each.analyzed:%Y-%m-%d %H:%M}" if each.analyzed else "never",
                "not needed" if not each.user_column else "there" if each.user_indexed else "none",
            )
            for each in found.tables
        ),
    )
    for each in found.tables:
        for what, names in (("not valid", each.invalid), ("never used so far", each.unused)):
            if names:
                session.print_text(f"Indexes of {each.table} {what}: {', '.join(names)}.")


def _table(
    session: Session, title: str, headers: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    table = Table(title=cell(title), title_justify="left")
    for header in headers:
        table.add_column(header, justify="left" if header == headers[0] else "right")
    for row in rows:
        cells = [cell(text) for text in row]
        for each in cells:
            each.truncate(_MAX_CELL_WIDTH, overflow="ellipsis")
        table.add_row(*cells)
    if table.row_count:
        session.stdout.print(table)


def _size(number: int) -> str:
    size = float(number)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:,.0f} {unit}"
        size /= 1024
    return f"{size:,.1f} GiB"
