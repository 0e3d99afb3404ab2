"""`info`: versions, folders and what this computer keeps."""

import platform
import sqlite3
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from desktop_migrator import __version__
from desktop_migrator.cli.output import cell
from desktop_migrator.cli.session import Session
from desktop_migrator.messages import N_
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.connections import list_connections
from desktop_migrator.migration.workspace.workspace import settings_file
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.vault.backup_folder import BackupFolder

_LABELS = {
    "version": N_("Version"),
    "python": N_("Python"),
    "system": N_("System"),
    "program": N_("Program"),
    "data_folder": N_("Data folder"),
    "settings": N_("Settings"),
    "plan": N_("Plan"),
    "connections": N_("Saved connections"),
    "runs": N_("Runs from this computer"),
    "backups": N_("Backups"),
    "keyring": N_("Keyring"),
    "sqlite": N_("SQLite"),
    "sizes": N_("Sizes in bytes"),
    "libraries": N_("Libraries"),
}


def command(
    ctx: typer.Context,
    detailed: Annotated[
        bool, typer.Option("--detailed", help=N_("Sizes, libraries and the keyring, too."))
    ] = False,
) -> None:
    session: Session = ctx.obj
    facts = _facts(session)
    if detailed:
        facts |= _details(session)
    if session.json:
        session.emit_result(**facts)
        return
    table = Table(show_header=False, box=None)
    for name, value in facts.items():
        text = value
        if isinstance(value, dict):
            text = "\n".join(f"{key} {each}" for key, each in value.items())
        elif isinstance(value, list):
            text = ", ".join(value) or "–"
        table.add_row(session.tr(_LABELS[name]), cell(text))
    session.stdout.print(table)


def _facts(session: Session) -> dict[str, Any]:
    workspace = session.workspace
    return {
        "version": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "program": sys.executable,
        "data_folder": str(workspace.root),
        "settings": str(settings_file(session.data_dir)),
        "plan": load_plan(session.plan).name,
        "connections": [each.name for each in list_connections(workspace)],
        "runs": len(Catalog(workspace.catalog).runs()),
        "backups": len(BackupFolder(workspace.backups).list_files()),
    }


def _details(session: Session) -> dict[str, Any]:
    workspace = session.workspace
    folders = {
        "backups": workspace.backups,
        "logs": workspace.logs,
        "reports": workspace.reports,
        "builtin database": workspace.postgres,
        "catalog": workspace.catalog,
    }
    return {
        "keyring": workspace.credentials.state,
        "sqlite": sqlite3.sqlite_version,
        "sizes": {name: _size(path) for name, path in folders.items()},
        "libraries": dict(
            sorted((each.name.lower(), each.version) for each in distributions() if each.name)
        ),
    }


def _size(path: Path) -> int:
    """Of the file, or of all files in the folder; 0 where there is none."""
    if path.is_file():
        return path.stat().st_size
    return sum(
        each.lstat().st_size for each in path.rglob("*") if not each.is_symlink() and each.is_file()
    )
