"""The step of a load that records: what was done to which rows, and which texts are escaped."""

from desktop_migrator.postgres.bookkeeping.chunks import Action, insert_chunk
from desktop_migrator.postgres.bookkeeping.escaped_texts import record_escaped_columns
from desktop_migrator.postgres.load.chunk import Chunk
from desktop_migrator.postgres.load.table_writer import TableWriter

_WRITTEN = (Action.INSERTED, Action.UPDATED)


def record_chunk(chunk: Chunk, writer: TableWriter) -> None:
    """In the transaction that wrote the chunk."""
    for record in chunk.records:
        insert_chunk(chunk.cursor, record, writer.xmin_query)
    written = [operation for operation in chunk.done if operation.action in _WRITTEN]
    touched = [operation.item for operation in written if operation.merged is None]
    merged = [operation.merged for operation in written if operation.merged is not None]
    updates = any(operation.action is Action.UPDATED for operation in written)
    if updates or any(item.escaped for item in touched):
        record_escaped_columns(
            chunk.cursor,
            target=writer.escaped_target,
            written_items=touched,
            merged_items=merged,
        )
