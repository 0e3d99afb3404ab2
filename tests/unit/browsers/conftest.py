from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where snapshots are kept."""
    return tmp_path / "snapshots"
