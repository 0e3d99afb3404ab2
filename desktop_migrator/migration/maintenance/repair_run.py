"""What a repair is, and the run that writes rows for one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Engine

from desktop_migrator.messages import Message
from desktop_migrator.migration.maintenance.previous_run import MaintenanceRequest
from desktop_migrator.migration.workspace.audit_trail import AuditEvent, AuditTrail
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, Counts, Outcome, TargetEntity
from desktop_migrator.postgres.bookkeeping.runs import Run, finish_run, start_run
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.load.load_options import LoadOptions
from desktop_migrator.postgres.load.loader import Loader
from desktop_migrator.postgres.run_lock.run_lock import hold_run_lock
from desktop_migrator.reporter import Reporter


@dataclass(frozen=True, slots=True)
class RepairAction:
    name: Message
    problem: Message
    """What is amiss."""
    remedy: Message
    """What is to be done: by this program or, where it cannot, by a person."""
    possible: bool = True
    """Whether this program can do it."""
    asks: bool = False
    """Whether it may undo what somebody did on purpose, so that nobody's word for all is enough."""
    changes: tuple[tuple[str, str], ...] = ()
    """Texts before and after, cut to where they differ."""


@dataclass(frozen=True, slots=True)
class RepairResult:
    action: RepairAction
    done: bool
    run: str | None = None
    """The run that wrote rows for it, to be undone by `rollback --run`."""


ProposedRepair = tuple[RepairAction, Callable[[], str | None] | None]
"""A repair, and what does it and returns its run; None where that is not possible."""


@dataclass(frozen=True, slots=True)
class RepairContext:
    """Where repairs happen."""

    engine: Engine
    connection: Connection
    request: MaintenanceRequest
    workspace: Workspace
    reporter: Reporter
    user_id: str
    passphrase_or_key: str | None = None
    """A passphrase or recovery key that opens backups."""


@contextmanager
def repair_run(
    context: RepairContext,
    repaired_run: Run,
    entities: Sequence[TargetEntity],
    policy: ConflictPolicy,
) -> Iterator[tuple[str, Loader]]:
    """A run that repairs another one, with the lock held: its id and its loader.

    Raises RunLocked.
    """
    connection, plan = context.connection, context.request.plan
    trail = AuditTrail(context.workspace.catalog)

    def audit_event(outcome: str, counts: Counts | None = None) -> AuditEvent:
        return AuditEvent(
            action="repair",
            user_id=context.user_id,
            run=run,
            plan_digest=plan.digest,
            outcome=outcome,
            counts=None if counts is None else asdict(counts),
        )

    with hold_run_lock(context.engine, context.user_id, plan.name) as lock:
        with translate_errors(), connection.begin():
            run = start_run(
                connection,
                user_id=context.user_id,
                plan=plan.name,
                plan_digest=bytes.fromhex(plan.digest),
                policy=policy,
                repairs=repaired_run.id,
                origins=repaired_run.origins,
                session=repaired_run.session,
            )
            lock.write_lease(connection, run)
            kept = trail.record_in_database(connection, audit_event("begun"))
        trail.append_local(kept)
        loader = Loader(
            connection,
            entities,
            LoadOptions(
                run=run,
                user_id=context.user_id,
                policy=policy,
                keep_going=False,
                fence=lock.fence(run),
            ),
            context.reporter,
        )
        outcome = Outcome.FAILED
        try:
            yield run, loader
            outcome = Outcome.COMPLETED
        finally:
            totals = Counts()
            for counts in loader.counts.values():
                totals += counts
            with translate_errors(), connection.begin():
                finish_run(connection, run, outcome, loader.counts)
                kept = trail.record_in_database(connection, audit_event(outcome, totals))
            trail.append_local(kept)
