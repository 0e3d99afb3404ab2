"""What was found and what was migrated, for other programs to read.

From outside: `export_rows` and `export_rejected`; `formats` writes them.
"""
