"""A run's items into rows, chunk by chunk: ids, references, decisions, writing, recording.

From outside: `loader` with its `load_options`, and what it is given or a use case needs by itself:
`batches`, `checkpoint`, `conflicts`, `deduplicate`, `duplicate_key_filter`, `execute_each`,
`isolate_bad_rows`, `load_order`, `natural_keys`, `observer`, `pending_conflicts`, `references`,
`row_matching` and `table_writer`.
"""
