"""What other programs read: CSV without formulas, JSON whole."""

import csv
import io
import json
from typing import Any

from desktop_migrator.migration.export.formats import ExportFormat, make_writer

ROWS: list[dict[str, Any]] = [
    {"title": "=1+1", "note": "-2", "size": -2},
    {"title": "@x", "extra": ["a"]},
    {"title": "\tx", "note": None},
    {"title": 'half \ud83d, "quoted"\nline'},
]


def written(form: ExportFormat) -> str:
    file = io.StringIO()
    writer = make_writer(form, file)
    for row in ROWS:
        writer.write("tasks", row)
    writer.finish()
    return file.getvalue()


def test_no_cell_is_a_formula() -> None:
    header, *cells = csv.reader(io.StringIO(written(ExportFormat.CSV)))
    assert header == ["kind", "title", "note", "size", "extra"]
    assert cells == [
        ["tasks", "'=1+1", "'-2", "-2", ""],
        ["tasks", "'@x", "", "", '["a"]'],
        ["tasks", "'\tx", "", "", ""],
        ["tasks", 'half \\ud83d, "quoted"\nline', "", "", ""],
    ]


def test_json_has_all_as_it_is() -> None:
    expected = [{"kind": "tasks"} | row for row in ROWS]
    assert json.loads(written(ExportFormat.JSON)) == expected
    lines = written(ExportFormat.NDJSON).splitlines()
    assert [json.loads(line) for line in lines] == expected
    file = io.StringIO()
    make_writer(ExportFormat.JSON, file).finish()
    assert json.loads(file.getvalue()) == []
