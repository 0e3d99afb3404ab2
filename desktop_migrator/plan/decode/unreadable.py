"""Placeholder."""

from msgspec import Raw


def has_unreadable(data: bytes | Raw) -> bool:
    return "␛unreadable:".encode() in bytes(data)
