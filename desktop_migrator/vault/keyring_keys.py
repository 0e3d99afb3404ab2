"""Secret and private keys in the keyring, each under its id, so that a header leads to them."""

from collections.abc import Sequence

from desktop_migrator.errors import BadKey
from desktop_migrator.vault.credentials import Credentials
from desktop_migrator.vault.header import RecipientInfo
from desktop_migrator.vault.keys import PrivateKey, SecretKey
from desktop_migrator.vault.recovery_key import decode_recovery_key, encode_recovery_key

_BACKUP_KEY = "backup key"


def store_key(credentials: Credentials, key: SecretKey | PrivateKey) -> None:
    """Put a key into the keyring. Raises `KeyringUnusable`: a key must outlive the session."""
    text = encode_recovery_key(key) if isinstance(key, SecretKey) else key.to_text()
    credentials.set_persistent(_entry_name(key.id), text)


def hold_key(credentials: Credentials, key: PrivateKey) -> None:
    """Have a key at hand as long as this program runs, whatever the keyring has."""
    credentials.hold(_entry_name(key.id), key.to_text())


def find_key(credentials: Credentials, key_id: str) -> SecretKey | PrivateKey | None:
    """The key of that id, if the keyring has it."""
    text = credentials.get(_entry_name(key_id))
    try:
        if text is None:
            return None
        if text.startswith(PrivateKey.prefix):
            return PrivateKey.from_text(text)
        return decode_recovery_key(text)
    except BadKey:  # somebody else's entry of that name
        return None


def find_keys(
    credentials: Credentials, recipients: Sequence[RecipientInfo]
) -> list[SecretKey | PrivateKey]:
    """The keys that the keyring has of those that open a container."""
    ids = [recipient.key_id for recipient in recipients if recipient.key_id]
    return [key for key_id in ids if (key := find_key(credentials, key_id))]


def delete_key(credentials: Credentials, key_id: str) -> None:
    """Take a key out of the keyring. Raises `KeyringUnusable`."""
    credentials.delete(_entry_name(key_id))


def get_or_create_backup_key(credentials: Credentials) -> SecretKey:
    """The key that seals this computer's backups, made when first asked for.

    Raises `KeyringUnusable`.
    """
    known = credentials.get(_BACKUP_KEY)
    key = find_key(credentials, known) if known else None
    if not isinstance(key, SecretKey):
        key = SecretKey.generate()
        store_key(credentials, key)
        credentials.set_persistent(_BACKUP_KEY, key.id)
    return key


def _entry_name(key_id: str) -> str:
    return f"key {key_id}"
