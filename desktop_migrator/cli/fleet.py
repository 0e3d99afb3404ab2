"""`fleet`, `fleet retry`: all people together, as the target's bookkeeping knows them."""

import csv
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.options import FieldKeyFile
from desktop_migrator.cli.output import cannot_be_written, cell, error_facts
from desktop_migrator.cli.passphrases import GivenPassphrase, KeyFile, passphrase_of_captures
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import ExitCode, UsageError
from desktop_migrator.messages import N_
from desktop_migrator.migration.database.people import read_people
from desktop_migrator.migration.fleet.fleet_page import fleet_page
from desktop_migrator.migration.fleet.fleet_retry import RetriedRun, fleet_retry
from desktop_migrator.migration.fleet.fleet_status import (
    STATES,
    Fleet,
    FleetPerson,
    FleetRequest,
    fleet_status,
)
from desktop_migrator.migration.run.field_keys import find_field_key
from desktop_migrator.migration.sealed.captures import UnlockKey
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.system.csv_cells import csv_cell
from desktop_migrator.system.files import write_output

_NUMBERS = {
    "runs": N_("Runs"),
    "new": N_("New"),
    "replaced": N_("Replaced"),
    "kept": N_("Kept"),
    "superseded": N_("Superseded"),
    "rejected": N_("Rejected"),
}
_CSV_COLUMNS = (
    *("user_id", "state", "last", "done", "host", "runs", "captures", "new", "replaced", "kept"),
    *("superseded", "rejected", "problem"),
)
_SHOWN_REASONS = 20


class _FleetGroup(CommandGroup):
    """Shows the fleet where no command is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


group = typer.Typer(
    cls=_FleetGroup,
    add_completion=False,
    help=N_("Who of all people is done, and what keeps the others; `fleet` alone shows it."),
)
People = Annotated[
    Path | None,
    typer.Option(
        metavar=N_("FILE.csv"), help=N_("Everybody who is to come: a column user_id or email.")
    ),
]


@group.command("show", help=N_("Who is done, partly, stuck, captured, missing; this is `fleet`."))
def show(
    ctx: typer.Context,
    database: Database = FROM_CONTEXT,
    people: People = None,
    captures: Annotated[
        list[Path] | None,
        typer.Option(
            metavar=N_("PATH"),
            help=N_("Captures that have come in, or a folder of them; repeatable."),
        ),
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help=N_("CSV on standard output, a line a person."))
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(metavar=N_("FILE"), help=N_("Write one page with charts here, too.")),
    ] = None,
    key_file: KeyFile = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    passphrase = passphrase_of_captures(session, key_file, passphrase)
    request = FleetRequest(
        plan=load_plan(session.plan),
        database=database,
        people=read_people(people) if people else None,
        captures=tuple(captures or ()),
        unlock_key=UnlockKey(passphrase, session.workspace.credentials),
    )
    fleet = fleet_status(request, session.workspace, session.make_warning_reporter())
    if html:
        page = fleet_page(fleet, session.tr, datetime.now(UTC))
        try:
            write_output(html, page.encode("utf-8", "replace"))
        except OSError as error:
            raise UsageError(reason=cannot_be_written(html, error)) from None
    if session.json:
        session.emit_result(
            people=[_person_facts(each) for each in fleet.people],
            states={state.value: count for state, count in fleet.by_state.items()},
            reasons=[asdict(each) for each in fleet.reasons],
            page=html and str(html),
        )
    elif as_csv:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        writer = csv.DictWriter(sys.stdout, _CSV_COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for each in fleet.people:
            facts = _person_facts(each)
            writer.writerow({name: csv_cell(value) for name, value in facts.items()})
    else:
        _print_fleet(session, fleet)
        if html:
            session.print_text(session.tr("The page is in {path}.", path=str(html)))


@group.command("retry", help=N_("Try everybody's rejected items again, by a better --plan."))
def retry(
    ctx: typer.Context,
    database: Database = FROM_CONTEXT,
    field_key: FieldKeyFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=N_("Only say how many would go in now."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    plan = load_plan(session.plan)
    request = FleetRequest(plan=plan, database=database)

    def told(one: RetriedRun) -> None:
        if session.json:
            session.emit_json(
                event="retried",
                user_id=one.user_id,
                run=one.run,
                cured=one.cured,
                left=one.left or {},
                retry=one.retry,
                error=error_facts(one.error),
            )

    key = find_field_key(plan, field_key, session.workspace)
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        done = fleet_retry(request, session.workspace, reporter, key, dry_run=dry_run, on_done=told)
    cured = sum(one.cured for one in done)
    left = sum(sum((one.left or {}).values()) for one in done)
    failed = [one for one in done if one.error]
    if session.json:
        session.emit_result(dry_run=dry_run, cured=cured, left=left, failed=len(failed))
    else:
        _print_retry(session, done, dry_run=dry_run)
    if failed and failed[0].error:
        raise typer.Exit(failed[0].error.exit_code)
    raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS if left else ExitCode.DONE)


def _person_facts(person: FleetPerson) -> dict[str, Any]:
    facts = asdict(person)
    facts["state"] = person.state.value
    return facts


def _print_fleet(session: Session, fleet: Fleet) -> None:
    tr = session.tr
    table = Table()
    for header in (tr("Person"), tr("State"), tr("Last run (UTC)"), tr("On")):
        table.add_column(header)
    for header in _NUMBERS.values():
        table.add_column(tr(header), justify="right")
    for person in fleet.people:
        table.add_row(
            cell(person.user_id),
            tr(STATES[person.state]),
            tr("{time:%Y-%m-%d %H:%M}", time=person.last) if person.last else "",
            cell(person.host),
            *(tr.number(getattr(person, name)) for name in _NUMBERS),
        )
    session.stdout.print(table)
    counted = (f"{tr(STATES[state])} {tr.number(n)}" for state, n in fleet.by_state.items())
    session.print_text(", ".join(counted))
    for reason in fleet.reasons[:_SHOWN_REASONS]:
        session.print_text(
            tr(
                "{items:,} items of {people:,} people, {entity}: {reason} {remedy}",
                items=reason.items,
                people=reason.people,
                entity=reason.entity,
                reason=reason.reason,
                remedy=reason.remedy,
            )
        )


def _print_retry(session: Session, done: list[RetriedRun], *, dry_run: bool) -> None:
    tr = session.tr
    table = Table()
    for header in (tr("Person"), tr("Run")):
        table.add_column(header)
    for header in (tr("Would go in") if dry_run else tr("Gone in"), tr("Left")):
        table.add_column(header, justify="right")
    for one in done:
        table.add_row(
            *(cell(one.user_id), cell(one.retry or one.run)),
            *(tr.number(one.cured), tr.number(sum((one.left or {}).values()))),
        )
    session.stdout.print(table)
    for one in done:
        if one.error:
            session.print_text(f"{one.user_id}:")
            session.print_error(one.error)
