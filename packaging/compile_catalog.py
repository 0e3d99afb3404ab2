"""Compiles a catalog: `compile_catalog.py FILE.po FILE.mo`, the same bytes each time.

`pybabel compile` puts the time into them where the catalog has none, as ours do not.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def main(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalog = read_po(file, locale=source.parent.parent.name)
    catalog.creation_date = datetime.fromtimestamp(0, UTC)
    with target.open("wb") as file:
        write_mo(file, catalog)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
