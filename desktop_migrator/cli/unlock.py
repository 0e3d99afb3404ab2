"""`unlock`: clear what a run that is gone has left."""

from dataclasses import asdict
from typing import Annotated

import typer

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.last_run import choose_person, choose_plan
from desktop_migrator.cli.options import UserEmail, UserId
from desktop_migrator.cli.session import Session
from desktop_migrator.messages import N_
from desktop_migrator.migration.database.unlock import unlock


def command(
    ctx: typer.Context,
    database: Database = FROM_CONTEXT,
    user_id: UserId = None,
    user_email: UserEmail = None,
    force: Annotated[
        bool, typer.Option("--force", help=N_("Also a run that still gives signs of life."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    with session.make_reporter() as reporter:
        done = unlock(
            database,
            choose_plan(session, database),
            choose_person(session, database, user_id, user_email),
            force=force,
            workspace=session.workspace,
            reporter=reporter,
        )
    lease, ended = done.cleared.lease, done.cleared.terminated_pids
    if session.json:
        session.emit_result(
            unlocked=bool(lease or ended), ended=ended, lease=lease and asdict(lease)
        )
        return
    if ended:
        session.print_text(
            tr("The run's sessions were ended: {pids}.", pids=", ".join(map(str, ended)))
        )
    if lease:
        session.print_text(
            tr(
                "The lease of run {run} was cleared: {host}, process {process}, last sign of life"
                " {silent:,.0f} seconds ago.",
                run=lease.run,
                host=lease.host,
                process=lease.process,
                silent=lease.silent,
            )
        )
    if not lease and not ended:
        session.print_text(
            tr(
                "Nothing is locked for user {user} and plan {plan}.",
                user=done.user_id,
                plan=done.plan,
            )
        )
