"""What a mend is, and the run that writes rows for one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine

from desktop_migrator.migration.maintenance.previous_run import Subject
from desktop_migrator.migration.workspace.audit_trail import AuditTrail, Deed
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Counts, Outcome, TargetEntity
from desktop_migrator.postgres.bookkeeping.runs import Run, finish_run, start_run
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.run_lock.run_lock import hold
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Mend:
    name: str
    problem: str
    """What is amiss."""
    remedy: str
    """What is to be done: by this program or, where it cannot, by a person."""
    possible: bool = True
    """Whether this program can do it."""
    changes: tuple[tuple[str, str], ...] = ()
    """Texts before and after, cut to where they differ."""


@dataclass(frozen=True, slots=True)
class Mended:
    mend: Mend
    done: bool
    run: str | None = None
    """The run that wrote rows for it, to be undone by `rollback --run`."""


Possible = tuple[Mend, Callable[[], str | None] | None]
"""A mend, and what does it and returns its run; None where that is not possible."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where mending happens."""

    engine: Engine
    connection: Connection
    subject: Subject
    workspace: Workspace
    reporter: Reporter
    user_id: str
    given: str | None = None
    """A passphrase or recovery key that opens backups."""


@contextmanager
def mend_run(
    bench: Bench, mended: Run, entities: Sequence[TargetEntity], policy: ConflictPolicy
) -> Iterator[tuple[str, Loader]]:
    """A run that mends another one, with the lock held: its id and its loader. Raises Locked."""
    connection, plan = bench.connection, bench.subject.plan
    trail = AuditTrail(bench.workspace.catalog)

    def deed(outcome: str, counts: Counts | None = None) -> Deed:
        return Deed(
            action="repair",
            user_id=bench.user_id,
            run=run,
            plan_digest=plan.digest,
            outcome=outcome,
            counts=None if counts is None else asdict(counts),
        )

    with hold(bench.engine, bench.user_id, plan.name) as lock:
        with translated(), connection.begin():
            run = start_run(
                connection,
                user_id=bench.user_id,
                plan=plan.name,
                plan_digest=bytes.fromhex(plan.digest),
                policy=policy,
                mends=mended.id,
                origins=mended.origins,
            )
            lock.enter(connection, run)
            kept = trail.record(connection, deed("begun"))
        trail.keep(kept)
        loader = Loader(
            connection,
            entities,
            run=run,
            user_id=bench.user_id,
            policy=policy,
            reporter=bench.reporter,
            keep_going=False,
            fence=lock.fence(run),
        )
        outcome = Outcome.FAILED
        try:
            yield run, loader
            outcome = Outcome.COMPLETED
        finally:
            totals = Counts()
            for counts in loader.counts.values():
                totals += counts
            with translated(), connection.begin():
                finish_run(connection, run, outcome, loader.counts)
                kept = trail.record(connection, deed(outcome, totals))
            trail.keep(kept)
