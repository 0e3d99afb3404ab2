"""The installer of dist/ and the program that it brings, under wine: `make installer-test`."""

import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.packaging.conftest import ROOT
from tests.packaging.windows import UNINSTALL_KEY, Windows
from tests.wizard.app_server import PASSWORD, AppServer, app_cluster, app_server

__all__ = ["app_cluster", "app_server"]  # fixtures

pytestmark = pytest.mark.needs("wine", "mingw", "xvfb")

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
def installed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Windows]:
    if not request.config.getoption("--full-installer"):
        pytest.skip("make installer-test")
    [installer] = (ROOT / "dist").glob("*-setup.exe")
    windows = Windows(tmp_path_factory.mktemp("full") / "prefix")
    folder = tmp_path_factory.mktemp("shims")
    for name, source in SHIMS.items():
        (folder / f"{name}.c").write_text(source, "ascii")
        library = windows.prefix / "drive_c" / "windows" / "system32" / f"{name}.dll"
        subprocess.run(
            [
                *("x86_64-w64-mingw32-gcc", "-shared", "-s", folder / f"{name}.c"),
                *("-o", library, "-ladvapi32"),
            ],
            check=True,
        )
    windows.run(installer, "/S", timeout=1200)
    chromium = windows.local / "Chromium" / "User Data"
    with tarfile.open(ROOT / "resources" / "profiles" / "chromium-leveldb.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    chromium.parent.mkdir(parents=True, exist_ok=True)
    (folder / ".config" / "chromium").rename(chromium)
    yield windows
    windows.run(installer, "/S", timeout=1200)
    windows.uninstall()
    assert not windows.programs.exists()
    assert (windows.local / "desktop-migrator").is_dir()
    assert windows.registry(UNINSTALL_KEY, "DisplayName") is None
    windows.shut_down()


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


def test_migrates_into_a_server_on_this_machine(installed: Windows, app_server: AppServer) -> None:
    url = app_server.url.replace("ada@", f"ada:{PASSWORD.replace(' ', '%20')}@")

    _migrator(
        installed,
        *("migrate", "--origin", "http://app.demo.test:3000", "--database", url),
        *("--user-id", "4711", "--no-backup", "--continue-on-error"),
    )

    with psycopg.connect(app_server.administrator) as connection:
        rows = connection.execute("SELECT count(*) FROM tasks").fetchone()
    assert rows is not None
    assert rows[0] > 30


def test_captures(installed: Windows) -> None:
    words = ("capture", "--origin", "http://app.demo.test:3000", "--out", "C:\\one.dmcapture")

    _migrator(installed, *words, "--passphrase-stdin", given="correct horse battery staple x9\n")

    assert (installed.prefix / "drive_c" / "one.dmcapture").stat().st_size > 1000


def test_a_double_click_opens_the_wizard(installed: Windows, tmp_path: Path) -> None:
    """A picture of it is left in dist/."""
    script = tmp_path / "open.sh"
    script.write_text(
        'sleep 600 | wine start /wait "C:\\\\one.dmcapture" 2>&1 | cat >/dev/null &\n'
        "for i in $(seq 300); do\n"
        '  xdotool search --onlyvisible --name "Desktop Migrator" && break; sleep 1\n'
        "done\n"
        "sleep 5\n"
        f"import -window root {ROOT / 'dist' / 'wizard-under-wine.png'}\n"
        "xdotool search --onlyvisible --name 'Desktop Migrator' getwindowname\n"
        "wineserver -k\n"
    )

    shown = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x900x24", "sh", script],
        env=installed.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert "Desktop Migrator" in shown.stdout, shown.stderr
