"""Qt's item models over what the engine keeps.

From outside: `conflicts` and `items`.
"""
