"""`test-connection`: what has to be right at the database, checked one by one."""

from collections.abc import Iterable

import typer

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.last_run import choose_plan
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import ExitCode
from desktop_migrator.migration.database.open_database import check_database
from desktop_migrator.postgres.verify.checks import Check


def command(ctx: typer.Context, database: Database = FROM_CONTEXT) -> None:
    session: Session = ctx.obj
    with session.make_reporter() as reporter:
        checks = check_database(
            database, choose_plan(session, database), session.workspace, reporter
        )
    ok = all(check.ok for check in checks)
    if session.json:
        session.emit_result(ok=ok, checks=[check.to_json() for check in checks])
    else:
        print_checks(session, checks)
    raise typer.Exit(ExitCode.DONE if ok else ExitCode.FAILED)


def print_checks(session: Session, checks: Iterable[Check]) -> None:
    """A line for each, and its remedy below."""
    tr = session.tr
    for check in checks:
        facts = {"name": tr(check.label), "detail": tr(check.detail)}
        session.print_text(
            tr("ok    {name}: {detail}", **facts)
            if check.ok
            else tr("FAIL  {name}: {detail}", **facts)
        )
        if check.remedy:
            session.print_text(f"      {tr(check.remedy)}")
