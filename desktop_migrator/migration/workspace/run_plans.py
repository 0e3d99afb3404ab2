"""The plan that each run had: what goes on with, checks or mends a run needs that very plan.

One JSON file a run, in the workspace. It holds what the plan's own file does: names, and no value.
"""

from pathlib import Path

from pydantic import ValidationError

from desktop_migrator.errors import DataFolderUnusable
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import Plan
from desktop_migrator.system import files

_MAX_SIZE = 16 << 20


def keep_run_plan(workspace: Workspace, run: str, plan: Plan) -> None:
    """Raises DataFolderUnusable."""
    text = plan.model_dump_json(by_alias=True, exclude_defaults=True)
    path = _file(workspace, run)
    try:
        files.private_folder(path.parent)
        files.write_private(path, text.encode())
    except OSError as error:
        reason = files.os_error_reason(error)
        raise DataFolderUnusable(path=path, reason=reason) from None


def find_run_plan(workspace: Workspace, run: str) -> Plan | None:
    """None where it is not kept here, or can no more be read."""
    try:
        with _file(workspace, run).open("rb") as file:
            return Plan.model_validate_json(file.read(_MAX_SIZE))
    except (OSError, ValidationError):
        return None


def _file(workspace: Workspace, run: str) -> Path:
    return workspace.run_plans / f"{run}.json"
