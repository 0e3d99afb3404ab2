"""Moments as machines read them."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """In UTC: `2026-07-01T12:00:00.250000Z`. A moment without a zone is in UTC already."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
