"""The run logs that the support desk asks for: JSON lines without any value from user data.

Four files: what succeeded, errors and rejected items, conflicts, speed. Each begins anew at a
mebibyte, and the four before it are kept. `correlation` ties together what one call wrote, in all
files and in the server's `application_name`.
"""

import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.workspace.workspace import noting_only
from desktop_migrator.model import Outcome, RunResult, UndoResult
from desktop_migrator.reporter import Reporter
from desktop_migrator.system.debug import correlated, correlation_id
from desktop_migrator.system.files import private_file

NAMES = ("success", "errors", "conflicts", "performance")
_MAX_BYTES = 2**20
_KEPT_FILES = 4


def log_file(folder: Path, name: str) -> Path:
    """The file of one of `NAMES`."""
    return folder / f"migration-{name}.log"


def write_run(folder: Path, result: RunResult) -> None:
    """Adds a run that ended, however it did, to the logs it belongs to."""
    facts = {"run": result.run, "outcome": result.outcome, "counts": asdict(result.counts)}
    if result.error is None:
        with _opened(folder, "success") as log:
            log.info("migrated", **facts, verified=result.verified)
    if result.error or result.rejections:
        with _opened(folder, "errors") as log:
            if result.error:
                log.error("stopped", **facts, code=result.error.code)
            for rejection in result.rejections:
                entity, code = rejection.entity, rejection.code
                log.warning("rejected", run=result.run, entity=entity, rejected=code)
    if result.counts.conflicts:
        by_entity = {name: each.conflicts for name, each in result.by_entity.items()}
        with _opened(folder, "conflicts") as log:
            log.info("conflicts", run=result.run, conflicts=by_entity)
    if result.outcome in (Outcome.COMPLETED, Outcome.DRY_RUN):
        with _opened(folder, "performance") as log:
            log.info(
                "speed",
                run=result.run,
                items=result.counts.items,
                seconds=round(result.seconds, 3),
                items_per_second=round(result.items_per_second),
                average_item_size=round(result.average_item_size),
                peak_memory_mb=round(result.peak_memory_mb),
            )


def write_undo(folder: Path, result: UndoResult) -> None:
    """The same for an undo."""
    facts = {
        "run": result.run,
        "undone": list(result.undone_runs),
        "outcome": result.outcome,
        "counts": asdict(result.counts),
    }
    if result.error:
        with _opened(folder, "errors") as log:
            log.error("stopped", **facts, code=result.error.code)
    else:
        with _opened(folder, "success") as log:
            log.info("undone", **facts)


def write_failure(folder: Path, error: MigratorError) -> None:
    """What ended before a run had begun: nothing found, no way into the database."""
    with _opened(folder, "errors") as log:
        log.error("failed", code=error.code, title=error.title)


class _LogFile(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's
        """A log that cannot be written is for the caller to tell."""
        raise  # noqa: PLE0704 - called where the error is handled


@contextmanager
def logging_failure(folder: Path, reporter: Reporter) -> Iterator[None]:
    """Around a use case: one correlation id for all that it writes, and its error is logged."""
    with correlated():
        try:
            yield
        except MigratorError as error:
            with noting_only(reporter):
                write_failure(folder, error)
            raise


@contextmanager
def _opened(folder: Path, name: str) -> Iterator[Any]:
    """A logger that writes into one of the files, which is closed afterwards."""
    handler = _LogFile(
        private_file(log_file(folder, name)),
        maxBytes=_MAX_BYTES,
        backupCount=_KEPT_FILES,
        encoding="utf-8",
    )
    structlog = importlib.import_module("structlog")  # late: help needs no logs
    file = logging.Logger(name)
    file.addHandler(handler)
    try:
        yield structlog.wrap_logger(
            file,
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.BoundLogger,
            correlation=correlation_id(),
        )
    finally:
        handler.close()
