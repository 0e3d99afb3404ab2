"""Captures into the database: many people's, each of them once.

From outside: `upload`; `uploader` for what it tells of a file and is told of all.
"""
