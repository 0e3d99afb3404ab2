"""`history`: what was done from this computer, the newest first."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from desktop_migrator.cli.labels import outcome_label
from desktop_migrator.cli.options import UserId
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.session import Session
from desktop_migrator.messages import N_
from desktop_migrator.migration.workspace.catalog import Catalog

_SHOWN = 20


def command(
    ctx: typer.Context,
    user_id: UserId = None,
    count: Annotated[
        int, typer.Option("--count", min=1, help=N_("How many runs are shown at most."))
    ] = _SHOWN,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    runs = Catalog(session.workspace.catalog).runs(user_id)
    if session.json:
        for run in runs[:count]:
            session.emit_json(**asdict(run))
        session.emit_result(count=len(runs[:count]))
        return
    if not runs:
        session.print_text(tr("Nothing was migrated from this computer so far."))
        return
    table = Table()
    for header in (tr("Begun (UTC)"), tr("What came of it"), tr("User"), tr("Web sites")):
        table.add_column(header)
    table.add_column(tr("Rows"), justify="right")
    table.add_column(tr("Run"), no_wrap=True)
    for run in runs[:count]:
        counts = run.counts or {}
        table.add_row(
            tr("{time:%Y-%m-%d %H:%M}", time=run.started),
            tr(outcome_label(run.outcome)),
            cell(run.user_id),
            cell(", ".join(run.origins)),
            tr.number(counts.get("inserted", 0) + counts.get("updated", 0)),
            run.run[:8],
        )
    session.stdout.print(table)
    if len(runs) > count:
        session.print_text(tr("… and {count:,} more", count=len(runs) - count))
