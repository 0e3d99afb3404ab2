"""`status`: is a migration needed, and what was done."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from desktop_migrator.cli.options import Source, resolve_database
from desktop_migrator.cli.session import Session
from desktop_migrator.migration.database.unlock import Lease, list_leases
from desktop_migrator.migration.status import SiteStatus, Status, status
from desktop_migrator.migration.workspace.catalog import CatalogedRun
from desktop_migrator.plan.schema import load_plan


def command(
    ctx: typer.Context,
    source: Source = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="All runs, not only the last.")
    ] = False,
    user_id: Annotated[
        str | None, typer.Option("--user-id", help="Only the runs of this person.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(callback=resolve_database, help="Say too who is at work on this database."),
    ] = None,
) -> None:
    session: Session = ctx.obj
    now = status(
        load_plan(session.plan),
        source or (),
        user_id,
        session.workspace,
        session.make_warning_reporter(),
    )
    runs = now.runs if verbose else now.runs[:1]
    working = (
        list_leases(database, user_id, session.workspace, session.make_warning_reporter())
        if database
        else []
    )
    if session.json:
        session.emit_json(
            needed=now.migration_needed,
            sites=[_site_json(site) for site in now.sites],
            unfinished=[run.run for run in now.unfinished],
            runs=[asdict(run) for run in runs],
            locked=[asdict(lease) for lease in working],
        )
        return
    _print_needed(session, now)
    for run in runs:
        session.print_text(_run_line(run))
    if not runs:
        session.print_text("Nothing was migrated from this computer so far.")
    for lease in working:
        session.print_text(_lease_line(lease))


def _site_json(site: SiteStatus) -> dict[str, Any]:
    return {
        "origin": site.origin,
        "records": site.records,
        "modified": site.modified,
        "last_run": site.last_run.run if site.last_run else None,
        "needs_migration": site.needs_migration,
    }


def _print_needed(session: Session, now: Status) -> None:
    if not now.sites:
        session.print_text("No web site has data in these browsers that the plan is for.")
    for site in now.sites:
        records = f"{site.origin}: {site.records:,} records"
        if not site.needs_migration:
            session.print_text(f"{records}, migrated.")
        elif site.last_run:
            session.print_text(f"{records}, written to since the last migration.")
        else:
            session.print_text(f"{records}, not migrated yet.")
    for run in now.unfinished:
        session.print_text(f"Run {run.run} did not complete; run the same command again.")
    session.print_text(
        "A migration is needed." if now.migration_needed else "No migration is needed."
    )


def _run_line(run: CatalogedRun) -> str:
    counts = run.counts or {}
    what = ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
    outcome = run.outcome or "cut off"
    return (
        f"{run.started:%Y-%m-%d %H:%M} UTC  {outcome}  {', '.join(run.origins)} -> {run.database}"
        f"  user {run.user_id}  {what}  run {run.run}"
    )


def _lease_line(lease: Lease) -> str:
    where = f"{lease.host}, process {lease.process}"
    if not lease.held:
        return f"Run {lease.run} of user {lease.user_id} was cut off: {where}."
    return (
        f"Locked: user {lease.user_id}, plan {lease.plan}: {where} since "
        f"{lease.since:%Y-%m-%d %H:%M} UTC, last sign of life {lease.silent:,.0f} seconds ago."
    )
