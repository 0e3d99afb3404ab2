"""Has JavaScript libraries read what they wrote: makes tests/data/libraries/expected.json.xz.

    python -m tests.tools.library_expectations FOLDER

FOLDER is one outside of the project where the libraries that library_expectations.mjs names are
installed. Needs node.
"""

import json
import lzma
import subprocess
import sys
import tomllib
from pathlib import Path

DATA = Path(__file__).parents[1] / "data" / "libraries"
# The moment at which the pages are read; some of what is in them has expired by then.
NOW_MILLISECONDS = 1_795_971_600_000


def main(folder: str) -> None:
    with lzma.open(DATA / "pages.json.xz") as file:
        pages = json.load(file)
    chains = tomllib.loads((DATA / "chains.toml").read_text())
    records = [
        {"page": page, "key": key, "value": pages[page][key], "chain": chain, "beside": pages[page]}
        for page, keys in chains.items()
        for key, chain in keys.items()
    ]
    script = Path(__file__).with_name("library_expectations.mjs")
    found = subprocess.run(
        ["node", str(script), folder],
        input=json.dumps({"now": NOW_MILLISECONDS, "records": records}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="surrogatepass",
        check=False,
    )
    if found.returncode:
        sys.exit(found.stderr)
    read = json.loads(found.stdout)
    expected: dict[str, dict[str, object]] = {}
    for result in read:
        if result["error"] is None:
            expected.setdefault(result["page"], {})[result["key"]] = result["value"]
        else:
            print(result["page"], result["key"], result["error"], file=sys.stderr)  # noqa: T201
    text = json.dumps(expected, indent=0, sort_keys=True)
    (DATA / "expected.json.xz").write_bytes(lzma.compress(text.encode()))


if __name__ == "__main__":
    main(sys.argv[1])
