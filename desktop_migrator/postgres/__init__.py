"""Where the data goes: one database server, its tables and our bookkeeping there; knows no
browser.

From outside: `connection` and `types` are for all; `bookkeeping`, `schema`, `run_lock`, `load`,
`undo`, `verify` and `builtin_server` each say what of them.
"""
