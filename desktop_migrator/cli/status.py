"""`status`: is a migration needed, and what was done."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from desktop_migrator.cli.options import Source
from desktop_migrator.cli.session import Session
from desktop_migrator.migration.catalog import CatalogedRun
from desktop_migrator.migration.status import Site, Status, status
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
) -> None:
    session: Session = ctx.obj
    now = status(load_plan(session.plan), source or (), user_id, session.workspace, session.notes())
    runs = now.runs if verbose else now.runs[:1]
    if session.json:
        session.emit(
            needed=now.needed,
            sites=[_site_json(site) for site in now.sites],
            unfinished=[run.run for run in now.unfinished],
            runs=[asdict(run) for run in runs],
        )
        return
    _print_needed(session, now)
    for run in runs:
        session.say(_run_line(run))
    if not runs:
        session.say("Nothing was migrated from this computer so far.")


def _site_json(site: Site) -> dict[str, Any]:
    return {
        "origin": site.origin,
        "records": site.records,
        "modified": site.modified,
        "last_run": site.last_run.run if site.last_run else None,
        "needs_migration": site.needs_migration,
    }


def _print_needed(session: Session, now: Status) -> None:
    if not now.sites:
        session.say("No web site has data in these browsers that the plan is for.")
    for site in now.sites:
        records = f"{site.origin}: {site.records:,} records"
        if not site.needs_migration:
            session.say(f"{records}, migrated.")
        elif site.last_run:
            session.say(f"{records}, written to since the last migration.")
        else:
            session.say(f"{records}, not migrated yet.")
    for run in now.unfinished:
        session.say(f"Run {run.run} did not complete; run the same command again.")
    session.say("A migration is needed." if now.needed else "No migration is needed.")


def _run_line(run: CatalogedRun) -> str:
    counts = run.counts or {}
    what = ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
    outcome = run.outcome or "cut off"
    return (
        f"{run.started:%Y-%m-%d %H:%M} UTC  {outcome}  {', '.join(run.origins)} -> {run.database}"
        f"  user {run.user_id}  {what}  run {run.run}"
    )
