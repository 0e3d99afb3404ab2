"""LevelDB's files as they lie on the disk: what their checksums vouch for, and what is broken.

From outside: `salvage`; valid folders are read by LevelDB itself.
"""
