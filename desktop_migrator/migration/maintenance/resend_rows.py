"""Mends that write rows: rejected items that can go in after all, and rows sent again.

Nothing is guessed: rows come back only from an item that is still exactly what was sent, and a
rejected item goes in only if the plan takes it and a dry run shows that the database does.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from desktop_migrator.migration.maintenance.previous_run import extracted, opened
from desktop_migrator.migration.maintenance.repair_run import Bench, Mend, Possible, mend_run
from desktop_migrator.migration.maintenance.retry_rejected import Cure, find_cures
from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.model import ConflictPolicy, Item, TargetEntity
from desktop_migrator.postgres.bookkeeping.quarantine import mark_mended
from desktop_migrator.postgres.bookkeeping.runs import Run
from desktop_migrator.postgres.connection.engine import translated
from desktop_migrator.postgres.load.batches import ChunkLimits, chunks
from desktop_migrator.postgres.load.references import levels, parents_first
from desktop_migrator.postgres.verify.compare_sources import as_were
from desktop_migrator.postgres.verify.row_state import Sent, compare_rows, last_sent

_POLICIES = {"missing": ConflictPolicy.SKIP, "damaged": ConflictPolicy.OVERWRITE}

Wanted = Mapping[str, Mapping[str, Sent]]
"""By entity and id: what was sent for rows that are wanted again."""


def mend_rejected(bench: Bench, run: Run, entities: Sequence[TargetEntity]) -> Iterator[Possible]:
    hopeless: Counter[str] = Counter()
    with translated(), bench.connection.begin() as transaction:
        cures = find_cures(bench.connection, bench.subject, run, entities, hopeless)
        transaction.rollback()
    for cure in cures:
        mend = Mend("rejected items", cure.problem, cure.remedy, changes=cure.changes)
        yield mend, partial(_load, bench, run, entities, cure)
    for code, number in hopeless.items():
        mend = Mend(
            "rejected items",
            f"{number:,} were rejected as {code} and cannot be cured here.",
            "Mend them in the app, or the plan, and run `desktop-migrator migrate` again.",
            possible=False,
        )
        yield mend, None


def _load(bench: Bench, run: Run, entities: Sequence[TargetEntity], cure: Cure) -> str:
    with mend_run(bench, run, entities, ConflictPolicy.SKIP) as (mending, loader):
        loader.load(cure.items, len(cure.items))
        with translated(), bench.connection.begin():
            for item in cure.opens:
                mark_mended(bench.connection, item, mending)
    return mending


def mend_rows(bench: Bench, run: Run, entities: Sequence[TargetEntity]) -> Iterator[Possible]:
    by_name = {entity.name: entity for entity in entities}
    wanted: dict[str, dict[str, dict[str, Sent]]] = {}
    with translated(), bench.connection.begin():
        for name, rows in compare_rows(bench.connection, entities, run, bench.reporter).items():
            for kind, ids in (("missing", rows.missing), ("damaged", rows.damaged)):
                if ids:
                    sent = last_sent(bench.connection, by_name[name], run, sorted(ids))
                    wanted.setdefault(kind, {})[name] = sent
    if not wanted:
        return
    with opened(bench.subject, run, bench.workspace, bench.reporter) as found:
        for kind, each in wanted.items():
            yield from _resend(bench, run, entities, kind, each, found)


def _resend(
    bench: Bench,
    run: Run,
    entities: Sequence[TargetEntity],
    kind: str,
    wanted: Wanted,
    found: tuple[Sources, tuple[str, ...]] | None,
) -> Iterator[Possible]:
    name = f"{kind} rows"
    listed = ", ".join(f"{len(ids):,} of {entity}" for entity, ids in wanted.items())
    are = "are gone" if kind == "missing" else "are not as they were sent, and nobody changed them"
    problem = f"Rows {are}: {listed}."
    if found is None:
        remedy = "Name the browser's data with --source, so that they can be sent again."
        yield Mend(name, problem, remedy, possible=False), None
        return
    here = {(item.entity, item.source_id) for item in _items(bench, entities, wanted, found)}
    number, lost = len(here), sum(map(len, wanted.values())) - len(here)
    if number:
        mend = Mend(name, problem, f"Send {number:,} again, exactly as they were.")
        send = partial(_send, bench, run, entities, _POLICIES[kind], wanted, found)
        yield mend, send
    if lost:
        remedy = "Run `desktop-migrator migrate` again for what the browser has of them now."
        lacks = f"The sources do not hold {lost:,} of the {kind} rows as they were sent."
        yield Mend(name, lacks, remedy, possible=False), None


def _send(
    bench: Bench,
    run: Run,
    entities: Sequence[TargetEntity],
    policy: ConflictPolicy,
    wanted: Wanted,
    found: tuple[Sources, tuple[str, ...]],
) -> str:
    with mend_run(bench, run, entities, policy) as (mending, loader):
        for level in levels(entities):
            loader.load(parents_first(_items(bench, level, wanted, found), level))
    return mending


def _items(
    bench: Bench,
    entities: Sequence[TargetEntity],
    wanted: Wanted,
    found: tuple[Sources, tuple[str, ...]],
) -> Iterator[Item]:
    """The sources' items that are exactly what was sent for the wanted rows, lazily."""
    by_name = {entity.name: entity for entity in entities}
    outcomes = extracted(bench.subject, entities, bench.user_id, found)
    for chunk in chunks(outcomes, by_name, ChunkLimits()):
        sent = wanted.get(chunk.entity)
        if not sent or not chunk.items:
            continue
        # In a transaction that is over before the loader begins its own.
        with translated(), bench.connection.begin():
            exact = as_were(
                bench.connection, by_name[chunk.entity], bench.user_id, chunk.items, sent
            )
        yield from exact
