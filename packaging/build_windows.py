"""Builds the Windows installer, on Linux: `make installer`, with `KIT=FILE` packed into it.

What comes out, in dist/: the installer, its SHA-256 and its bill of materials. The same commit
gives the same bytes, unless they are signed: SOURCE_DATE_EPOCH says the time that goes in.
"""

import argparse
import json
import shlex
import shutil
from pathlib import Path

from draw_icons import write_banner, write_icos
from release import ROOT, TOOLS, run, source_date, version, write_licences, write_sum
from windows_payload import (
    PYTHON,
    build_launchers,
    fetch_runtime,
    install_packages,
    precompile,
    prune,
    split_database,
)

_MAX_BYTES = 45 * 10**6
_RUNTIME_VERSION = "3.11.9"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kit", type=Path, help="a .dmkit that the program is to open with")
    options.add_argument("--sign", default="", help="a command that signs the file named after it")
    chosen = options.parse_args()

    work = ROOT / "build" / "windows"
    shutil.rmtree(work, ignore_errors=True)
    app, database = work / "app", work / "database"
    icons = work / "icons"
    write_icos(icons)
    banner = work / "banner.bmp"
    write_banner(banner)
    fetch_runtime(app / "runtime")
    packages = app / "site-packages"
    install_packages(packages, work / "wheels")
    installer = ROOT / "dist" / f"desktop-migrator-{version()}-setup.exe"
    installer.parent.mkdir(exist_ok=True)
    _write_sbom(packages, installer.with_suffix(".cdx.json"))
    write_licences(packages, app / "THIRD-PARTY-LICENSES.txt", "app\\site-packages\\PySide6")
    prune(packages)
    split_database(packages, database / "site-packages")
    for tree in (packages, database):
        precompile(tree)
    build_launchers(app, icons)
    for launcher in (app / "desktop-migrator.exe", app / "bin" / "desktop-migrator.exe"):
        if chosen.sign:
            run(*shlex.split(chosen.sign), launcher)
    shutil.copytree(icons, app / "icons", ignore=shutil.ignore_patterns("*.o", "*.h"))
    pack(installer, app, database, banner, kit=chosen.kit, sign=chosen.sign)
    size = installer.stat().st_size
    if size > _MAX_BYTES:
        raise SystemExit(f"{installer.name} has {size} bytes, more than {_MAX_BYTES}.")
    print(f"{installer}\n{size} bytes, SHA-256 {write_sum(installer)}")


def pack(
    installer: Path, app: Path, database: Path, banner: Path, *, kit: Path | None, sign: str
) -> None:
    """Compile installer.nsi over the two trees."""
    run(
        "makensis", "-WX", "-V2", "-INPUTCHARSET", "UTF8", f"-DAPP={app}", f"-DDATABASE={database}",
        f"-DBANNER={banner}", f"-DVERSION={version()}", f"-DOUTFILE={installer}",
        *([f"-DKIT={kit.absolute()}"] if kit else []),
        *([f"-DSIGN={sign}"] if sign else []),
        "installer.nsi",
        environment={"SOURCE_DATE_EPOCH": str(source_date())},
    )  # fmt: skip


def _write_sbom(packages: Path, file: Path) -> None:
    """CycloneDX: the packages by their metadata, and what is not a package."""
    reader = ROOT / "build" / "windows" / "reader"
    run(TOOLS / "python", "-m", "venv", "--without-pip", reader)
    folder = next(reader.glob("lib/python*/site-packages"))
    (folder / "payload.pth").write_text(f"{packages}\n", "utf-8")
    run(
        TOOLS / "cyclonedx-py", "environment", "--output-reproducible", "--mc-type", "application",
        "--pyproject", "pyproject.toml", "--output-file", file, reader / "bin" / "python",
    )  # fmt: skip
    bill = json.loads(file.read_text("utf-8"))
    bill["components"].append(
        {
            "type": "platform",
            "bom-ref": f"cpython=={_RUNTIME_VERSION}",
            "name": "CPython",
            "version": _RUNTIME_VERSION,
            "cpe": f"cpe:2.3:a:python:python:{_RUNTIME_VERSION}:*:*:*:*:*:*:*",
            "description": f"The embeddable build of Python {PYTHON} for Windows",
        }
    )
    file.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n", "utf-8")
    shutil.rmtree(reader)


if __name__ == "__main__":
    main()
