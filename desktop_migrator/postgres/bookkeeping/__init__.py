"""What the program remembers in the target itself: schema `desktop_migrator`.

`upgrade` makes it or brings it up to date; the others keep the list of migrations and tell what
each left aside. All of it happens in the caller's transaction. One that is rolled back in the end,
as a dry run's, is a `trial`, which holds nobody up.
"""

from desktop_migrator.postgres.bookkeeping.runs import (
    QuarantinedItem,
    Run,
    finish_run,
    list_runs,
    read_quarantine,
    start_run,
)
from desktop_migrator.postgres.bookkeeping.schema import upgrade

__all__ = [
    "QuarantinedItem",
    "Run",
    "finish_run",
    "list_runs",
    "read_quarantine",
    "start_run",
    "upgrade",
]
