"""`unlock`: clear what a run that is gone has left."""

from dataclasses import asdict
from typing import Annotated

import typer

from desktop_migrator.cli.options import Database, UserEmail, UserId
from desktop_migrator.cli.session import Session
from desktop_migrator.migration.database.open_database import Person
from desktop_migrator.migration.database.unlock import unlock
from desktop_migrator.plan.schema import load_plan


def command(
    ctx: typer.Context,
    database: Database,
    user_id: UserId = None,
    user_email: UserEmail = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also a run that still gives signs of life.")
    ] = False,
) -> None:
    session: Session = ctx.obj
    with session.make_reporter() as reporter:
        done = unlock(
            database,
            load_plan(session.plan),
            Person(user_id, user_email),
            force=force,
            workspace=session.workspace,
            reporter=reporter,
        )
    lease, ended = done.cleared.lease, done.cleared.terminated_pids
    if session.json:
        session.emit_json(unlocked=bool(lease or ended), ended=ended, lease=lease and asdict(lease))
        return
    if ended:
        session.print_text(f"The run's sessions were ended: {', '.join(map(str, ended))}.")
    if lease:
        session.print_text(
            f"The lease of run {lease.run} was cleared: {lease.host}, process {lease.process}, "
            f"last sign of life {lease.silent:,.0f} seconds ago."
        )
    if not lease and not ended:
        session.print_text(f"Nothing is locked for user {done.user_id} and plan {done.plan}.")
