"""The few values that travel between the rooms of the house. All are immutable, but for counts.

Texts that come from a browser are Python `str` with exactly the UTF-16 code units that the page
wrote: lone surrogates stay lone surrogates, U+0000 stays U+0000.

From outside: this package itself, which hands on every name of its modules.
"""

from desktop_migrator.model.browser import (
    Damage,
    LargeRecord,
    Profile,
    Record,
    StorageKey,
    Store,
    StoreFormat,
    damage_message,
)
from desktop_migrator.model.conflict import (
    Conflict,
    ConflictKind,
    ConflictPolicy,
    Difference,
    MergeRule,
    Resolution,
)
from desktop_migrator.model.entity import (
    Reference,
    RowKey,
    RowOwner,
    TargetEntity,
    normalize_name,
    row_owner,
)
from desktop_migrator.model.item import (
    AsideItem,
    Item,
    Rejection,
    Source,
    Superseded,
    UnresolvedReference,
)
from desktop_migrator.model.result import (
    ClearedData,
    Counts,
    KeptReason,
    KeptRow,
    LoginsCut,
    NotTaken,
    Outcome,
    RecordsAside,
    RestOfRecords,
    RunResult,
    Suspicion,
    UndoCounts,
    UndoResult,
)
from desktop_migrator.model.table import (
    INTEGER_BITS,
    TIME_TYPES,
    Column,
    ColumnType,
    ForeignKey,
    IdStrategy,
    Table,
)

__all__ = [
    "INTEGER_BITS",
    "TIME_TYPES",
    "AsideItem",
    "ClearedData",
    "Column",
    "ColumnType",
    "Conflict",
    "ConflictKind",
    "ConflictPolicy",
    "Counts",
    "Damage",
    "Difference",
    "ForeignKey",
    "IdStrategy",
    "Item",
    "KeptReason",
    "KeptRow",
    "LargeRecord",
    "LoginsCut",
    "MergeRule",
    "NotTaken",
    "Outcome",
    "Profile",
    "Record",
    "RecordsAside",
    "Reference",
    "Rejection",
    "Resolution",
    "RestOfRecords",
    "RowKey",
    "RowOwner",
    "RunResult",
    "Source",
    "StorageKey",
    "Store",
    "StoreFormat",
    "Superseded",
    "Suspicion",
    "Table",
    "TargetEntity",
    "UndoCounts",
    "UndoResult",
    "UnresolvedReference",
    "damage_message",
    "normalize_name",
    "row_owner",
]
