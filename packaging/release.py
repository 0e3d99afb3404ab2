"""What every way of packing the program needs: its version, its wheel, licences, sums."""

import hashlib
import os
import re
import subprocess
from email import message_from_string
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / "build" / "tools" / "bin"
"""The virtual environment of requirements/packaging.txt, which the Makefile makes."""

_QT_NOTE = """\
Qt and PySide6 are used under the LGPL, version 3. Their libraries lie as files of their own beside
the program ({where}) and may be replaced by others of the same interface. Their source is that of
the release named below, at https://download.qt.io and https://code.qt.io; psycopg's, LGPL too, is
at https://github.com/psycopg/psycopg.
"""


def version() -> str:
    """The one place that it stands in."""
    text = (ROOT / "desktop_migrator" / "__init__.py").read_text("utf-8")
    match = re.search(r'^__version__ = "(\d+\.\d+\.\d+)"$', text, re.MULTILINE)
    if match is None:
        raise SystemExit("desktop_migrator/__init__.py has no __version__ of three numbers.")
    return match[1]


def source_date() -> int:
    """Seconds since 1970 that go into what is packed: SOURCE_DATE_EPOCH, else the last commit's."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    return int(given or run("git", "log", "-1", "--format=%ct", capture=True))


def run(
    *command: str | Path, capture: bool = False, environment: dict[str, str] | None = None
) -> str:
    """Run a program in the checkout; its standard output if captured. SystemExit if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "0"} | (environment or {}),
        stdout=subprocess.PIPE if capture else None,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command[0]} failed with code {done.returncode}.\n{done.stdout or ''}")
    return (done.stdout or "").strip()


def build_wheel(folder: Path) -> Path:
    """The program itself, resources and compiled translations included."""
    run(TOOLS / "python", "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    return next(folder.glob(f"desktop_migrator-{version()}-*.whl"))


def write_licences(packages: Path, file: Path, where: str) -> None:
    """One text with the licences of all packages that lie in a folder, by their metadata."""
    parts = [_QT_NOTE.format(where=where)]
    for info in sorted(packages.glob("*.dist-info"), key=lambda path: path.name.lower()):
        about = message_from_string((info / "METADATA").read_text("utf-8"))
        licence = about["License-Expression"] or about["License"] or "see below"
        parts.append(f"{'=' * 79}\n{about['Name']} {about['Version']}: {licence.splitlines()[0]}")
        parts += [
            path.read_text("utf-8", "replace").strip()
            for path in sorted(info.rglob("*"))
            if re.match(r"(?i)(licen[cs]e|copying|notice|authors)", path.name) and path.is_file()
        ]
    file.write_text("\n\n".join(parts) + "\n", "utf-8")


def write_sum(file: Path) -> str:
    """SHA-256 in a file beside it, as `sha256sum --check` reads it."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_name(f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n", "utf-8")
    return digest
