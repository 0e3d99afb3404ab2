"""Which key protects sensitive fields, and which opens what was protected: docs/sensitive.md."""

from pathlib import Path

from desktop_migrator.errors import BadKey, KeyringUnusable, KeyUnknown
from desktop_migrator.messages import Message
from desktop_migrator.migration.run.job import Job
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.envelope import FieldKey
from desktop_migrator.plan.schema import Plan
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.files import create_private, os_error_reason
from desktop_migrator.vault.credentials import Credentials, KeyringState

_MAX_KEY_BYTES = 200


def read_field_key(path: Path | None) -> FieldKey | None:
    """The key in a file that somebody gives. Raises BadKey."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_KEY_BYTES).decode("ascii")
        return FieldKey.from_text(text)
    except OSError as error:
        raise BadKey(
            reason=Message("{path}: {error}", path=str(path), error=os_error_reason(error))
        ) from None
    except ValueError:
        raise BadKey(
            reason=Message("{path} holds no key of sensitive fields.", path=str(path))
        ) from None


def find_field_key(plan: Plan, path: Path | None, workspace: Workspace) -> FieldKey | None:
    """The key given, else the plan's in the keyring. Raises BadKey."""
    if path is None and any(
        entity.sensitive_rules.may_need_key for entity in plan.entities.values()
    ):
        return _saved_field_key(workspace.credentials, plan.sensitive.key)
    return read_field_key(path)


def field_key_for_run(job: Job, workspace: Workspace, reporter: Reporter) -> FieldKey | None:
    """The key of a run that has something to protect: the one given, else the keyring's, which is
    made when first needed. None where there is no keyring. Raises BadKey, KeyUnknown.
    """
    name = job.plan.sensitive.key
    if job.field_key is None and job.field_key_is_chosen:
        raise KeyUnknown(name=name)
    key = job.field_key or _saved_field_key(workspace.credentials, name)
    if key:
        return key
    made = FieldKey.generate()
    if job.dry_run:  # any key tells what would happen
        return made if workspace.credentials.state is KeyringState.WORKS else None
    try:
        workspace.credentials.set_persistent(_keyring_entry(name), made.text)
    except KeyringUnusable as error:
        reporter.warned(
            Message("There is no key for sensitive fields. {detail}", detail=error.detail_message)
        )
        return None
    reporter.warned(
        Message(
            "A key for sensitive fields was made and is in the keyring as "
            "{name}. The server needs it to read them: `desktop-migrator keys "
            "export {name} --field --out FILE`.",
            name=name,
        )
    )
    return made


def export_field_key(workspace: Workspace, name: str, path: Path) -> FieldKey:
    """Write the keyring's key into a new file, for its owner's eyes alone.

    Raises KeyUnknown, BadKey.
    """
    key = _saved_field_key(workspace.credentials, name)
    if key is None:
        raise KeyUnknown(name=name)
    try:
        create_private(path, f"{key.text}\n".encode())
    except OSError as error:
        raise BadKey(
            reason=Message("{path}: {error}", path=str(path), error=os_error_reason(error))
        ) from None
    return key


def _saved_field_key(credentials: Credentials, name: str) -> FieldKey | None:
    text = credentials.get(_keyring_entry(name))
    try:
        return None if text is None else FieldKey.from_text(text)
    except ValueError:
        raise BadKey(
            reason=Message(
                "What the keyring holds as {entry} is no key.", entry=_keyring_entry(name)
            )
        ) from None


def _keyring_entry(name: str) -> str:
    return f"field key {name}"
