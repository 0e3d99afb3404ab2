"""The demo: sample profiles that real browsers made, migrated into a database of their own."""

import shutil
import tarfile
from pathlib import Path

from desktop_migrator.migration.run import Job, migrate
from desktop_migrator.migration.target import BUILTIN, Person
from desktop_migrator.migration.workspace import Workspace
from desktop_migrator.model import RunResult
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import Reporter
from desktop_migrator.resources import resource

USER_ID = "maria"


def unpack_profiles(workspace: Workspace) -> Path:
    """Lays the sample profiles out anew; returns the folder that holds them."""
    folder = workspace.root / "profiles"
    shutil.rmtree(folder, ignore_errors=True)
    for archive in sorted(resource("profiles").glob("*.tar.xz")):
        target = folder / archive.name.removesuffix(".tar.xz")
        target.mkdir(parents=True)
        with tarfile.open(archive) as packed:
            packed.extractall(target, filter="data")
    return folder


def run_demo(profiles: Path, workspace: Workspace, reporter: Reporter) -> RunResult:
    """Migrates all samples into the workspace's built-in database."""
    job = Job(
        plan=load_plan(None),
        database=BUILTIN,
        person=Person(USER_ID),
        sources=tuple(sorted(profiles.iterdir())),
        create_tables=True,
        continue_on_error=True,
    )
    return migrate(job, workspace, reporter)
