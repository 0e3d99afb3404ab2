"""Back to how the rows were: by the journal of a run, or by a backup.

From outside: `undo_run`, `restore_rows`, and `copy_rows`, which reads rows for a backup.
"""
