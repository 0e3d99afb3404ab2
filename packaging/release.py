"""What every way of packing the program needs: its version, its wheel, licences, sums."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

from desktop_migrator.migration.program.licences import PACKAGED, as_text, list_components

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / "build" / "tools" / "bin"
"""The virtual environment of requirements/packaging.txt, which the Makefile makes."""


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
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=inherited | {"PYTHONHASHSEED": "0"} | (environment or {}),
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


def write_licences(packages: Path, file: Path, where: str, more: str = "") -> None:
    """One text with the licences of what the program needs and lies in a folder of packages.

    It goes into the file, and into the program that lies there too, which then shows this one.
    `where` is the folder of Qt's libraries, `more` the licences of what is in no package.
    """
    text = as_text(list_components([str(packages)]), where) + more
    file.write_text(text, "utf-8")
    (packages / "desktop_migrator" / "_resources").joinpath(*PACKAGED).write_text(text, "utf-8")


def write_sum(file: Path) -> str:
    """SHA-256 in a file beside it, as `sha256sum --check` reads it."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_name(f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n", "utf-8")
    return digest
