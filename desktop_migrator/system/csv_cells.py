"""What may stand in a cell of a CSV file that a spreadsheet program opens."""

import json
from datetime import datetime

from desktop_migrator.system.times import rfc3339

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""With which spreadsheets take a text for a formula, and may run it."""


def csv_cell(value: object) -> object:
    """The value, as text where it is an object or array; none that would be taken for a formula."""
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, dict | list):
        value = json.dumps(value)
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "backslashreplace").decode()
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
