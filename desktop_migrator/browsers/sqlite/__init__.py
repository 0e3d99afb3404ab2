"""SQLite's files: read by SQLite where they are valid, page by page where they are damaged.

From outside: `reader` and `writer`; `salvage` for tables without a format of a browser's.
"""
