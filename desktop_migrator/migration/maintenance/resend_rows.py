"""Mends that write rows: rejected items that can go in after all, and rows sent again.

Nothing is guessed: rows come back only from an item that is still exactly what was sent, and a
rejected item goes in only if the plan takes it and a dry run shows that the database does.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from desktop_migrator.messages import Message, join, plural
from desktop_migrator.migration.maintenance.previous_run import extract_again, open_run_sources
from desktop_migrator.migration.maintenance.repair_run import (
    ProposedRepair,
    RepairAction,
    RepairContext,
    repair_run,
)
from desktop_migrator.migration.maintenance.retry_rejected import Fix, find_fixes
from desktop_migrator.migration.sources.open_sources import Sources
from desktop_migrator.model import ConflictPolicy, Item, TargetEntity
from desktop_migrator.postgres.bookkeeping.quarantine import mark_resolved
from desktop_migrator.postgres.bookkeeping.runs import Run
from desktop_migrator.postgres.connection.engine import translate_errors
from desktop_migrator.postgres.load.batches import BatchLimits, iter_batches
from desktop_migrator.postgres.load.load_order import (
    dependency_levels,
    in_level_order,
    order_parents_first,
)
from desktop_migrator.postgres.verify.compare_sources import items_as_sent
from desktop_migrator.postgres.verify.row_state import SentRow, compare_rows, last_sent_rows

_POLICIES = {
    "missing": ConflictPolicy.SKIP,
    "damaged": ConflictPolicy.OVERWRITE,
    "unclear": ConflictPolicy.OVERWRITE,
}
"""`unclear`: rows that differ, in tables that do not say when they were last changed."""

SentRowsByEntity = Mapping[str, Mapping[str, SentRow]]
"""By entity and id: what was sent for rows that are wanted again."""
HeldItems = Callable[[], Iterator[tuple[str, Item]]]
"""Items with the ids of their rows, from the beginning at each call."""


def retry_rejected(
    context: RepairContext, run: Run, entities: Sequence[TargetEntity]
) -> Iterator[ProposedRepair]:
    unfixable: Counter[str] = Counter()
    with translate_errors(), context.connection.begin() as transaction:
        fixes = find_fixes(context.connection, context.request, run, entities, unfixable)
        transaction.rollback()
    for fix in fixes:
        action = RepairAction(
            Message("rejected items"), fix.problem, fix.remedy, changes=fix.changes
        )
        yield action, partial(load_fix, context, run, entities, fix)
    for code, number in unfixable.items():
        action = RepairAction(
            Message("rejected items"),
            plural(
                "{count:,} was rejected as {code} and cannot be cured here.",
                "{count:,} were rejected as {code} and cannot be cured here.",
                count=number,
                code=code,
            ),
            Message(
                "Correct them in the app, or the plan, and run `desktop-migrator migrate` again."
            ),
            possible=False,
        )
        yield action, None


def load_fix(context: RepairContext, run: Run, entities: Sequence[TargetEntity], fix: Fix) -> str:
    """Load what the fix has, and mark it resolved by the run whose id is returned."""
    with repair_run(context, run, entities, ConflictPolicy.SKIP) as (repair_id, loader):
        loader.load(fix.items, len(fix.items))
        with translate_errors(), context.connection.begin():
            for item in fix.quarantined:
                mark_resolved(context.connection, item, repair_id)
    return repair_id


def resend_rows(
    context: RepairContext, run: Run, entities: Sequence[TargetEntity]
) -> Iterator[ProposedRepair]:
    by_name = {entity.name: entity for entity in entities}
    wanted: dict[str, dict[str, dict[str, SentRow]]] = {}
    with translate_errors(), context.connection.begin():
        for name, rows in compare_rows(context.connection, entities, run, context.reporter).items():
            differing = "damaged" if by_name[name].updated_column else "unclear"
            for kind, ids in (("missing", rows.missing), (differing, rows.damaged)):
                if ids:
                    sent = last_sent_rows(context.connection, by_name[name], run, sorted(ids))
                    wanted.setdefault(kind, {})[name] = sent
    if not wanted:
        return
    with open_run_sources(context.request, run, context.workspace, context.reporter) as found:
        for kind, each in wanted.items():
            held = None
            if found is not None:
                held = partial(_unchanged_items, context, entities, each, found)
            parts = _row_by_row(each, held) if kind == "unclear" else [(each, held)]
            for part, items in parts:
                yield from _propose_resend(context, run, entities, kind, part, items)


def _row_by_row(
    wanted: SentRowsByEntity, held: HeldItems | None
) -> Iterator[tuple[SentRowsByEntity, HeldItems | None]]:
    """Each row alone, as what somebody may have done on purpose is asked about; the sources are
    read once for all."""
    items: dict[tuple[str, str], list[tuple[str, Item]]] = {}
    for row_id, item in held() if held else ():
        items.setdefault((item.entity, row_id), []).append((row_id, item))
    for entity, rows in wanted.items():
        for row_id, sent in rows.items():
            own = items.get((entity, row_id), [])
            yield {entity: {row_id: sent}}, partial(iter, own) if held else None


def _propose_resend(
    context: RepairContext,
    run: Run,
    entities: Sequence[TargetEntity],
    kind: str,
    wanted: SentRowsByEntity,
    held: HeldItems | None,
) -> Iterator[ProposedRepair]:
    """`held` are the sources' items that are what was sent; None: no sources are named."""
    listed = join(
        Message("{number:,} of {entity}", number=len(ids), entity=entity)
        for entity, ids in wanted.items()
    )
    if kind == "missing":
        name = Message("missing rows")
        problem = Message("Rows are gone: {rows}.", rows=listed)
    elif kind == "unclear":
        [(entity, rows)] = wanted.items()
        name = Message("changed rows")
        problem = Message(
            "The row {row} of {entity} is not as it was sent; nothing says whether somebody "
            "changed it on purpose.",
            row=", ".join(rows),
            entity=entity,
        )
    else:
        name = Message("damaged rows")
        problem = Message(
            "Rows are not as they were sent, and nobody changed them: {rows}.", rows=listed
        )
    if held is None:
        remedy = Message("Name the browser's data with --source, so that they can be sent again.")
        yield RepairAction(name, problem, remedy, possible=False), None
        return
    here = {(item.entity, item.source_id) for _, item in held()}
    number, lost = len(here), sum(map(len, wanted.values())) - len(here)
    if number:
        action = RepairAction(
            name,
            problem,
            Message("Send {number:,} again, exactly as they were.", number=number),
            asks=kind == "unclear",
        )
        send = partial(_send, context, run, entities, _POLICIES[kind], held)
        yield action, send
    if lost:
        remedy = Message(
            "Run `desktop-migrator migrate` again for what the browser has of them now."
        )
        lacks = Message(
            "The sources do not hold {number:,} of these rows as they were sent.", number=lost
        )
        yield RepairAction(name, lacks, remedy, possible=False), None


def _send(
    context: RepairContext,
    run: Run,
    entities: Sequence[TargetEntity],
    policy: ConflictPolicy,
    held: HeldItems,
) -> str:
    parts = in_level_order(dependency_levels(entities), lambda: (item for _, item in held()))
    with repair_run(context, run, entities, policy) as (repair_id, loader):
        for level, items in parts:
            loader.load(order_parents_first(items, level))
    return repair_id


def _unchanged_items(
    context: RepairContext,
    entities: Sequence[TargetEntity],
    wanted: SentRowsByEntity,
    sources_and_origins: tuple[Sources, tuple[str, ...]],
) -> Iterator[tuple[str, Item]]:
    """The sources' items that are exactly what was sent for the wanted rows, lazily."""
    by_name = {entity.name: entity for entity in entities}
    outcomes = extract_again(context.request, entities, context.user_id, sources_and_origins)
    for chunk in iter_batches(outcomes, by_name, BatchLimits()):
        sent = wanted.get(chunk.entity)
        if not sent or not chunk.items:
            continue
        # In a transaction that is over before the loader begins its own.
        with translate_errors(), context.connection.begin():
            exact = items_as_sent(
                context.connection, by_name[chunk.entity], context.user_id, chunk.items, sent
            )
        yield from exact
