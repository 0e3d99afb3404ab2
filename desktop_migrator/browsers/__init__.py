"""Browsers' stores on the disk, found, read and written; knows no database and no plan.

From outside: `discovery`, `read` and `write`; `area_change`, which says what to write; of
`formats` what names a store's parts, and `sqlite`, which also reads what is left of our own
damaged catalog; `encoding`, in which `testing` writes.
"""
