"""Who is told of losses."""

import pytest

from desktop_migrator.messages import Message


def unexpected(what: Message, lost: int | None) -> None:
    """Where nothing may be lost."""
    pytest.fail(f"{what}: {lost}")
