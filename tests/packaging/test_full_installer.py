"""The installer of dist/ and the program that it brings, under wine: `make installer-test`."""

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.packaging.conftest import ROOT
from tests.packaging.person import Person
from tests.packaging.windows import UNINSTALL_KEY, Windows
from tests.waiting import wait_until
from tests.wizard.app_server import PASSWORD, AppServer, app_cluster, app_server
from tests.wizard.test_kit import make as make_kit

__all__ = ["app_cluster", "app_server"]  # fixtures

pytestmark = pytest.mark.needs("wine", "mingw", "xvfb")

APP = "http://app.demo.test:3000"
WIZARD = "Desktop Migrator"
PASSPHRASE = "correct horse battery staple x9\n"

# What real Windows has and wine 8 lacks. Of ICU, Qt asks for converters that nobody here needs.
SHIMS = {
    "bcryptprimitives": """
        #include <windows.h>
        BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
        __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
        { return SystemFunction036(data, (ULONG)size); }
    """,
    "icuuc": "\n".join(
        f"__declspec(dllexport) long long {name}(void) {{ return 0; }}"
        for name in (
            *("UCNV_FROM_U_CALLBACK_SUBSTITUTE", "UCNV_TO_U_CALLBACK_SUBSTITUTE"),
            *("ucnv_cbFromUWriteUChars", "ucnv_cbToUWriteUChars", "ucnv_close"),
            *("ucnv_countAvailable", "ucnv_fromUCountPending", "ucnv_fromUnicode"),
            *("ucnv_getAvailableName", "ucnv_getFromUCallBack", "ucnv_getMaxCharSize"),
            *("ucnv_getName", "ucnv_getStandardName", "ucnv_getToUCallBack", "ucnv_open"),
            *("ucnv_reset", "ucnv_setFromUCallBack", "ucnv_setToUCallBack"),
            *("ucnv_toUCountPending", "ucnv_toUnicode"),
        )
    ),
}


@pytest.fixture(scope="session")
def installer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As a desk gives it: with a kit beside it."""
    if not request.config.getoption("--full-installer"):
        pytest.skip("make installer-test")
    [built] = (ROOT / "dist").glob("*-setup.exe")
    folder = tmp_path_factory.mktemp("given")
    make_kit(folder / "acme.dmkit")
    return Path(shutil.copy(built, folder))


@pytest.fixture(scope="module")  # the stub's tests install in the same place
def installed(
    installer: Path, computer: Windows, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Windows]:
    folder = tmp_path_factory.mktemp("shims")
    for name, source in SHIMS.items():
        (folder / f"{name}.c").write_text(source, "ascii")
        library = computer.prefix / "drive_c" / "windows" / "system32" / f"{name}.dll"
        subprocess.run(
            [
                *("x86_64-w64-mingw32-gcc", "-shared", "-s", folder / f"{name}.c"),
                *("-o", library, "-ladvapi32"),
            ],
            check=True,
        )
    computer.run(installer, "/S", timeout=1200)
    computer.merge_classes()
    chromium = computer.local / "Chromium" / "User Data"
    with tarfile.open(ROOT / "resources" / "profiles" / "chromium-leveldb.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    chromium.parent.mkdir(parents=True, exist_ok=True)
    (folder / ".config" / "chromium").rename(chromium)
    yield computer
    computer.uninstall()
    assert not computer.programs.exists()
    assert (computer.local / "desktop-migrator").is_dir()
    assert computer.registry(UNINSTALL_KEY, "DisplayName") is None


def _migrator(windows: Windows, *words: str, given: str = "") -> str:
    """The installed command line; wine gives Python its standard streams only as pipes."""
    done = subprocess.run(
        ["wine", windows.programs / "app" / "bin" / "desktop-migrator.exe", *words],
        env=windows.environment,
        input=given.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
    )
    told = done.stdout.decode("cp1252")
    assert done.returncode in (0, 3), told
    return told


def test_finds_the_profile_where_windows_has_it(installed: Windows) -> None:
    assert "http://app.demo.test" in _migrator(installed, "scan")


def test_loses_nothing_where_the_console_cannot_write_it(installed: Windows) -> None:
    """Its code page is 1252, and the app kept more than that has."""
    told = _migrator(installed, "preview", "--origin", APP)
    assert "app.demo.test" in told
    assert "cannot be read" not in told

    told = _migrator(installed, "--json", "records", "--origin", APP)

    here = [*("--data-dir", str(installed.prefix / "here")), "--json", "records", "--origin", APP]
    profile = installed.local / "Chromium" / "User Data"
    expected = subprocess.run(
        [sys.executable, "-m", "desktop_migrator", *here, "--source", profile],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert _values(told) == _values(expected.stdout)


def _values(lines: str) -> dict[str, str]:
    """Of records by their keys."""
    records = [json.loads(line) for line in lines.splitlines()]
    return {record["key"]: record["value"] for record in records}


def test_migrates_into_a_server_on_this_machine(installed: Windows, app_server: AppServer) -> None:
    url = app_server.url.replace("ada@", f"ada:{PASSWORD.replace(' ', '%20')}@")

    _migrator(
        installed,
        *("migrate", "--origin", APP, "--database", url),
        *("--user-id", "4711", "--no-backup", "--continue-on-error"),
    )

    [(count,)] = app_server.sql("SELECT count(*) FROM tasks")
    assert count > 30


def test_captures(installed: Windows) -> None:
    words = ("capture", "--origin", APP, "--out", "C:\\one.dmcapture")

    _migrator(installed, *words, "--passphrase-stdin", given=PASSPHRASE)

    assert (installed.prefix / "drive_c" / "one.dmcapture").stat().st_size > 1000


@pytest.mark.parametrize("way", ["start-menu", "double-click"])
def test_opens_the_wizard_with_the_kit(
    installed: Windows, installer: Path, person: Person, way: str
) -> None:
    """Preconfigured by what lay beside the installer, or by the file that is clicked on."""
    double_clicked = installed.prefix / "drive_c" / "theirs.dmkit"
    shutil.copy(installer.with_name("acme.dmkit"), double_clicked)
    opened = installed.start_menu / "Desktop Migrator.lnk"
    if way == "double-click":
        opened = double_clicked

    installed.run("start", installed.windows_path(opened))
    person.wait_for(WIZARD)
    person.picture(f"wizard-by-{way}")

    kit = "theirs.dmkit" if way == "double-click" else "kit.dmkit"
    assert any(word.endswith(f"\\{kit}") for word in _words_of_the_wizard())
    installed.end("desktop-migrator.exe")
    wait_until(lambda: person.is_gone(WIZARD), "the wizard stays")


def _words_of_the_wizard() -> list[str]:
    lines = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
    return [word for line in lines if "wizard" in line for word in line]


def test_an_upgrade_replaces_it_whole(installed: Windows, installer: Path) -> None:
    stale = installed.programs / "app" / "stale.txt"
    stale.write_text("of before")

    installed.run(installer, "/S", timeout=1200)

    assert not stale.exists()
    assert "desktop-migrator" in _migrator(installed, "--version")
