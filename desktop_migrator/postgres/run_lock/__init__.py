"""One writer for each person and table at a time, on all computers.

From outside: `run_lock`; `leases`, which tell who holds it.
"""
