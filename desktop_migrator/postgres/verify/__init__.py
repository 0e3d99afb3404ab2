"""Whether everything is as it should be: a run's rows, the sources, the tables, the connection.

From outside: `verify_run`, `compare_sources`, `row_state`, `read_rows`, `rows_present`,
`text_digests`, `table_checks`, `electric_checks` and `connection_checks`, whose result is one of
`checks`.
"""
