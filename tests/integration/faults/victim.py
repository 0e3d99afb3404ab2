"""A migration in a process of its own, to be killed."""

from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.reporter import NullReporter


def work(job: Job, workspace: Workspace) -> None:
    result = migrate(job, workspace, NullReporter())
    if result.error:
        raise result.error
