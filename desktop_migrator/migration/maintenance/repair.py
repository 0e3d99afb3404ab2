"""Mends what is amiss with a run: each mend is shown first, and done only if that is decided.

Rows are written by a run of its own for each mend, through the loader, so that its journal and
`rollback --run` hold for it too (`mend_rows`). Everything else is entered in the audit trail.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sqlalchemy import Connection

from desktop_migrator.errors import MigratorError, RunNotFound
from desktop_migrator.migration.backups.manage import Found, list_backups, verify_backup
from desktop_migrator.migration.database.open_database import open_database, person_id, printable
from desktop_migrator.migration.maintenance.previous_run import Subject, find_run, find_tables
from desktop_migrator.migration.maintenance.repair_run import Bench, Mend, Mended, Possible
from desktop_migrator.migration.maintenance.resend_rows import mend_rejected, mend_rows
from desktop_migrator.migration.workspace import catalog_repair
from desktop_migrator.migration.workspace.audit_trail import AuditTrail, Deed
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.postgres.bookkeeping.schema import upgrade, version
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.run_lock.leases import STALE_SECONDS, Lease, clear, find_leases
from desktop_migrator.postgres.schema import indexes
from desktop_migrator.postgres.types import adapters
from desktop_migrator.reporter import Reporter


def repair(
    subject: Subject,
    workspace: Workspace,
    reporter: Reporter,
    decide: Callable[[Mend], bool],
    given: str | None = None,
) -> list[Mended]:
    """Shows each mend to `decide`, and does those to which it says yes.

    `given` opens backups whose key the keyring does not have.
    Raises RunNotFound; and Locked where rows are to be written and a run is at work.
    """
    with (
        open_database(subject.database, workspace, reporter) as engine,
        engine.connect() as connection,
    ):
        if not _upgraded(connection):
            mend = Mend("bookkeeping", "It is of an older version.", "Bring it up to date.")
            if not decide(mend):
                return [Mended(mend, done=False)]
            with translated(), connection.begin():
                upgrade(connection)
            done = [Mended(mend, done=True)]
        else:
            done = []
        with translated(), connection.begin():
            user_id = person_id(connection, subject.plan, subject.person, reporter)
        bench = Bench(engine, connection, subject, workspace, reporter, user_id, given)
        for mend, act in _mends(bench):
            agreed = decide(mend) and act is not None
            done.append(Mended(mend, agreed, act() if agreed and act else None))
    return done


def _upgraded(connection: Connection) -> bool:
    with translated(), connection.begin():
        found = version(connection)
    if found.found is None or not found.known:
        raise RunNotFound(reason="This database has no bookkeeping that this program knows.")
    return found.current


def _mends(bench: Bench) -> Iterator[Possible]:
    yield from _catalog(bench)
    yield from _backups(bench)
    yield from _leases(bench)
    yield from _indexes(bench)
    with translated(), bench.connection.begin():
        run = find_run(bench.connection, bench.user_id, bench.subject.plan, bench.subject.run)
        tables = find_tables(bench.connection, bench.subject.plan, run)
    yield from mend_rejected(bench, run, tables.entities)
    yield from mend_rows(bench, run, tables.entities)


def _catalog(bench: Bench) -> Iterator[Possible]:
    catalog = bench.workspace.catalog
    with translated(), bench.connection.begin():
        lacking = catalog_repair.lacking(bench.connection, catalog, bench.user_id)
    amiss = catalog_repair.damage(catalog) if catalog.exists() else lacking and "missing"
    if not amiss and not lacking:
        return
    mend = Mend(
        "catalog",
        f"{catalog.name}, what this computer remembers of its runs: {amiss or lacking}.",
        "Make it again from what can be read of it and from the database; a damaged file is kept "
        "beside it.",
    )
    yield mend, partial(_rebuild, bench)


def _rebuild(bench: Bench) -> None:
    catalog = bench.workspace.catalog
    with translated(), bench.connection.begin():
        database = printable(bench.subject.database)
        catalog_repair.rebuild(bench.connection, catalog, bench.user_id, database)
    _record(bench, "catalog")


def _backups(bench: Bench) -> Iterator[Possible]:
    unlisted = [found for found in list_backups(bench.workspace) if found.listed is None]
    if unlisted:
        mend = Mend(
            "backups",
            f"Of {len(unlisted):,} backups in {bench.workspace.backups} the catalog does not know "
            "what they hold and which run they belong to.",
            "Open each, with the keyring's key or the passphrase, and list it.",
        )
        yield mend, partial(_list_backups, bench, unlisted)


def _list_backups(bench: Bench, unlisted: Sequence[Found]) -> None:
    for found in unlisted:
        try:
            verify_backup(bench.workspace, found.id, bench.given, bench.reporter)
        except MigratorError as error:
            bench.reporter.warned(f"Backup {found.id} is not listed: {error}")
    _record(bench, "backups")


def _leases(bench: Bench) -> Iterator[Possible]:
    with translated(), bench.connection.begin():
        leases = find_leases(adapters.cursor(bench.connection).connection, bench.user_id)
    for lease in leases:
        if lease.held or lease.silent <= STALE_SECONDS:
            continue
        mend = Mend(
            "lease",
            f"Run {lease.run} on {lease.host}, process {lease.process}, was cut off and left its "
            f"lease; its last sign of life was {lease.silent:,.0f} seconds ago.",
            "Clear the lease.",
        )
        yield mend, partial(_clear, bench, lease)


def _clear(bench: Bench, lease: Lease) -> None:
    with translated(), bench.connection.begin():
        driver = adapters.cursor(bench.connection).connection
        clear(driver, lease.user_id, lease.plan, force=False)
    _record(bench, "lease", lease.run)


def _indexes(bench: Bench) -> Iterator[Possible]:
    with translated(), bench.connection.begin():
        waiting = indexes.dropped(bench.connection)
    if waiting:
        names = ", ".join(f"{index.name} of {index.target}" for index in waiting)
        problem = f"A load that was cut off has left away {names}."
        yield Mend("indexes", problem, "Make them again."), partial(_heal, bench)


def _heal(bench: Bench) -> None:
    indexes.heal(bench.connection)
    _record(bench, "indexes")


def _record(bench: Bench, what: str, run: str | None = None) -> None:
    """Into the audit trails: what was mended without writing rows."""
    trail = AuditTrail(bench.workspace.catalog)
    deed = Deed(action="repair", user_id=bench.user_id, run=run, outcome=what)
    with translated(), bench.connection.begin():
        kept = trail.record(bench.connection, deed)
    trail.keep(kept)
