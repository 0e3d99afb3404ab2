"""Who is told of losses."""

import pytest


def unexpected(what: str, lost: int | None) -> None:
    """Where nothing may be lost."""
    pytest.fail(f"{what}: {lost}")
