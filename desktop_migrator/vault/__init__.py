"""Encrypted containers on disk, and keys and passwords in the system's keyring."""
