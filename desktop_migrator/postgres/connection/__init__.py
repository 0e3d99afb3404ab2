"""How the server is reached: its address, the engine, errors in our words, and trying again.

From outside: `address`, `engine`, `errors` and `retry`.
"""
