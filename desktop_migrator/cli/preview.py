"""`preview`: what would become of the records."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from desktop_migrator.cli.json_lines import found_event, rejected_event
from desktop_migrator.cli.options import Origin, Source, UserEmail, UserId
from desktop_migrator.cli.result import finished_event, print_left_aside, print_result
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.text import cell, rejection_line
from desktop_migrator.migration.job import Job
from desktop_migrator.migration.preview import Preview, open_preview
from desktop_migrator.migration.run import migrate
from desktop_migrator.migration.target import Person
from desktop_migrator.model import Item, Rejection, TargetEntity
from desktop_migrator.plan.schema import load_plan

_SHOWN_ITEMS = 10
_SHOWN_COLUMNS = 5
_WIDEST_CELL = 40
_NOBODY = "preview"
"""Stands for the user's id where none is named: ids made from it are not shown."""


def command(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    user_id: UserId = None,
    user_email: UserEmail = None,
    database: Annotated[
        str | None, typer.Option(help="Compare with this database too, by a dry run.")
    ] = None,
) -> None:
    session: Session = ctx.obj
    plan = load_plan(session.plan)
    sources, origins = tuple(source or ()), tuple(origin or ())
    with (
        session.reporter() as reporter,
        open_preview(
            plan, sources, origins, user_id or _NOBODY, session.workspace, reporter
        ) as preview,
    ):
        if session.json:
            for event in _events(preview, with_ids=user_id is not None):
                session.emit(**event)
        else:
            _print(session, preview)
    if database is None:
        return
    job = Job(
        plan=plan,
        database=database,
        person=Person(user_id, user_email),
        sources=sources,
        origins=preview.origins,
        create_tables=True,
        continue_on_error=True,
        dry_run=True,
    )
    with session.reporter() as reporter:
        result = migrate(job, session.workspace, reporter)
    if session.json:
        session.emit(**finished_event(result))
    else:
        print_result(session.out, result)
    if result.error:
        raise result.error


def _events(preview: Preview, *, with_ids: bool) -> Iterator[dict[str, Any]]:
    for outcome in preview.outcomes:
        if isinstance(outcome, Rejection):
            yield rejected_event(outcome)
            continue
        columns = _columns(preview.entities[outcome.entity], outcome)
        event = found_event("item", outcome) | {"columns": columns}
        yield event | {"id": outcome.id} if with_ids else event
    yield {
        "event": "previewed",
        "origins": preview.origins,
        "left_aside": dict(preview.left_aside),
    }


def _columns(entity: TargetEntity, item: Item) -> dict[str, Any]:
    """The row to be, but for its id; JSON columns as JSON."""
    pairs = zip(entity.columns[1:], item.values[1:], strict=True)  # the id comes first
    return {
        column.name: json.loads(value) if isinstance(value, bytes) else value
        for column, value in pairs
        if value is not msgspec.UNSET
    }


@dataclasses.dataclass
class _Sample:
    """The first items of an entity, and how many there are."""

    entity: TargetEntity
    number: int = 0
    items: list[Item] = dataclasses.field(default_factory=list)


def _print(session: Session, preview: Preview) -> None:
    samples: dict[str, _Sample] = {}
    rejected = 0
    for outcome in preview.outcomes:
        if not isinstance(outcome, Item):
            rejected += 1
            session.say(rejection_line(outcome))
            continue
        sample = samples.setdefault(outcome.entity, _Sample(preview.entities[outcome.entity]))
        sample.number += 1
        if len(sample.items) < _SHOWN_ITEMS:
            sample.items.append(outcome)
    session.say(f"From {', '.join(preview.origins)}:")
    for sample in samples.values():
        session.out.print(_table(sample))
    if rejected:
        session.say(f"{rejected:,} items would be rejected.")
    print_left_aside(session.out, preview.left_aside)


def _table(sample: _Sample) -> Table:
    entity = sample.entity
    title = f"{entity.name} → table {entity.table.name}: {sample.number:,} items"
    more = sample.number - len(sample.items)
    table = Table(
        title=cell(title),
        title_justify="left",
        caption=f"… and {more:,} more" if more else None,
        caption_justify="left",
    )
    rows = [_columns(entity, item) for item in sample.items]
    filled = [name for name in rows[0] if any(row.get(name) is not None for row in rows)]
    names = [name for name in filled if name != entity.user_column][:_SHOWN_COLUMNS]
    for name in ("source id", *names):
        table.add_column(name)
    for item, row in zip(sample.items, rows, strict=True):
        table.add_row(_cell(item.source_id), *(_cell(row.get(name)) for name in names))
    return table


def _cell(value: object) -> Text:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, datetime):
        value = f"{value:%Y-%m-%d %H:%M}"
    text = cell(value)
    text.truncate(_WIDEST_CELL, overflow="ellipsis")
    return text
