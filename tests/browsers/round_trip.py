"""Clears web sites of a profile as `clear` does, and puts them back as `backup restore` does."""

from pathlib import Path

from desktop_migrator.migration.backups.clear import ClearJob, ClearResult, clear
from desktop_migrator.migration.backups.into_browser import (
    RestoreToBrowserJob,
    RestoreToBrowserResult,
    restore_to_browser,
)
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import NullReporter
from desktop_migrator.vault.keys import Passphrase
from tests.browsers.site import Site

PASSPHRASE = "a passphrase of the tests"
CLEARED = ("app.demo", "hard", "hardest", "widget", "many")


def clear_from(profile: Path, origins: tuple[str, ...], workspace: Workspace) -> ClearResult:
    job = ClearJob(
        plan=load_plan(None),
        origins=origins,
        sources=(profile,),
        all_records=True,
        force=True,
        confirmed=True,
        passphrase=Passphrase(PASSPHRASE),
    )
    return clear(job, workspace, NullReporter())


def restore(backup: str, workspace: Workspace) -> RestoreToBrowserResult:
    job = RestoreToBrowserJob(backup=backup, passphrase_or_key=PASSPHRASE)
    return restore_to_browser(job, workspace, NullReporter())


def cleared_origins(site: Site) -> tuple[str, ...]:
    return tuple(f"http://{name}.test:{site.ports[0]}" for name in CLEARED)
