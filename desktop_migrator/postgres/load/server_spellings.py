"""The step of a load that has the server read the values of types that are not known here.

What it makes of a text (`PT1H30M` becomes `01:30:00`) is what rows will be compared with, so that
item and row are equal where the server holds them equal. A value that the server cannot read
rejects its item and costs its neighbours nothing.
"""

from collections.abc import Sequence

import sqlalchemy
from msgspec import UNSET
from msgspec.structs import replace
from psycopg import sql

from desktop_migrator.model import Column, ColumnType, Item, TargetEntity
from desktop_migrator.postgres.connection.errors import ROW_ERRORS, copy_error_line
from desktop_migrator.postgres.load.chunk import Chunk
from desktop_migrator.postgres.load.isolate_bad_rows import RowsRefusedError, isolate_bad_rows
from desktop_migrator.postgres.load.rejections import rejected_by_database
from desktop_migrator.postgres.load.table_writer import Cursor

_STAGE = sql.Identifier("desktop_migrator_texts")


class ServerSpellings:
    """Of one entity's columns."""

    def __init__(self, entity: TargetEntity) -> None:
        self._places = [
            place for place, column in enumerate(entity.columns) if column.type is ColumnType.OTHER
        ]
        columns = [entity.columns[place] for place in self._places]
        names = [sql.Identifier(f"c{place}") for place in self._places]
        self._create = sql.SQL("CREATE TEMPORARY TABLE {} (n integer, {}) ON COMMIT DROP").format(
            _STAGE,
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(name, sql.SQL(_staged_as(column)))
                for name, column in zip(names, columns, strict=True)
            ),
        )
        self._read = sql.SQL("SELECT {} FROM {} ORDER BY n").format(
            sql.SQL(", ").join(
                sql.SQL("{}::{}::text").format(name, sql.SQL(column.declared))
                for name, column in zip(names, columns, strict=True)
            ),
            _STAGE,
        )

    def unify(self, connection: sqlalchemy.Connection, chunk: Chunk) -> None:
        """The chunk's new items with the server's spelling of such values; rejects those that have
        values which it does not read."""
        if not self._places:
            return

        def refuse(item: Item, cause: BaseException) -> None:
            chunk.rejected.append((rejected_by_database(item, cause), item))

        def spell(items: Sequence[Item]) -> list[Item]:
            return self._spelled(chunk.cursor, items)

        spelled: list[Item] = []
        for _, items in isolate_bad_rows(connection, chunk.new, spell, refuse):
            spelled += items
        chunk.new = spelled

    def _spelled(self, cursor: Cursor, items: Sequence[Item]) -> list[Item]:
        cursor.execute(self._create)
        index = 0
        try:
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(_STAGE)) as copy:
                for index, item in enumerate(items):
                    values = [item.values[place] for place in self._places]
                    copy.write_row([index, *(None if each is UNSET else each for each in values)])
        except ROW_ERRORS as error:
            line = copy_error_line(error)
            raise RowsRefusedError(line - 1 if line else None, error) from None
        rows = cursor.execute(self._read).fetchall()
        cursor.execute(sql.SQL("DROP TABLE {}").format(_STAGE))
        return [self._with(item, texts) for item, texts in zip(items, rows, strict=True)]

    def _with(self, item: Item, texts: Sequence[str | None]) -> Item:
        values = list(item.values)
        for place, text in zip(self._places, texts, strict=True):
            if values[place] is not UNSET:
                values[place] = text
        return replace(item, values=tuple(values))


def _staged_as(column: Column) -> str:
    """Which type reads the text: money's own takes points for what the server's country does."""
    return "numeric" if column.declared == "money" else column.declared
