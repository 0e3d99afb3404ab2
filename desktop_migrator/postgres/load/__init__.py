"""A run's items into rows: ids, references, decisions, writing, recording, chunk by chunk.

From outside: `loader`, and what it is given or a use case needs by itself: `batches`,
`checkpoint`, `conflicts`, `deduplicate`, `duplicate_key_filter`, `observer`, `pending_conflicts`,
`references`, `row_matching` and `table_writer`.
"""
