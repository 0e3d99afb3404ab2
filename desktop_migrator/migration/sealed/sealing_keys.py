"""Which key seals a backup, and which ones may open it.

A passphrase that somebody gives; else a key in the system's keyring, whose recovery key can be
printed; without a keyring, a passphrase that is asked for; and where nobody can be asked, a new key
that is told once as a recovery key, since a backup that nobody can open is none.
"""

from collections.abc import Sequence
from contextlib import suppress

from desktop_migrator.errors import BadKey, Cancelled, KeyNotGiven, KeyringUnusable
from desktop_migrator.messages import Message
from desktop_migrator.reporter import Question, Reporter, Topic
from desktop_migrator.vault.credentials import Credentials
from desktop_migrator.vault.header import RecipientInfo, describe_recipients
from desktop_migrator.vault.keyring_keys import find_keys, get_or_create_backup_key
from desktop_migrator.vault.keys import Identity, Passphrase, SecretKey
from desktop_migrator.vault.recovery_key import decode_recovery_key, encode_recovery_key

SealingKey = Passphrase | SecretKey


class UnkeptKey(SecretKey):
    """Told once, by `tell_unkept_key`, and kept nowhere."""


_ATTEMPTS = 3


def sealing_key(
    passphrase: Passphrase | None, credentials: Credentials, reporter: Reporter
) -> SealingKey:
    """The passphrase given, else the keyring's key, else what the person chooses.

    Raises Cancelled where the person cannot type the same passphrase twice.
    """
    if passphrase:
        return passphrase
    with suppress(KeyringUnusable):
        return get_or_create_backup_key(credentials)
    for _ in range(_ATTEMPTS):
        first = reporter.ask(
            Question(
                Message("A passphrase for the backup (empty: a recovery key is shown)"),
                secret=True,
                topic=Topic.NEW_PASSPHRASE,
            )
        )
        if not first:
            break
        again = Question(Message("The same again"), secret=True, topic=Topic.NEW_PASSPHRASE)
        if reporter.ask(again) == first:
            return Passphrase(first)
        reporter.warned(Message("The two are not the same."))
    else:
        raise Cancelled
    return UnkeptKey.generate()


def tell_unkept_key(key: SealingKey, reporter: Reporter) -> None:
    """Once the backup is there: who reads a recovery key believes that there is one."""
    if isinstance(key, UnkeptKey):
        reporter.warned(
            Message(
                "Nobody gave a passphrase for the backup. It opens with this "
                "recovery key alone, which is shown now and kept nowhere: {recovery_key}",
                recovery_key=encode_recovery_key(key),
            )
        )


def opening_keys(
    recipients: Sequence[RecipientInfo],
    passphrase_or_key: str | None,
    credentials: Credentials,
    reporter: Reporter,
) -> list[Identity]:
    """What may open a file for these recipients: what was given, else what the keyring has, else
    what the person types, a passphrase or a recovery key. Raises KeyNotGiven.
    """
    if passphrase_or_key is not None:
        return parse_typed_keys(passphrase_or_key)
    if kept := find_keys(credentials, recipients):
        return list(kept)
    needed = describe_recipients(recipients)
    text = Message("This opens with {needed}. Type it", needed=needed)
    typed = reporter.ask(Question(text, secret=True, topic=Topic.UNLOCK_KEY))
    if not typed:
        raise KeyNotGiven(needed=needed)
    return parse_typed_keys(typed)


def parse_typed_keys(text: str) -> list[Identity]:
    """A passphrase as it stands, and a recovery key where the text is one."""
    keys: list[Identity] = [Passphrase(text)]
    with suppress(BadKey):
        keys.insert(0, decode_recovery_key(text))
    return keys
