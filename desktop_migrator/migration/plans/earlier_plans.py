"""Plans of runs that were made from this computer, for those that follow them."""

from desktop_migrator.migration.database.open_database import without_password
from desktop_migrator.migration.workspace.catalog import Catalog, CatalogedRun, unfinished_runs
from desktop_migrator.migration.workspace.run_plans import find_run_plan
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.plan.schema import Plan


def plan_to_resume(workspace: Workspace, database: str, user_id: str | None) -> Plan | None:
    """The plan of the run that would go on where nobody names a plan; None where that is not known
    here. Raises BadDatabaseUrl."""
    unfinished = unfinished_runs(Catalog(workspace.catalog).runs(user_id))
    address = without_password(database)
    run = next((each for each in unfinished if each.database == address), None)
    return find_run_plan(workspace, run.run) if run else None


def last_plan_of_site(
    workspace: Workspace, origin: str, other_than: Plan
) -> tuple[CatalogedRun, Plan] | None:
    """The newest migration of the web site that came to its end, and its plan, if that is
    another."""
    for run in Catalog(workspace.catalog).runs():
        if run.outcome == Outcome.COMPLETED and origin in run.origins:
            plan = find_run_plan(workspace, run.run)
            return (run, plan) if plan and plan.name != other_than.name else None
    return None
