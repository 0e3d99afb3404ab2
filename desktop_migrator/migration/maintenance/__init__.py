"""What is done after a run: looking into it, checking it, repairing it, and tending its tables.

From outside: `previous_run`, which finds the run; `validate`, `repair` and `repair_run`, `analyze`
with `profile_sources`, and `optimize`; `retry_rejected` and `resend_rows`, by which everybody's
rejected items are retried.
"""
