"""What is done with backups: kept, checked, pruned, put back; and clearing, which needs one.

From outside: `manage`, `restore` (into the database), `into_browser` and `clear`.
"""
