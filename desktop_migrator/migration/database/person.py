"""Whose the migrated data is; apart from the database, which reading a browser does without."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Who the migrated data belongs to: an id in the app's database, or what finds it there."""

    user_id: str | None = None
    email: str | None = None
