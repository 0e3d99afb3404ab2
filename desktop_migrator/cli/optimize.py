"""`optimize`: do at the target what analysis found, each step shown first."""

from dataclasses import asdict

import typer

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.last_run import choose_plan
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import ExitCode
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.maintenance.optimize import OptimizeStep, optimize
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.reporter import Question, Reporter


def command(ctx: typer.Context, database: Database = FROM_CONTEXT) -> None:
    session: Session = ctx.obj
    tr = session.tr
    request = MaintenanceRequest(
        plan=choose_plan(session, database), database=database, person=Person()
    )
    with session.make_reporter() as reporter:

        def decide(step: OptimizeStep) -> bool:
            if not session.json:
                session.print_text(tr("{table}: {why}", table=step.table, why=tr(step.why)))
                session.print_text(f"      {step.statement}")
            return step.possible and _is_confirmed(step, session, reporter)

        found = optimize(request, session.workspace, reporter, decide)
    ok = all(taken.done for taken in found.steps)
    if session.json:
        steps = [asdict(taken.step) | {"done": taken.done} for taken in found.steps]
        session.emit_result(ok=ok, steps=steps, batch_size=found.batch_size)
    else:
        done = sum(taken.done for taken in found.steps)
        left = len(found.steps) - done
        session.print_text(
            tr("{count:,} done.", count=done) if found.steps else tr("There is nothing to do.")
        )
        if left:
            session.print_text(
                tr(
                    "{count:,} left: tables of the app are changed only if asked, or with --yes.",
                    count=left,
                )
            )
        if found.batch_size:
            session.print_text(
                tr("For rows of this size: migrate --batch-size {size}", size=found.batch_size)
            )
    raise typer.Exit(ExitCode.DONE if ok else ExitCode.FAILED)


def _is_confirmed(step: OptimizeStep, session: Session, reporter: Reporter) -> bool:
    """Tables that this program made are its own; others need somebody's word."""
    if step.made_here or session.assume_yes:
        return True
    return reporter.ask(Question(Message("Do this?"), (N_("yes"), N_("no")))) == "yes"
