"""A run's loading and verifying in several processes.

From outside: `load_parallel` and `verify_parallel`; `load_worker`, a worker's part of the load,
also for a run in one process; `workers`, their pool.
"""
