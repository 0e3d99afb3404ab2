"""Changes to a browser's profile: prepared in a copy, then swapped in, all stores or none.

From outside: `write_profile`; `atomic_swap` to undo what a crash cut off.
"""
