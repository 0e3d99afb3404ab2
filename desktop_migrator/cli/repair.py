"""`repair`: repair what is amiss with a run, each repair shown before it is done."""

from dataclasses import asdict
from typing import Annotated

import typer

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.last_run import choose_person
from desktop_migrator.cli.options import (
    FieldKeyFile,
    Origin,
    Run,
    Source,
    UserEmail,
    UserId,
)
from desktop_migrator.cli.passphrases import GivenPassphrase
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import ExitCode
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.maintenance.repair import repair
from desktop_migrator.migration.maintenance.repair_run import RepairAction, RepairResult
from desktop_migrator.migration.run.field_keys import find_field_key
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import Question, Reporter


def command(
    ctx: typer.Context,
    database: Database = FROM_CONTEXT,
    user_id: UserId = None,
    user_email: UserEmail = None,
    source: Source = None,
    origin: Origin = None,
    run: Run = None,
    field_key: FieldKeyFile = None,
    passphrase: GivenPassphrase = None,
    auto_fix: Annotated[
        bool,
        typer.Option("--auto-fix", help=N_("Do it; asks before each on a terminal, unless --yes.")),
    ] = False,
) -> None:
    session: Session = ctx.obj
    plan = load_plan(session.plan)
    request = MaintenanceRequest(
        plan=plan,
        plan_is_named=session.plan is not None,
        database=database,
        person=choose_person(session, database, user_id, user_email),
        run=run,
        sources=tuple(source or ()),
        origins=tuple(origin or ()),
        field_key=find_field_key(plan, field_key, session.workspace),
    )
    with session.make_reporter() as reporter:

        def decide(action: RepairAction) -> bool:
            if not session.json:
                _print_repair_action(session, action)
            return auto_fix and action.possible and _is_confirmed(session, reporter, action)

        results = repair(request, session.workspace, reporter, decide, passphrase)
    ok = all(each.done for each in results)
    if session.json:
        repairs = [asdict(each.action) | {"done": each.done, "run": each.run} for each in results]
        session.emit_result(ok=ok, mends=repairs)
    else:
        _print_summary(session, results)
    raise typer.Exit(ExitCode.DONE if ok else ExitCode.FAILED)


def _is_confirmed(session: Session, reporter: Reporter, action: RepairAction) -> bool:
    if not session.interactive:
        return not action.asks
    return reporter.ask(Question(Message("Do this?"), (N_("yes"), N_("no")))) == "yes"


def _print_repair_action(session: Session, action: RepairAction) -> None:
    tr = session.tr
    session.print_text(f"{tr(action.name)}: {tr(action.problem)}")
    session.print_text(f"      {tr(action.remedy)}")
    for before, after in action.changes:
        session.print_text(tr("      before: {text}", text=before))
        session.print_text(tr("      after:  {text}", text=after))


def _print_summary(session: Session, results: list[RepairResult]) -> None:
    tr = session.tr
    for each in results:
        name = tr(each.action.name)
        if each.run:
            session.print_text(
                tr(
                    "Done: {name}, by run {run}; `desktop-migrator rollback --run {run}` takes it"
                    " back.",
                    name=name,
                    run=each.run,
                )
            )
        elif each.done:
            session.print_text(tr("Done: {name}.", name=name))
    left = [each.action for each in results if not each.done]
    waiting = sum(action.possible and not action.asks for action in left)
    if not results:
        session.print_text(tr("There is nothing to repair."))
    elif waiting:
        session.print_text(
            tr(
                "Problems left: {left:,}, {waiting:,} of them can be repaired with --auto-fix.",
                left=len(left),
                waiting=waiting,
            )
        )
    elif left:
        session.print_text(tr("Problems left: {left:,}.", left=len(left)))
