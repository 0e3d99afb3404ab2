"""Verifies a run's rows by several processes at once, each its share of the chunks."""

from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

from desktop_migrator.errors import Cancelled, MigratorError
from desktop_migrator.migration.run.parallel.workers import worker_pool
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.model import TargetEntity
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import address_of, create_engine_for
from desktop_migrator.postgres.connection.errors import translate_errors
from desktop_migrator.postgres.verify.verify_run import (
    Verification,
    merge_verifications,
    verify,
)
from desktop_migrator.reporter import NullReporter, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTask:
    """What one process is to verify."""

    address: Address
    entities: tuple[TargetEntity, ...]
    run: str
    share: int
    share_count: int
    """How many shares there are."""


@dataclass(frozen=True, slots=True)
class VerifyProgress:
    share: int
    rows: int
    """Until now."""


def verify_parallel(
    run: RunContext, entities: Sequence[TargetEntity], worker_count: int, rows: int
) -> Verification:
    """As `verify`, by this many processes; `rows` is how many there are to check."""
    run.reporter.started(Stage.VERIFY, rows)
    address = address_of(run.connection)
    tasks = [
        VerifyTask(
            address=address,
            entities=tuple(entities),
            run=run.id,
            share=share,
            share_count=worker_count,
        )
        for share in range(worker_count)
    ]
    checked = [0] * worker_count
    verified: list[Verification] = []
    with worker_pool(verify_worker_main, tasks) as processes:
        for message in processes.messages():
            match message:
                case MigratorError():
                    raise message
                case VerifyProgress():
                    checked[message.share] = message.rows
                    run.reporter.advanced(Stage.VERIFY, sum(checked), rows)
                case Verification():
                    verified.append(message)
            if run.reporter.cancelled:
                raise Cancelled
    return merge_verifications(verified)


def verify_worker_main(task: VerifyTask, pipe: Pipe) -> None:
    """The process's main function."""
    with (
        create_engine_for(task.address).connect() as connection,
        translate_errors(),
        connection.begin(),
    ):
        reporter = _PipeReporter(task.share, pipe)
        pipe.send(
            verify(
                connection,
                task.entities,
                task.run,
                reporter,
                worker_index=task.share,
                worker_count=task.share_count,
            )
        )


class _PipeReporter(NullReporter):
    def __init__(self, share: int, pipe: Pipe) -> None:
        super().__init__()
        self._share = share
        self._pipe = pipe

    def advanced(self, stage: str, current: int, total: int | None) -> None:
        self._pipe.send(VerifyProgress(self._share, current))
