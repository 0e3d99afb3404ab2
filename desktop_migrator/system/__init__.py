"""What the operating system gives and Python does not wrap; knows nothing of the program.

From outside: `csv_cells`, `times`, `debug`, `files`, `file_lock`, `memory`, `process_marker` and
`resources`.
"""
