"""The folder that holds what the program keeps on this computer.

From outside: `workspace`, which makes it; `catalog` of runs and `backup_catalog`, `connections`,
`run_logs`, `audit_trail`, `arrivals` of records, `run_plans`; `settings` and `edit_settings`;
`passphrase_sources`; `catalog_repair` for a catalog that is damaged.
"""
