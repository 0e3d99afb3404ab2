"""What the program remembers in the database itself: schema `desktop_migrator`.

All of it happens in the caller's transaction. One that is rolled back in the end, as a dry run's,
is a `trial`, which holds nobody up.

From outside: `schema_upgrade`, which makes it; `trial`; `runs`, `chunks`, `journal`, `quarantine`,
`captures`, `kits`, `fleet`, `row_ids`, `escaped_texts` and `audit`, a module for each of its
parts; `tables`, for those who must ask about several at once; `hash_chain`, which this computer's
audit trail shares.
"""

from desktop_migrator.postgres.bookkeeping.runs import (
    QuarantinedItem,
    Run,
    finish_run,
    list_runs,
    read_quarantine,
    start_run,
)
from desktop_migrator.postgres.bookkeeping.schema_upgrade import upgrade

__all__ = [
    "QuarantinedItem",
    "Run",
    "finish_run",
    "list_runs",
    "read_quarantine",
    "start_run",
    "upgrade",
]
