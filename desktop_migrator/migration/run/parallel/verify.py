"""Verifies a run's rows by several processes at once, each its share of the chunks."""

from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

from desktop_migrator.errors import Cancelled, MigratorError
from desktop_migrator.migration.run.parallel.workers import team
from desktop_migrator.migration.run.run_context import UnderWay
from desktop_migrator.model import TargetEntity
from desktop_migrator.postgres.connection.address import Address
from desktop_migrator.postgres.connection.engine import address_of, engine_to
from desktop_migrator.postgres.connection.errors import translated
from desktop_migrator.postgres.verify.verify_run import STAGE, Verification, united, verify
from desktop_migrator.reporter import NullReporter


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTask:
    """What one process is to verify."""

    address: Address
    entities: tuple[TargetEntity, ...]
    run: str
    former: int
    share: int
    of: int
    """How many shares there are."""


@dataclass(frozen=True, slots=True)
class Checked:
    share: int
    rows: int
    """Until now."""


def verify_together(
    run: UnderWay, entities: Sequence[TargetEntity], number: int, rows: int
) -> Verification:
    """As `verify`, by this many processes; `rows` is how many there are to check."""
    run.reporter.started(STAGE, rows)
    address = address_of(run.connection)
    tasks = [
        CheckTask(
            address=address,
            entities=tuple(entities),
            run=run.id,
            former=run.former,
            share=share,
            of=number,
        )
        for share in range(number)
    ]
    checked = [0] * number
    verified: list[Verification] = []
    with team(check, tasks) as processes:
        for message in processes.messages():
            match message:
                case MigratorError():
                    raise message
                case Checked():
                    checked[message.share] = message.rows
                    run.reporter.advanced(STAGE, sum(checked), rows)
                case Verification():
                    verified.append(message)
            if run.reporter.cancelled:
                raise Cancelled
    return united(verified)


def check(task: CheckTask, pipe: Pipe) -> None:
    """The process's main function."""
    with (
        engine_to(task.address).connect() as connection,
        translated(),
        connection.begin(),
    ):
        reporter = _Telling(task.share, pipe)
        pipe.send(
            verify(
                connection,
                task.entities,
                task.run,
                reporter,
                task.former,
                share=task.share,
                of=task.of,
            )
        )


class _Telling(NullReporter):
    def __init__(self, share: int, pipe: Pipe) -> None:
        super().__init__()
        self._share = share
        self._pipe = pipe

    def advanced(self, stage: str, current: int, total: int | None) -> None:
        self._pipe.send(Checked(self._share, current))
