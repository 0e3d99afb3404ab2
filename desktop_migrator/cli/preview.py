"""`preview`: what would become of the records."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from desktop_migrator.cli.last_run import choose_person
from desktop_migrator.cli.not_taken import not_taken_facts, print_not_taken
from desktop_migrator.cli.options import (
    FieldKeyFile,
    Origin,
    Source,
    Take,
    UserEmail,
    UserId,
    resolve_database,
)
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.passphrases import GivenPassphrase, KeyFile, passphrase_of_captures
from desktop_migrator.cli.result import finished_event, print_result, print_skipped_records
from desktop_migrator.cli.session import Session
from desktop_migrator.messages import N_, NOTHING, Translator
from desktop_migrator.migration.preview.build_preview import preview_against_database, preview_plan
from desktop_migrator.migration.preview.preview_store import (
    NOT_SENT,
    EntitySummary,
    Filter,
    PreviewDetail,
    PreviewRow,
    PreviewState,
    PreviewStore,
)
from desktop_migrator.migration.run.field_keys import read_field_key
from desktop_migrator.migration.run.job import Job
from desktop_migrator.model import RunResult
from desktop_migrator.plan.schema import load_plan

_SHOWN_ITEMS = 10
_SHOWN_REJECTIONS = 100
_MAX_CELL_WIDTH = 40
_STATES = {
    PreviewState.FOUND: N_("can be moved"),
    PreviewState.NEW: N_("new"),
    PreviewState.SAME: N_("same"),
    PreviewState.DIFFERS: N_("differs"),
    PreviewState.REJECTED: N_("rejected"),
    PreviewState.SUPERSEDED: N_("superseded"),
}


def command(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    take: Take = None,
    user_id: UserId = None,
    user_email: UserEmail = None,
    database: Annotated[
        str | None,
        typer.Option(
            callback=resolve_database, help=N_("Compare with this database too, by a dry run.")
        ),
    ] = None,
    field_key: FieldKeyFile = None,
    key_file: KeyFile = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    passphrase = passphrase_of_captures(session, key_file, passphrase)
    plan = load_plan(session.plan).taking(take or ())
    sources, origins = tuple(source or ()), tuple(origin or ())
    result: RunResult | None = None
    with PreviewStore() as store:
        with session.make_reporter() as reporter:
            if database is None:
                overview = preview_plan(
                    *(plan, sources, origins, user_id, session.workspace, reporter, store),
                    passphrase_or_key=passphrase,
                )
                skipped_records, not_taken = overview.skipped_records, overview.not_taken
            else:
                job = Job(
                    plan=plan,
                    database=database,
                    person=choose_person(session, database, user_id, user_email),
                    sources=sources,
                    origins=origins,
                    create_tables=True,
                    capture_passphrase_or_key=passphrase,
                    field_key=read_field_key(field_key),
                )
                result = preview_against_database(job, session.workspace, reporter, store)
                skipped_records, not_taken = result.skipped_records, result.not_taken
        if session.json:
            for event in _events(store, with_ids=bool(user_id or database)):
                session.emit_json(**event)
            session.emit_json(
                event="previewed",
                origins=store.origins,
                left_aside=skipped_records,
                **not_taken_facts(not_taken, store.suspicions),
            )
        else:
            _print_preview(session, store)
            if result is None:
                print_skipped_records(session, skipped_records)
                print_not_taken(session, not_taken, store.suspicions)
    if result is None:
        return
    if session.json:
        session.emit_json(**finished_event(result))
    else:
        print_result(session, result)
    if result.error:
        raise result.error


def _events(store: PreviewStore, *, with_ids: bool) -> Iterator[dict[str, Any]]:
    for kind in store.entities:
        for row, detail in store.rows_with_details(kind.name):
            yield _item_event(kind, row, detail, with_id=with_ids)


def _item_event(
    kind: EntitySummary, row: PreviewRow, detail: PreviewDetail, *, with_id: bool
) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event": "item",
        "entity": kind.name,
        "source_id": detail.source_id,
        "origin": detail.origin,
        "key": detail.key,
        "position": detail.position,
    }
    if detail.after is None:
        why = {"code": detail.code, "reason": detail.reason, "remedy": detail.remedy}
        return event | {"event": row.state.value} | why
    columns = {
        name: json.loads(value) if name in kind.json and value is not None else value
        for name, value in detail.after.items()
    }
    if with_id:
        event["id"] = columns.pop(next(iter(columns)))  # it comes first
    return event | {"state": row.state.value, "columns": columns}


def _print_preview(session: Session, store: PreviewStore) -> None:
    session.print_text(session.tr("From {origins}:", origins=", ".join(store.origins)))
    for kind in store.entities:
        session.stdout.print(_table(kind, store, session.tr))
    for kind in store.entities:
        _print_aside(session, kind, store, PreviewState.REJECTED)
        _print_aside(session, kind, store, PreviewState.SUPERSEDED)


def _table(kind: EntitySummary, store: PreviewStore, tr: Translator) -> Table:
    number = kind.total - sum(kind.counts[state] for state in NOT_SENT)
    shown = [
        row
        for row in store.page(kind.name, 0, _SHOWN_ITEMS + _SHOWN_REJECTIONS)
        if row.state not in NOT_SENT
    ][:_SHOWN_ITEMS]
    more = number - len(shown)
    title = tr(
        "{entity} → table {table}: {count:,} items",
        entity=kind.name,
        table=kind.table,
        count=number,
    )
    table = Table(
        title=cell(title),
        title_justify="left",
        caption=tr("… and {count:,} more", count=more) if more else None,
        caption_justify="left",
    )
    filled = [
        index
        for index in range(len(kind.headings))
        if not index or any(row.cells[index] for row in shown)
    ]
    for index in filled:
        table.add_column(kind.headings[index])
    compared = not kind.counts[PreviewState.FOUND]
    if compared:
        table.add_column(tr("in the database"))
    for row in shown:
        cells = [row.cells[index] for index in filled]
        if compared:
            cells.append(tr(_STATES[row.state]))
        table.add_row(*map(_cell, cells))
    return table


_ASIDE_LINES = {
    PreviewState.REJECTED: N_("Rejected: {entity} {place}: {reason} {remedy}"),
    PreviewState.SUPERSEDED: N_("Superseded: {entity} {place}: {reason} {remedy}"),
}


def _print_aside(
    session: Session, kind: EntitySummary, store: PreviewStore, state: PreviewState
) -> None:
    """The first of those that become no row, and how many there are."""
    tr = session.tr
    number = kind.counts[state]
    left = _SHOWN_REJECTIONS
    for places in store.search(kind.name, Filter(state)):
        for place in places[:left]:
            detail = store.detail(kind.name, place)
            where = f"{detail.key}[{detail.position}]" if detail.position else detail.key
            session.print_text(
                tr(
                    _ASIDE_LINES[state],
                    entity=kind.name,
                    place=where,
                    reason=detail.reason or NOTHING,
                    remedy=detail.remedy or NOTHING,
                )
            )
        left -= len(places[:left])
        if not left:
            break
    if number and state is PreviewState.REJECTED:
        session.print_text(
            tr("{count:,} {entity} would be rejected.", count=number, entity=kind.name)
        )
    elif number:
        session.print_text(
            tr(
                "{count:,} {entity} would give way to another version.",
                count=number,
                entity=kind.name,
            )
        )


def _cell(value: str) -> Text:
    text = cell(value)
    text.truncate(_MAX_CELL_WIDTH, overflow="ellipsis")
    return text
