"""`plan infer|check|show|schema`: plans drafted, tried and explained before they are used."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from desktop_migrator.cli.options import Origin, Source, resolve_database
from desktop_migrator.cli.output import cannot_be_written, cell
from desktop_migrator.cli.passphrases import GivenPassphrase
from desktop_migrator.cli.session import Session, cancel_on_signal
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import ExitCode, UsageError
from desktop_migrator.messages import N_, plural
from desktop_migrator.migration.plans.check_plan import CheckedPlan, check_plan
from desktop_migrator.migration.plans.infer_plan import PlanRequest, infer_plan
from desktop_migrator.plan.check_data import HARMLESS, Problem
from desktop_migrator.plan.describe import DescribedPlan, describe_plan, effective_toml
from desktop_migrator.plan.infer.guesses import Confidence, InferredPlan
from desktop_migrator.plan.schema import json_schema, load_plan

group = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    help=N_("Draft a plan from data, try it, and say what it does."),
)

_CONFIDENCE = {
    Confidence.SURE: N_("sure"),
    Confidence.LIKELY: N_("likely"),
    Confidence.DOUBTFUL: N_("doubtful"),
}
_PROBLEMS = {
    Problem.UNUSABLE: N_("cannot be used"),
    Problem.REJECTED: N_("rejected"),
    Problem.VALUES: N_("values missing"),
    Problem.SAME_ID: N_("ids not unique"),
    Problem.REST: N_("left over"),
    Problem.UNMATCHED: N_("not named"),
    Problem.NO_COLUMN: N_("no column"),
    Problem.NO_ITEMS: N_("no items"),
    Problem.KEY_UNUSED: N_("key not found"),
    Problem.SOURCE_UNUSED: N_("source not used"),
}
Database = Annotated[
    str | None,
    typer.Option(
        callback=resolve_database, help=N_("Fit the plan to the tables of this database.")
    ),
]


def _request(
    source: list[Path] | None,
    origin: list[str] | None,
    database: str | None,
    *,
    passphrase: str | None,
) -> PlanRequest:
    return PlanRequest(tuple(source or ()), tuple(origin or ()), database, passphrase)


@group.command("infer", help=N_("Draft a plan from what browsers hold; each guess is explained."))
def infer(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    database: Database = None,
    output: Annotated[
        Path | None, typer.Option(help=N_("Write the plan here; else to standard output."))
    ] = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    request = _request(source, origin, database, passphrase=passphrase)
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        drafted = infer_plan(request, session.workspace, reporter)
    if output:
        try:
            output.write_text(drafted.text, encoding="utf-8")
        except OSError as error:
            raise UsageError(reason=cannot_be_written(output, error)) from None
    if session.json:
        _emit_inferred(session, drafted, output)
        return
    _print_inferred(session, drafted)
    if output:
        session.print_text(session.tr("The plan is in {path}.", path=str(output)))
    else:
        sys.stdout.write(drafted.text)


@group.command("check", help=N_("Say what would go wrong with a plan, before it is run."))
def check(
    ctx: typer.Context,
    source: Source = None,
    origin: Origin = None,
    database: Annotated[
        str | None,
        typer.Option(
            callback=resolve_database, help=N_("Hold it against the tables of this database too.")
        ),
    ] = None,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    request = _request(source, origin, database, passphrase=passphrase)
    plan = load_plan(session.plan)
    with session.make_reporter() as reporter, cancel_on_signal(reporter):
        checked = check_plan(plan, request, session.workspace, reporter)
    if session.json:
        _emit_checked(session, checked)
    else:
        _print_checked(session, checked)
    if checked.is_unusable:
        raise typer.Exit(ExitCode.USAGE)
    if checked.loses_something:
        raise typer.Exit(ExitCode.DONE_WITH_REJECTIONS)


@group.command("show", help=N_("Say in words what a plan does."))
def show(
    ctx: typer.Context,
    toml: Annotated[
        bool, typer.Option("--toml", help=N_("Print the plan as it is understood, as TOML."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    plan = load_plan(session.plan)
    if toml:
        sys.stdout.write(effective_toml(plan))
        return
    described = describe_plan(plan)
    if session.json:
        session.emit_result(
            plan=plan.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            digest=plan.digest,
        )
    else:
        _print_described(session, described)


@group.command("schema", help=N_("Print the JSON Schema of plans, for editors."))
def schema(ctx: typer.Context) -> None:
    sys.stdout.write(json.dumps(json_schema(), indent=None if ctx.obj.json else 2) + "\n")


def _emit_inferred(session: Session, drafted: InferredPlan, output: Path | None) -> None:
    session.emit_json(
        event="inferred",
        name=drafted.plan.name,
        output=str(output) if output else None,
        plan=drafted.text,
        records=drafted.records,
        records_left=drafted.records_left,
        entities=[
            {
                "name": each.name,
                "table": each.table,
                "items": each.items,
                "columns": list(each.columns),
            }
            for each in drafted.entities
        ],
        guesses=[
            {
                "place": each.place,
                "what": str(each.what),
                "evidence": dict(each.evidence),
                "confidence": each.confidence.value,
            }
            for each in drafted.guesses
        ],
    )


def _print_inferred(session: Session, drafted: InferredPlan) -> None:
    """On standard error, since the plan itself may go to standard output."""
    tr = session.tr
    table = Table(title=cell(tr("What was guessed")), title_justify="left")
    for heading in (tr("Place"), tr("Guess"), tr("Sure?")):
        table.add_column(heading)
    for guess in drafted.guesses:
        table.add_row(
            cell(guess.place), cell(tr(guess.what)), cell(tr(_CONFIDENCE[guess.confidence]))
        )
    session.stderr.print(table)
    for each in drafted.entities:
        session.stderr.print(
            cell(
                tr(
                    plural(
                        "{count:,} item of {entity} goes to the table {table}.",
                        "{count:,} items of {entity} go to the table {table}.",
                        count=each.items,
                        entity=each.name,
                        table=each.table,
                    )
                )
            )
        )
    session.stderr.print(
        cell(
            tr(
                "{records:,} records were read; of {left:,} no more is known than their keys.",
                records=drafted.records,
                left=drafted.records_left,
            )
        )
    )


def _emit_checked(session: Session, checked: CheckedPlan) -> None:
    session.emit_json(
        event="checked",
        origins=checked.origins,
        records=checked.records,
        items=checked.items,
        rejected=checked.rejected,
        usable=not checked.is_unusable,
        findings=[
            {
                "problem": each.problem.value,
                "place": each.place,
                "what": str(each.what),
                "count": each.count,
                "loses": each.problem not in HARMLESS,
            }
            for each in checked.findings
        ],
    )


def _print_checked(session: Session, checked: CheckedPlan) -> None:
    tr = session.tr
    session.print_text(
        tr(
            "{records:,} records of {origins} were looked at.",
            records=checked.records,
            origins=", ".join(checked.origins),
        )
    )
    for entity, number in checked.items.items():
        session.print_text(
            tr(
                plural(
                    "{count:,} item of {entity} can go.",
                    "{count:,} items of {entity} can go.",
                    count=number,
                    entity=entity,
                )
            )
        )
    if checked.findings:
        table = Table(title=cell(tr("What would go wrong")), title_justify="left")
        for heading in (tr("Problem"), tr("In words"), tr("Count")):
            table.add_column(heading)
        for each in checked.findings:
            number_ = f"{each.count:,}" if each.count else ""
            table.add_row(cell(tr(_PROBLEMS[each.problem])), cell(tr(each.what)), cell(number_))
        session.stdout.print(table)
    if not checked.loses_something:
        session.print_text(tr("Nothing would be rejected, and nothing is left over."))


def _print_described(session: Session, described: DescribedPlan) -> None:
    tr = session.tr
    session.print_text(tr("Plan {name}", name=described.name))
    session.print_text(tr(described.sites))
    for aside in described.aside:
        session.print_text(tr(aside))
    for entity in described.entities:
        table = Table(
            title=cell(tr("{entity} → table {table}", entity=entity.name, table=entity.table)),
            title_justify="left",
        )
        table.add_column(tr("Column"))
        table.add_column(tr("From"))
        for name, what in entity.columns:
            table.add_row(cell(name), cell(tr(what)))
        session.print_text("")
        for each in (*entity.sources, entity.id):
            session.print_text(tr(each))
        session.stdout.print(table)
