"""`validate`: is what was migrated still there, whole and as it was sent?"""

import typer

from desktop_migrator.cli.database_options import FROM_CONTEXT, Database
from desktop_migrator.cli.last_run import choose_person
from desktop_migrator.cli.options import FieldKeyFile, Origin, Run, Source, UserEmail, UserId
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.test_connection import print_checks
from desktop_migrator.errors import ExitCode
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.maintenance.validate import validate
from desktop_migrator.migration.run.field_keys import find_field_key
from desktop_migrator.plan.schema import load_plan


def command(
    ctx: typer.Context,
    database: Database = FROM_CONTEXT,
    user_id: UserId = None,
    user_email: UserEmail = None,
    source: Source = None,
    origin: Origin = None,
    run: Run = None,
    field_key: FieldKeyFile = None,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    plan = load_plan(session.plan)
    request = MaintenanceRequest(
        plan=plan,
        plan_is_named=session.plan is not None,
        database=database,
        person=choose_person(session, database, user_id, user_email),
        run=run,
        sources=tuple(source or ()),
        origins=tuple(origin or ()),
        field_key=find_field_key(plan, field_key, session.workspace) if source else None,
    )
    with session.make_reporter() as reporter:
        found = validate(request, session.workspace, reporter)
    if session.json:
        session.emit_result(
            ok=found.ok, run=found.run, checks=[check.to_json() for check in found.checks]
        )
    else:
        print_checks(session, found.checks)
        failed = sum(not check.ok for check in found.checks)
        session.print_text(
            tr("{failed:,} of {count:,} checks failed.", failed=failed, count=len(found.checks))
            if failed
            else tr("All {count:,} checks are ok.", count=len(found.checks))
        )
    raise typer.Exit(ExitCode.DONE if found.ok else ExitCode.FAILED)
