"""The demo: sample profiles that real browsers made, migrated into a database of their own."""

import shutil
import tarfile
from pathlib import Path

from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.run.migrate import migrate
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import RunResult
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.schema.create_tables import count_rows
from desktop_migrator.postgres.schema.introspect import introspect
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.resources import resource

USER_ID = "maria"
DEMO_KEY = FieldKey(b"the demo's key: everybody has it")


def unpack_home(workspace: Workspace) -> Path:
    """Lays out anew the home of somebody with four browsers; returns the folder."""
    home = workspace.root / "home"
    shutil.rmtree(home, ignore_errors=True)
    for archive in sorted(resource("profiles").glob("*.tar.xz")):
        with tarfile.open(archive) as packed:
            packed.extractall(home, filter="data")
    return home


def key_file(workspace: Workspace) -> Path:
    """The demo's key in a file, as `--field-key` takes it."""
    path = workspace.root / "field.key"
    path.write_text(f"{DEMO_KEY.text}\n")
    return path


def database_folder(workspace: Workspace) -> Path:
    return BuiltinPostgres(workspace.postgres).folder


def row_counts(workspace: Workspace, reporter: Reporter) -> dict[str, int]:
    """How many rows each of the database's tables holds now."""
    names = [entity.table for entity in load_plan(None).entities.values()]
    with open_database(BUILTIN, workspace, reporter) as engine, engine.connect() as connection:
        tables = introspect(connection, names)
        return {name: count_rows(connection, table) for name, table in tables.items()}


def run_demo(home: Path, workspace: Workspace, reporter: Reporter) -> RunResult:
    """Migrates all that lies in the home into the workspace's built-in database."""
    job = Job(
        plan=load_plan(None),
        database=BUILTIN,
        person=Person(USER_ID),
        sources=(home,),
        create_tables=True,
        continue_on_error=True,
        field_key=DEMO_KEY,
    )
    return migrate(job, workspace, reporter)
