"""How the server is reached: address, engine, errors in our words, retries, advisory locks' keys.

From outside: `address`, `engine`, `errors`, `retry`, `pooler` and `lock_keys`.
"""
