"""The app's own tables: looked up, made, indexed, granted, and whether they are healthy.

From outside: `introspect`, `policies`, `create_tables`, `indexes`, `grants`, `personal_logins`,
`table_health` and `user_lookup`.
"""
