"""`status`: is a migration needed, and what was done."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from typer._click.core import ParameterSource

from desktop_migrator.cli.database_options import choose_database_if_any
from desktop_migrator.cli.labels import outcome_label
from desktop_migrator.cli.last_run import choose_plan
from desktop_migrator.cli.options import Source
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import ExitCode, MigratorError
from desktop_migrator.messages import N_, Message, Translator, plural
from desktop_migrator.migration.status import (
    DatabaseStatus,
    Lease,
    SiteStatus,
    Status,
    status,
    status_at_database,
)
from desktop_migrator.migration.workspace.catalog import CatalogedRun

_COUNTS = {
    "records": N_("records"),
    "items": N_("items"),
    "inserted": N_("inserted"),
    "updated": N_("updated"),
    "unchanged": N_("unchanged"),
    "skipped": N_("skipped"),
    "rejected": N_("rejected"),
    "conflicts": N_("conflicts"),
    "superseded": N_("superseded by another version of the same item"),
    "duplicates": N_("more than once in the sources"),
}
"""As the catalog counts."""


def command(
    ctx: typer.Context,
    source: Source = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help=N_("All runs, not only the last."))
    ] = False,
    user_id: Annotated[
        str | None, typer.Option("--user-id", help=N_("Only the runs of this person."))
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            callback=choose_database_if_any,
            help=N_("Say too who is at work on this database, and what other computers did."),
        ),
    ] = None,
    tell_exit_code: Annotated[
        bool, typer.Option("--exit-code", help=N_("Exit with 8 where a migration is needed."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    now = status(
        choose_plan(session, database),
        source or (),
        user_id,
        session.workspace,
        session.make_warning_reporter(),
    )
    runs = now.runs if verbose else now.runs[:1]
    there = DatabaseStatus()
    if database:
        named = ctx.get_parameter_source("database") is not ParameterSource.DEFAULT
        reporter = session.make_warning_reporter()
        try:
            there = status_at_database(
                database, user_id, session.workspace, reporter, hurry=not named
            )
        except MigratorError as error:
            if named:
                raise
            session.print_error(error)
            session.print_text(
                session.tr("What follows is what this computer knows; --database waits longer.")
            )
    exit_code = ExitCode.NEEDED if tell_exit_code and now.migration_needed else ExitCode.DONE
    if session.json:
        session.emit_result(
            needed=now.migration_needed,
            sites=[_site_json(site) for site in now.sites],
            unfinished=[run.run for run in now.unfinished],
            runs=[asdict(run) for run in runs],
            elsewhere=[asdict(run) for run in there.runs],
            locked=[asdict(lease) for lease in there.leases],
        )
        raise typer.Exit(exit_code)
    _print_needed(session, now)
    for run in runs:
        session.print_text(_run_line(run, session.tr))
    if not runs:
        session.print_text(session.tr("Nothing was migrated from this computer so far."))
    if there.runs:
        session.print_text(session.tr("From other computers:"))
    for run in there.runs if verbose else there.runs[:1]:
        session.print_text(_run_line(run, session.tr))
    for lease in there.leases:
        session.print_text(session.tr(_lease_line(lease)))
    raise typer.Exit(exit_code)


def _site_json(site: SiteStatus) -> dict[str, Any]:
    return {
        "origin": site.origin,
        "records": site.records,
        "modified": site.modified,
        "last_run": site.last_run.run if site.last_run else None,
        "needs_migration": site.needs_migration,
    }


def _print_needed(session: Session, now: Status) -> None:
    tr = session.tr
    if not now.sites:
        session.print_text(tr("No web site has data in these browsers that the plan is for."))
    for site in now.sites:
        session.print_text(tr(_site_line(site)))
    for run in now.unfinished:
        session.print_text(
            tr("Run {run} did not complete; run the same command again.", run=run.run)
        )
    session.print_text(
        tr("A migration is needed.") if now.migration_needed else tr("No migration is needed.")
    )


def _site_line(site: SiteStatus) -> Message:
    if not site.needs_migration:
        return plural(
            "{origin}: {count:,} record, migrated.",
            "{origin}: {count:,} records, migrated.",
            count=site.records,
            origin=site.origin,
        )
    if site.last_run:
        return plural(
            "{origin}: {count:,} record, written to since the last migration.",
            "{origin}: {count:,} records, written to since the last migration.",
            count=site.records,
            origin=site.origin,
        )
    return plural(
        "{origin}: {count:,} record, not migrated yet.",
        "{origin}: {count:,} records, not migrated yet.",
        count=site.records,
        origin=site.origin,
    )


def _run_line(run: CatalogedRun, tr: Translator) -> str:
    counts = {name: number for name, number in (run.counts or {}).items() if number}
    what = ", ".join(
        f"{tr.number(number)} {tr(_COUNTS.get(name, name))}" for name, number in counts.items()
    )
    return tr(
        "{time:%Y-%m-%d %H:%M} UTC  {outcome}  {origins} -> {database}  user {user}  {what}"
        "  run {run}",
        time=run.started,
        outcome=tr(outcome_label(run.outcome)),
        origins=", ".join(run.origins),
        database=run.database,
        user=run.user_id,
        what=what,
        run=run.run,
    )


def _lease_line(lease: Lease) -> Message:
    if not lease.held:
        return Message(
            "Run {run} of user {user} was cut off: {host}, process {process}.",
            run=lease.run,
            user=lease.user_id,
            host=lease.host,
            process=lease.process,
        )
    return Message(
        "Locked: user {user}, plan {plan}: {host}, process {process} since "
        "{time:%Y-%m-%d %H:%M} UTC, last sign of life {silent:,.0f} seconds ago.",
        user=lease.user_id,
        plan=lease.plan,
        host=lease.host,
        process=lease.process,
        time=lease.since,
        silent=lease.silent,
    )
