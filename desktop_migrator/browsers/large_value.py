"""Values over `MAX_VALUE`: not held, but told by key and size, and never passed over unseen."""

from dataclasses import dataclass
from sqlite3 import PrepareProtocol

from desktop_migrator.browsers.budget import MAX_VALUE
from desktop_migrator.browsers.encoding import decode_prefixed
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, LargeRecord, StorageKey, Store

_MIB = 2**20
_SHOWN_KEY = 200
"""Characters: a key can be as long as a value."""


@dataclass(frozen=True, slots=True)
class LargeValue:
    """In the place of a value that is too large."""

    size: int
    """Bytes of it."""

    def __conform__(self, protocol: object) -> int | None:
        """As what it lies in a table of SQLite's."""
        return self.size if protocol is PrepareProtocol else None


def shown_key(key: object) -> str:
    """Chromium's spelling of a key for a person; nothing where it is none."""
    try:
        return decode_prefixed(key) if isinstance(key, bytes) else ""
    except ValueError:
        return ""


def large_value(
    store: Store, size: int, storage_key: StorageKey | None = None, key: str = ""
) -> Damage:
    """What is said of a record whose value is too large; without `storage_key`: of whichever."""
    limit = MAX_VALUE // _MIB
    record = LargeRecord(size, storage_key, key[:_SHOWN_KEY])
    if storage_key is None:
        return Damage(
            store,
            Message(
                "{size:,.1f} MB lie in one piece there. Values over {limit} MB are not taken: they"
                " stay in the browser, and what they replaced may be taken for them.",
                size=size / _MIB,
                limit=limit,
            ),
            0,
            record,
        )
    return Damage(
        store,
        Message(
            "The value of {key} of {origin} has {size:,.1f} MB. Values over {limit} MB are not"
            " taken: it stays in the browser, and in no backup. Have the app's makers divide it.",
            key=record.key,
            origin=storage_key.origin,
            size=size / _MIB,
            limit=limit,
        ),
        0,
        record,
    )
