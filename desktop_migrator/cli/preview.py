"""`preview`: what would become of the records."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from desktop_migrator.cli.options import (
    FieldKeyFile,
    Origin,
    PassphraseStdin,
    Source,
    UserEmail,
    UserId,
    named_database,
)
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.result import finished_event, print_left_aside, print_result
from desktop_migrator.cli.session import Session, passphrase_text
from desktop_migrator.migration.database.open_database import Person
from desktop_migrator.migration.preview.build_preview import compare, look
from desktop_migrator.migration.preview.preview_store import (
    Detail,
    Filter,
    Finding,
    Findings,
    Kind,
    State,
)
from desktop_migrator.migration.run.field_keys import read_field_key
from desktop_migrator.migration.run.job import Job
from desktop_migrator.model import RunResult
from desktop_migrator.plan.detect import Suspicion
from desktop_migrator.plan.schema import load_plan

_SHOWN_ITEMS = 10
_SHOWN_REJECTIONS = 100
_SHOWN_SUSPICIONS = 20
_WIDEST_CELL = 40


def command(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    user_id: UserId = None,
    user_email: UserEmail = None,
    database: Annotated[
        str | None,
        typer.Option(callback=named_database, help="Compare with this database too, by a dry run."),
    ] = None,
    field_key: FieldKeyFile = None,
    passphrase_stdin: PassphraseStdin = False,
) -> None:
    session: Session = ctx.obj
    plan = load_plan(session.plan)
    sources, origins = tuple(source or ()), tuple(origin or ())
    given = passphrase_text(passphrase_stdin)
    result: RunResult | None = None
    with Findings() as findings:
        with session.reporter() as reporter:
            if database is None:
                overview = look(
                    *(plan, sources, origins, user_id, session.workspace, reporter, findings),
                    unlock=given,
                )
                left_aside = overview.left_aside
            else:
                job = Job(
                    plan=plan,
                    database=database,
                    person=Person(user_id, user_email),
                    sources=sources,
                    origins=origins,
                    create_tables=True,
                    unlock=given,
                    field_key=read_field_key(field_key),
                )
                result = compare(job, session.workspace, reporter, findings)
                left_aside = result.left_aside
        if session.json:
            for event in _events(findings, with_ids=bool(user_id or database)):
                session.emit(**event)
            session.emit(
                event="previewed",
                origins=findings.origins,
                left_aside=left_aside,
                looks_sensitive=list(map(msgspec.structs.asdict, findings.suspicions)),
            )
        else:
            _print(session, findings)
            if result is None:
                print_left_aside(session.out, left_aside)
            _print_suspicions(session, findings.suspicions)
    if result is None:
        return
    if session.json:
        session.emit(**finished_event(result))
    else:
        print_result(session.out, result)
    if result.error:
        raise result.error


def _events(findings: Findings, *, with_ids: bool) -> Iterator[dict[str, Any]]:
    for kind in findings.kinds:
        for finding, detail in findings.each(kind.name):
            yield _event(kind, finding, detail, with_id=with_ids)


def _event(kind: Kind, finding: Finding, detail: Detail, *, with_id: bool) -> dict[str, Any]:
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
        return event | {"event": "rejected"} | why
    columns = {
        name: json.loads(value) if name in kind.json and value is not None else value
        for name, value in detail.after.items()
    }
    if with_id:
        event["id"] = columns.pop(next(iter(columns)))  # it comes first
    return event | {"state": finding.state.value, "columns": columns}


def _print(session: Session, findings: Findings) -> None:
    session.say(f"From {', '.join(findings.origins)}:")
    for kind in findings.kinds:
        session.out.print(_table(kind, findings))
    for kind in findings.kinds:
        _print_rejections(session, kind, findings)


def _print_suspicions(session: Session, suspicions: Sequence[Suspicion]) -> None:
    if not suspicions:
        return
    session.say("Probably secret or personal, and would go into the database as it is:")
    for each in suspicions[:_SHOWN_SUSPICIONS]:
        session.say(f"  {each.entity}, field {each.field}: {each.kind}, {each.count:,} values")
    if len(suspicions) > _SHOWN_SUSPICIONS:
        session.say(f"  … and {len(suspicions) - _SHOWN_SUSPICIONS:,} more fields")
    session.say("A plan can encrypt, hash, redact or drop such fields: see docs/sensitive.md.")


def _table(kind: Kind, findings: Findings) -> Table:
    number = kind.total - kind.counts[State.REJECTED]
    shown = [
        finding
        for finding in findings.page(kind.name, 0, _SHOWN_ITEMS + _SHOWN_REJECTIONS)
        if finding.state is not State.REJECTED
    ][:_SHOWN_ITEMS]
    more = number - len(shown)
    table = Table(
        title=cell(f"{kind.name} → table {kind.table}: {number:,} items"),
        title_justify="left",
        caption=f"… and {more:,} more" if more else None,
        caption_justify="left",
    )
    filled = [
        index
        for index in range(len(kind.headings))
        if not index or any(finding.cells[index] for finding in shown)
    ]
    for index in filled:
        table.add_column(kind.headings[index])
    compared = not kind.counts[State.FOUND]
    if compared:
        table.add_column("in the database")
    for finding in shown:
        cells = [finding.cells[index] for index in filled]
        table.add_row(*map(_cell, [*cells, finding.state.value] if compared else cells))
    return table


def _print_rejections(session: Session, kind: Kind, findings: Findings) -> None:
    rejected = kind.counts[State.REJECTED]
    left = _SHOWN_REJECTIONS
    for places in findings.search(kind.name, Filter(State.REJECTED)):
        for place in places[:left]:
            detail = findings.detail(kind.name, place)
            where = f"{detail.key}[{detail.position}]" if detail.position else detail.key
            session.say(f"Rejected: {kind.name} {where}: {detail.reason} {detail.remedy}")
        left -= len(places[:left])
        if not left:
            break
    if rejected:
        session.say(f"{rejected:,} {kind.name} would be rejected.")


def _cell(value: str) -> Text:
    text = cell(value)
    text.truncate(_WIDEST_CELL, overflow="ellipsis")
    return text
