"""Sealing what browsers hold in a capture; apart from reading one, which needs no audit trail."""

import getpass
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from desktop_migrator.errors import (
    Cancelled,
    NothingToMigrate,
    OriginNotFound,
    UsageError,
)
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.person import Person
from desktop_migrator.migration.sealed.backup_writer import build_manifest
from desktop_migrator.migration.sealed.captures import KIND, NOBODY
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import Damage, Record
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter, Stage
from desktop_migrator.vault.backup_folder import new_backup_id
from desktop_migrator.vault.keys import Passphrase, PublicKey
from desktop_migrator.vault.payload import BackupManifest
from desktop_migrator.vault.sealed_file import AtomicSealedFile, SealedFile


def capture(
    workspace: Workspace,
    records: Iterable[Record],
    *,
    origins: Sequence[str],
    out: Path,
    keys: Sequence[Passphrase | PublicKey],
    reporter: Reporter,
    person: Person = NOBODY,
    plan: Plan | None = None,
    damages: Callable[[], tuple[Damage, ...]] = tuple,
) -> tuple[BackupManifest, SealedFile]:
    """Seal all records of these origins (none named: of all) in a new file, which each of the keys
    opens, and within it whose they are and the plan that they are for.

    `damages` says, once the records have been read, what was lost of them.
    Raises UsageError where the file exists, OriginNotFound, NothingToMigrate, SealedFileNotWritten,
    SealedFileNotVerified, Cancelled.
    """
    if out.exists():
        raise UsageError(reason=Message("{out} exists already.", out=str(out)))
    described = replace(
        build_manifest(new_backup_id(), "capture", origins),
        user_id=person.user_id,
        email=person.email,
        login=_login(),
        plan=plan.name if plan else None,
        plan_digest=plan.digest if plan else None,
    )
    own = [key for key in keys if isinstance(key, Passphrase)]
    draft = AtomicSealedFile(out, described, kind=KIND, recipients=keys, identities=own)
    try:
        count = 0
        reporter.started(Stage.CAPTURE, None)
        for record in records:
            if not origins or record.storage_key.origin in origins:
                draft.payload.write_record(record)
                count += 1
                reporter.advanced(Stage.CAPTURE, count, None)
            if reporter.cancelled:
                raise Cancelled
        if not count:
            raise OriginNotFound(origins=", ".join(origins)) if origins else NothingToMigrate()
        reporter.advanced(Stage.CAPTURE, count, count)
        sealed = draft.commit(damages())
    finally:
        draft.discard()
    AuditTrail(workspace.catalog).record_local(
        AuditEvent(action="capture", outcome="completed", counts={"records": count})
    )
    return described, sealed


def _login() -> str | None:
    """The account's name on this computer, where the system knows one."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return None
