"""From a store to its records: a private copy, the format's reader, key ranges, reading ahead.

From outside: `snapshot`, `read_stores`, `partitions` and `read_ahead`; `emptied`, what was there.
"""
