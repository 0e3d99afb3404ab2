"""Which items and columns they are that came out otherwise than they were sent."""

from collections.abc import Iterator, Sequence

from desktop_migrator.messages import NOTHING, Message, join
from desktop_migrator.migration.run.run_context import RunContext
from desktop_migrator.model import Item, TargetEntity
from desktop_migrator.postgres.load.table_writer import TableWriter
from desktop_migrator.postgres.types import adapters
from desktop_migrator.postgres.types.digest import digester
from desktop_migrator.postgres.verify.verify_run import Verification

_MAX_NAMED = 5


def name_differences(
    run: RunContext, entities: Sequence[TargetEntity], verification: Verification
) -> Message:
    """The first few, as far as their ids tell which items they are; in the caller's transaction.

    Reads the sources once more, since of what was sent the bookkeeping has digests alone.
    """
    wanted = {(each.entity, each.id) for each in verification.examples if not each.missing}
    if not wanted:
        return NOTHING
    by_name = {entity.name: TableWriter(entity, run.user_id) for entity in entities}
    named: list[Message] = []
    passes = list(run.extractors)
    for outcome in run.extract_items(entities):
        key = outcome.entity, str(outcome.id) if isinstance(outcome, Item) else ""
        if isinstance(outcome, Item) and key in wanted:
            wanted.discard(key)
            columns = ", ".join(_differing_columns(run, by_name[outcome.entity], outcome))
            named.append(
                Message(
                    "{columns} of {entity} {position} in {key}",
                    columns=columns,
                    entity=outcome.entity,
                    position=outcome.source.position,
                    key=outcome.source.key,
                )
            )
        if not wanted or len(named) >= _MAX_NAMED:
            break
    run.extractors[:] = passes  # whose counts are what the run tells
    return join(named, "; ") if named else NOTHING


def _differing_columns(run: RunContext, writer: TableWriter, item: Item) -> Iterator[str]:
    row = writer.read(adapters.cursor(run.connection), [str(item.id)]).get(str(item.id))
    if row is None:
        return
    subset = writer.column_subset(item)
    sent, found = subset.project(item.values), subset.project(row.values)
    for column, own, other in zip(subset.columns, sent, found, strict=True):
        digest = digester([column])
        if digest([own]) != digest([other]):
            yield column.name
