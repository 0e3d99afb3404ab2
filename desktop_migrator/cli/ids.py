"""Ids as people give them: whole, as a beginning that only one has, or `last`."""

from collections.abc import Sequence

from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.vault.backup_folder import BackupFolder

LAST = "last"


def run_id(session: Session, given: str) -> str:
    """A run's id; one that this computer does not know is for the database to find."""
    return _complete(given, [run.run for run in Catalog(session.workspace.catalog).runs()])


def backup_id(session: Session, given: str) -> str:
    """A backup's id; a path stays as it is."""
    return _complete(given, sorted(BackupFolder(session.workspace.backups).list_files())[::-1])


def _complete(given: str, newest_first: Sequence[str]) -> str:
    """Raises UsageError where several begin so, or there is no last one."""
    if given == LAST:
        if not newest_first:
            raise UsageError(reason=Message("There is none on this computer yet."))
        return newest_first[0]
    alike = [each for each in newest_first if each.startswith(given)]
    if len(alike) > 1 and given not in alike:
        raise UsageError(
            reason=Message(
                "{count:,} begin with {given}: {alike}.",
                count=len(alike),
                given=given,
                alike=", ".join(alike[:5]),
            )
        )
    return alike[0] if len(alike) == 1 else given
