"""What was found and what was migrated, for other programs to read.

From outside: `export_rows`, for what a run wrote or kept aside; `formats`, which writes it.
"""
