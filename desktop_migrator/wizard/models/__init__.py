"""Qt's item models over what the engine keeps.

From outside: `items`.
"""
