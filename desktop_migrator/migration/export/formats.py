"""How what is exported is written: JSON, lines of JSON, CSV or SQL."""

import csv
import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TextIO

from desktop_migrator.system.csv_cells import csv_cell


class ExportFormat(StrEnum):
    JSON = "json"
    """One array."""
    NDJSON = "ndjson"
    """An object on each line."""
    CSV = "csv"
    """One table, with a column for everything that any of them has."""
    SQL = "sql"
    """INSERTs, in one transaction."""


class ExportWriter(Protocol):
    def write(self, kind: str, values: dict[str, Any]) -> None:
        """`kind` is the table's name, or what else it is one of."""

    def finish(self) -> None: ...


class _Json:
    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._separator = "["

    def write(self, kind: str, values: dict[str, Any]) -> None:
        self._file.write(f"{self._separator}\n{_line(kind, values)}")
        self._separator = ","

    def finish(self) -> None:
        self._file.write("\n]\n" if self._separator == "," else "[]\n")


class _Ndjson:
    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, kind: str, values: dict[str, Any]) -> None:
        self._file.write(_line(kind, values) + "\n")

    def finish(self) -> None:
        pass


class _Csv:
    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._rows: list[dict[str, Any]] = []

    def write(self, kind: str, values: dict[str, Any]) -> None:
        self._rows.append({"kind": kind} | values)

    def finish(self) -> None:
        names = dict.fromkeys(name for row in self._rows for name in row)
        writer = csv.writer(self._file, lineterminator="\n")
        writer.writerow(map(csv_cell, names))
        for row in self._rows:
            writer.writerow(csv_cell(row.get(name)) for name in names)


class _Sql:
    """A row as its JSON, which the server makes a row of again, whatever types its columns have."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._file.write("SET standard_conforming_strings = on;\nBEGIN;\n")

    def write(self, kind: str, values: dict[str, Any]) -> None:
        table = '"' + kind.replace('"', '""') + '"'
        names = ", ".join('"' + name.replace('"', '""') + '"' for name in values)
        text = json.dumps(values, ensure_ascii=False).replace("'", "''")
        self._file.write(
            f"INSERT INTO {table} ({names}) SELECT {names}"  # noqa: S608 - a file of statements
            f" FROM jsonb_populate_record(NULL::{table}, '{text}');\n"
        )

    def finish(self) -> None:
        self._file.write("COMMIT;\n")


_WRITERS: dict[ExportFormat, Callable[[TextIO], ExportWriter]] = {
    ExportFormat.JSON: _Json,
    ExportFormat.NDJSON: _Ndjson,
    ExportFormat.CSV: _Csv,
    ExportFormat.SQL: _Sql,
}


def make_writer(form: ExportFormat, file: TextIO) -> ExportWriter:
    """CSV is kept in memory until it is finished; all else is written as it comes."""
    return _WRITERS[form](file)


def _line(kind: str, values: dict[str, Any]) -> str:
    """ASCII, so that lone surrogates come through any pipe exactly."""
    return json.dumps({"kind": kind} | values)
