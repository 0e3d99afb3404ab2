"""What the wizard remembers between two calls, so that a migration can be finished later.

A small JSON file in the workspace, written before work begins: where the data came from and went
to, what stays behind and what counts where two versions differ. It holds no password and nothing of
the data; items that stay behind are named by digests. Knows no Qt.
"""

from pathlib import Path

import msgspec

from desktop_migrator.errors import BadDatabaseUrl
from desktop_migrator.migration.database.open_database import without_password
from desktop_migrator.migration.workspace.catalog import Catalog, unfinished_runs
from desktop_migrator.migration.workspace.run_plans import find_run_plan
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, MergeRule, Outcome
from desktop_migrator.system.files import write_private
from desktop_migrator.wizard.flow import UnfinishedRun, WizardAnswers

_FILE_NAME = "wizard.json"
_MAX_FILE_SIZE = 64 << 20


class ResumeState(msgspec.Struct, frozen=True, kw_only=True):
    sources: list[str]
    database: str
    policy: ConflictPolicy
    create_tables: bool
    exclude: frozenset[str] = frozenset()
    leave_out: frozenset[bytes] = frozenset()
    rules: dict[str, MergeRule] = {}
    decisions: str | None = None


def save_resume_state(workspace: Workspace, answers: WizardAnswers) -> None:
    """Write down how this migration is to go on should it be cut off."""
    remembered = ResumeState(
        sources=[str(path) for path in answers.sources],
        database=answers.database,
        policy=answers.policy,
        create_tables=answers.create_tables,
        exclude=answers.excluded_entities,
        leave_out=answers.excluded_items,
        rules=answers.rules,
        decisions=str(answers.decisions) if answers.decisions else None,
    )
    write_private(workspace.root / _FILE_NAME, msgspec.json.encode(remembered))


def find_unfinished_run(workspace: Workspace, plan: str) -> UnfinishedRun | None:
    """The last migration, if it was cut off or stopped with something written and was made by this
    plan or one that is kept here."""
    unfinished = unfinished_runs(Catalog(workspace.catalog).runs())
    kept = {run.run: find_run_plan(workspace, run.run) for run in unfinished}
    run = next((run for run in unfinished if run.plan == plan or kept[run.run]), None)
    if run is None or run.outcome == Outcome.ROLLED_BACK:
        return None
    remembered = _load_resume_state(workspace)
    if remembered is None or not _is_same_database(remembered.database, run.database):
        return UnfinishedRun(run.run, run.user_id, run.database, run.origins, plan=kept[run.run])
    return UnfinishedRun(
        run=run.run,
        user_id=run.user_id,
        database=remembered.database,
        origins=run.origins,
        sources=tuple(map(Path, remembered.sources)),
        policy=remembered.policy,
        create_tables=remembered.create_tables,
        excluded_entities=remembered.exclude,
        excluded_items=remembered.leave_out,
        rules=remembered.rules,
        decisions=Path(remembered.decisions) if remembered.decisions else None,
        plan=kept[run.run],
    )


def full_database_url(workspace: Workspace, database: str) -> str:
    """The address as it was entered, with its TLS settings, which the catalog leaves out."""
    remembered = _load_resume_state(workspace)
    if remembered and _is_same_database(remembered.database, database):
        return remembered.database
    return database


def _is_same_database(entered: str, cataloged: str) -> bool:
    try:
        return without_password(entered) == cataloged
    except BadDatabaseUrl:
        return False


def _load_resume_state(workspace: Workspace) -> ResumeState | None:
    """None where nothing was written down, or nothing that can be read."""
    try:
        with (workspace.root / _FILE_NAME).open("rb") as file:
            return msgspec.json.decode(file.read(_MAX_FILE_SIZE), type=ResumeState)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
