"""What happens to a connection that the program has opened is told as an error of its own."""

from pathlib import Path

import pytest
from sqlalchemy import text

from desktop_migrator.errors import DatabaseError
from desktop_migrator.migration.database.open_database import open_database
from desktop_migrator.migration.workspace.workspace import Workspace
from tests.recording_reporter import RecordingReporter


def test_a_server_that_cuts_a_connection_off_is_told_with_a_code(
    database: str, tmp_path: Path
) -> None:
    workspace = Workspace.open(tmp_path)
    with (
        pytest.raises(DatabaseError) as told,
        open_database(database, workspace, RecordingReporter()) as engine,
        engine.connect() as connection,
    ):
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert told.value.code != "DM-999"
