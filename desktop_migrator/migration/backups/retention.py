"""Which backups are kept: those of the last 30 days, everybody's last one, and those still needed.

A backup is needed as long as its run may have to be gone on with or taken back: it did not come to
its end and none after it did, or its undoing was begun and has not ended.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from desktop_migrator.migration.catalog import UNDOING, UNDONE, Catalog, CatalogedRun
from desktop_migrator.migration.sealed.backup_list import BackupList, Listed
from desktop_migrator.migration.workspace import Workspace
from desktop_migrator.model import Outcome
from desktop_migrator.vault.backups import Aged, BackupFolder, expired

_ENDED = {Outcome.COMPLETED, Outcome.ROLLED_BACK, UNDONE}


def prune(workspace: Workspace, now: datetime | None = None) -> list[str]:
    """Remove what is kept no longer; the ids of what was removed, the oldest first.

    A backup that the list does not have stays.
    """
    folder, listed = BackupFolder(workspace.backups), BackupList(workspace.catalog)
    there = folder.files()
    known = {name: backup for name, backup in listed.all().items() if name in there}
    runs = needed_runs(Catalog(workspace.catalog).runs())
    removed = expired((_aged(backup, runs) for backup in known.values()), now or datetime.now(UTC))
    for backup in removed:
        folder.remove(backup)
        listed.forget(backup)
    return removed


def needed_runs(newest_first: Iterable[CatalogedRun]) -> dict[str, str]:
    """The runs whose backups are needed, each with why."""
    needed: dict[str, str] = {}
    completed: set[tuple[str, str, str]] = set()
    for run in newest_first:
        subject = run.user_id, run.database, run.plan
        if run.outcome == UNDOING:
            needed[run.run] = f"The undo of run {run.run} has not come to its end."
        elif run.outcome not in _ENDED and subject not in completed:
            needed[run.run] = f"Run {run.run} has not come to its end."
        elif run.outcome == Outcome.COMPLETED:
            completed.add(subject)
    return needed


def _aged(backup: Listed, needed: dict[str, str]) -> Aged:
    target = backup.target
    return Aged(
        id=backup.manifest.id,
        created=backup.manifest.created,
        subject=(target.database_id, target.user_id) if target else (None, None),
        needed=target is not None and target.run in needed,
    )
