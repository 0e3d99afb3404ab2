"""How the server is reached: address, engine, errors in our words, retries, advisory locks' keys.

From outside: `address`, `engine`, `errors`, `retry` and `lock_keys`.
"""
