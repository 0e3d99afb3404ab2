"""What is tried again, how often and after how long."""

import re

import psycopg
import pytest
from psycopg import errors

from desktop_migrator.errors import (
    Cancelled,
    ConnectionFailed,
    DatabaseError,
    MigratorError,
    PermissionMissing,
    UsageError,
)
from desktop_migrator.postgres.connection.errors import translate_error
from desktop_migrator.postgres.connection.retry import RetryPolicy
from tests.recording_reporter import RecordingReporter

LOST = ConnectionFailed(server="The server", reason="it is gone")


class Failing:
    """Fails with the given errors in turn, then succeeds."""

    def __init__(self, *failures: MigratorError) -> None:
        self.failures = list(failures)
        self.calls: list[bool] = []

    def __call__(self, again: bool) -> str:
        self.calls.append(again)
        if self.failures:
            raise self.failures.pop(0)
        return "done"


def test_a_step_that_fails_for_a_passing_reason_is_called_again_and_told_so() -> None:
    step = Failing(LOST, LOST)
    assert RetryPolicy(attempts=3, pause=0).run(step, RecordingReporter()) == "done"
    assert step.calls == [False, True, True]


def test_the_last_attempts_error_is_raised() -> None:
    step = Failing(LOST, LOST, LOST)
    with pytest.raises(ConnectionFailed):
        RetryPolicy(attempts=3, pause=0).run(step, RecordingReporter())
    assert len(step.calls) == 3


def test_a_lasting_reason_is_not_tried_again() -> None:
    step = Failing(PermissionMissing(reason="No.", right="SELECT"))
    with pytest.raises(PermissionMissing):
        RetryPolicy(pause=0).run(step, RecordingReporter())
    assert step.calls == [False]


def test_pauses_double_and_are_up_to_half_as_long_at_random() -> None:
    reporter = RecordingReporter()
    RetryPolicy(attempts=3, pause=0.4).run(Failing(LOST, LOST), reporter)
    first, second = (
        float(re.findall(r"in ([\d.]+) seconds", str(text))[0]) for text in reporter.warnings
    )
    assert 0.2 <= first <= 0.4
    assert 0.4 <= second <= 0.8


def test_a_pause_ends_when_the_person_cancels() -> None:
    reporter = RecordingReporter()
    reporter.cancel.set()
    with pytest.raises(Cancelled):
        RetryPolicy(pause=1000).run(Failing(LOST), reporter)


@pytest.mark.parametrize("settings", [{"attempts": 0}, {"pause": -1.0}])
def test_settings_without_a_meaning_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        RetryPolicy(**settings)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError(),
        errors.ConnectionFailure(),
        errors.SerializationFailure(),
        errors.DeadlockDetected(),
        errors.AdminShutdown(),
        errors.CrashShutdown(),
        errors.CannotConnectNow(),
        errors.TooManyConnections(),
        errors.IdleInTransactionSessionTimeout(),
        errors.LockNotAvailable(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_passes_by_itself_is_transient(error: psycopg.Error) -> None:
    assert translate_error(error).transient


@pytest.mark.parametrize(
    "error",
    [
        errors.DiskFull(),
        errors.DatabaseDropped(),
        errors.InsufficientPrivilege(),
        errors.UndefinedTable(),
        errors.SyntaxError(),
        errors.UniqueViolation(),
        errors.InternalError_(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_stays_is_not_transient(error: psycopg.Error) -> None:
    translated = translate_error(error)
    assert isinstance(translated, DatabaseError)
    assert not translated.transient
