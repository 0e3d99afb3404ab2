"""Encrypted containers on disk (FORMAT.md), and keys and passwords in the system's keyring.

From outside: `sealed_file` with its `payload` and `keys`, `backup_folder`, `credentials`,
`keyring_keys`, `key_file`, `sealed_note`, `recovery_key`, `signatures`; of `container` and `header`
what a file says of itself unopened.
"""
