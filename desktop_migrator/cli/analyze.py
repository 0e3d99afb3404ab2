"""`analyze`: what the sources hold, how the target does, and where the time goes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from desktop_migrator.cli.database_options import choose_database_if_any
from desktop_migrator.cli.labels import SKIP_REASONS, outcome_label
from desktop_migrator.cli.last_run import choose_person, choose_plan
from desktop_migrator.cli.options import Origin, Source, UserEmail, UserId
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.session import Session
from desktop_migrator.messages import N_, Translator
from desktop_migrator.migration.maintenance.analyze import Analysis, analyze
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.maintenance.profile_sources import KeyProfile, OriginProfile
from desktop_migrator.postgres.schema.table_health import TableHealth

_SHOWN_KEYS = 10
_MAX_CELL_WIDTH = 60
_VALUE_KINDS = {
    "object": N_("object"),
    "array": N_("array"),
    "string": N_("string"),
    "number": N_("number"),
    "boolean": N_("boolean"),
    "null": N_("null"),
    "text": N_("text"),
    "empty": N_("empty"),
}
_PHASES = {
    "read": N_("read"),
    "extract": N_("extract"),
    "probe": N_("probe"),
    "write": N_("write"),
    "verify": N_("verify"),
}


def command(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    database: Annotated[
        str | None,
        typer.Option(
            callback=choose_database_if_any,
            help=N_("Look at this database too, and at its last runs."),
        ),
    ] = None,
    user_id: UserId = None,
    user_email: UserEmail = None,
    profile: Annotated[
        bool, typer.Option("--profile", help=N_("Measure each phase of a dry run."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    request = MaintenanceRequest(
        plan=choose_plan(session, database),
        database=database or "",
        person=choose_person(session, database or "", user_id, user_email),
        sources=tuple(source or ()),
        origins=tuple(origin or ()),
    )
    with session.make_reporter() as reporter:
        found = analyze(request, session.workspace, reporter, profile=profile)
    if session.json:
        session.emit_result(**asdict(found))
    else:
        _print_analysis(session, found)


def _print_analysis(session: Session, found: Analysis) -> None:
    tr = session.tr
    _table(
        session,
        tr("Web sites"),
        (tr("site"), tr("records"), tr("size"), tr("fits the plan")),
        (
            (
                each.origin,
                tr.number(each.records),
                _size(each.bytes, tr),
                tr("yes") if each.fits else tr("no"),
            )
            for each in found.origins
        ),
    )
    for each in found.origins:
        if each.fits:
            _print_origin(session, each)
    if found.tables:
        _print_tables(session, found)
    for problem in found.problems:
        session.print_text(tr(problem))
    if found.runs:
        _table(
            session,
            tr("Last runs"),
            (tr("begun (UTC)"), tr("outcome"), tr("items"), tr("seconds"), tr("items a second")),
            (
                (
                    tr("{time:%Y-%m-%d %H:%M}", time=run.started),
                    tr(outcome_label(run.outcome)),
                    tr.number(run.items),
                    "" if run.seconds is None else tr.number(run.seconds, ".1f"),
                    "" if run.items_per_second is None else tr.number(run.items_per_second, ",.0f"),
                )
                for run in found.runs
            ),
        )
    if found.phases:
        _table(
            session,
            tr("A dry run's time"),
            (tr("phase"), tr("seconds"), tr("share")),
            (
                (tr(_PHASES[phase.name]), tr.number(phase.seconds, ".2f"), _share(phase.share, tr))
                for phase in found.phases
            ),
        )


def _print_origin(session: Session, origin: OriginProfile) -> None:
    tr = session.tr
    _table(
        session,
        tr("{site}: what becomes of it", site=origin.origin),
        (tr("kind"), tr("size"), tr("share")),
        (
            (tr(SKIP_REASONS.get(use, use)), _size(size, tr), _share(origin.share(use), tr))
            for use, size in Counter(origin.by_use).most_common()
        ),
    )
    kinds = ", ".join(
        f"{tr.number(number)} {tr(_VALUE_KINDS.get(kind, kind))}"
        for kind, number in Counter(origin.kinds).most_common()
    )
    session.print_text(tr("Values: {kinds}.", kinds=kinds))
    _table(session, tr("Keys that the plan does not name"), *_key_columns(origin.unknown, tr))
    _table(session, tr("The biggest records"), *_key_columns(origin.biggest, tr))


def _key_columns(
    keys: Sequence[KeyProfile], tr: Translator
) -> tuple[Sequence[str], Iterable[Sequence[str]]]:
    shown = ((each.key, _size(each.bytes, tr), each.shape) for each in keys[:_SHOWN_KEYS])
    return (tr("key"), tr("size"), tr("shape")), shown


def _print_tables(session: Session, found: Analysis) -> None:
    tr = session.tr
    headers = (
        *(tr("table"), tr("rows"), tr("size"), tr("indexes"), tr("dead rows")),
        *(tr("last ANALYZE (UTC)"), tr("user's index")),
    )
    _table(session, tr("Tables"), headers, (_table_row(each, tr) for each in found.tables))
    for each in found.tables:
        if each.invalid:
            session.print_text(
                tr(
                    "Indexes of {table} that are not valid: {names}.",
                    table=each.table,
                    names=", ".join(each.invalid),
                )
            )
        if each.unused:
            session.print_text(
                tr(
                    "Indexes of {table} that were never used so far: {names}.",
                    table=each.table,
                    names=", ".join(each.unused),
                )
            )


def _table_row(health: TableHealth, tr: Translator) -> tuple[str, ...]:
    analyzed = health.analyzed
    index = N_("not needed")
    if health.user_column:
        index = N_("there") if health.user_indexed else N_("none")
    return (
        health.table,
        tr.number(health.rows),
        _size(health.bytes, tr),
        _size(health.index_bytes, tr),
        tr.number(health.dead_rows),
        tr("{time:%Y-%m-%d %H:%M}", time=analyzed) if analyzed else tr("never"),
        tr(index),
    )


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


def _size(number: int, tr: Translator) -> str:
    size = float(number)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{tr.number(size, ',.0f')} {unit}"
        size /= 1024
    return f"{tr.number(size, ',.1f')} GiB"


def _share(share: float, tr: Translator) -> str:
    return tr("{percent:.0f}%", percent=100 * share)
