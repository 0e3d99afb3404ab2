"""The Debian package and the portable folder, installed, run and removed: `make package-test`."""

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_migrator.migration.workspace import workspace
from tests.packaging.conftest import ROOT
from tests.recorded import unpack
from tests.waiting import PATIENCE, wait_until
from tests.wizard.test_kit import make
from tests.wizard.xvfb.person import virtual_screen

LINUX = ROOT / "packaging" / "linux"


@pytest.mark.needs("desktop-files")
def test_desktop_files_are_valid(tmp_path: Path) -> None:
    about = (LINUX / "desktop-migrator.metainfo.xml").read_text("utf-8")
    about = about.replace("@VERSION@", "0.1.0").replace("@DATE@", "2026-01-01")
    (tmp_path / "desktop-migrator.metainfo.xml").write_text(about, "utf-8")

    # The program has no domain whose name its id could begin with.
    lenient = ["--override=cid-desktopapp-is-not-rdns=info"]
    commands: tuple[list[str | Path], ...] = (
        ["desktop-file-validate", LINUX / "desktop-migrator.desktop"],
        [
            "appstreamcli",
            "validate",
            "--no-net",
            *lenient,
            tmp_path / "desktop-migrator.metainfo.xml",
        ],
    )
    for command in commands:
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout
        assert not checked.stdout.startswith(("E:", "W:"))


def test_a_portable_program_keeps_everything_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "desktop-migrator"))
    assert tmp_path not in workspace.usual_place().parents

    (tmp_path / workspace.PORTABLE).touch()

    assert workspace.usual_place() == tmp_path / "data"


@pytest.fixture(scope="module")
def package(request: pytest.FixtureRequest) -> str:
    """The version of the packages in dist/."""
    if not request.config.getoption("--linux-package"):
        pytest.skip("make package-test")
    [package] = (ROOT / "dist").glob("*_amd64.deb")
    return package.name.split("_")[1]


@pytest.fixture(scope="module")
def installed(package: str) -> Iterator[Path]:
    """The command that the Debian package brings; the package goes again."""
    deb = ROOT / "dist" / f"desktop-migrator_{package}_amd64.deb"
    subprocess.run(["apt-get", "install", "-y", "-qq", deb], check=True, capture_output=True)
    yield Path("/usr/bin/desktop-migrator")
    subprocess.run(["apt-get", "remove", "-y", "-qq", "desktop-migrator"], check=True)
    assert not Path("/opt/desktop-migrator").exists()
    assert not Path("/usr/bin/desktop-migrator").exists()


def _environment(home: Path) -> dict[str, str]:
    """Of somebody who has no Python."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "COLUMNS": "200"}


def test_the_package_brings_the_program(installed: Path, tmp_path: Path) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    words = ("--lang", "de", "preview", "--source", str(profile))

    ended = subprocess.run(
        [installed, *words],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert "Einträge" in ended.stdout
    licences = Path("/opt/desktop-migrator/THIRD-PARTY-LICENSES.txt").read_text("utf-8")
    for named in ("PySide6_Essentials 6.11", "GNU LESSER GENERAL PUBLIC", "Debian's libssl3"):
        assert named in licences
    assert not list(Path("/opt/desktop-migrator").rglob("libreadline*"))
    demo = subprocess.run(
        [installed, "demo"],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert demo.returncode in (0, 3), demo.stderr
    for page in ("desktop-migrator", "desktop-migrator-backup-restore"):
        subprocess.run(["man", "--warnings", page], check=True, capture_output=True)


@pytest.mark.needs("xvfb", "gnome-keyring")
def test_a_kit_opens_in_the_window_by_its_type(installed: Path, tmp_path: Path) -> None:
    kit = tmp_path / "desk.dmkit"
    make(kit)
    with virtual_screen() as screen:
        environment = _environment(tmp_path) | {"DISPLAY": screen.display}

        def shown() -> list[str]:
            found = subprocess.run(
                ["xdotool", "search", "--onlyvisible", "--name", "Desktop Migrator"],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            return found.stdout.split()

        with subprocess.Popen([installed], env=environment) as window:
            wait_until(shown, "no window")
            first = shown()
            # The bus goes with its command, and what that has started may still need it.
            opening = ["dbus-run-session", "--", "sh", "-c", 'gio open "$0"; read answer', str(kit)]
            with subprocess.Popen(opening, env=environment, stdin=subprocess.PIPE) as desktop:
                wait_until(lambda: shown() and shown() != first, "the kit was not opened")
                assert desktop.stdin
                desktop.stdin.close()
            window.terminate()
            assert window.wait(PATIENCE) == 130


def test_without_a_screen_the_package_says_so(installed: Path, tmp_path: Path) -> None:
    ended = subprocess.run(
        [installed], env=_environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "DM-902" in ended.stderr


def test_the_portable_folder_writes_nowhere_else(package: str, tmp_path: Path) -> None:
    archive = ROOT / "dist" / f"desktop-migrator-{package}-linux-portable.tar.xz"
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="tar")
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    profile = unpack("chromium-leveldb", tmp_path / "profiles")
    program = tmp_path / "desktop-migrator" / "desktop-migrator"

    subprocess.run(
        [program, "preview", "--source", profile],
        env=_environment(home),
        check=True,
        capture_output=True,
    )

    environment = _environment(home) | {"QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(temporary)}
    with subprocess.Popen([program], env=environment) as window:
        wait_until(lambda: list(program.parent.glob("data/window-*.json")), "no window")
        window.terminate()
        assert window.wait(PATIENCE) == 130

    assert not list(home.iterdir())
    assert not list(temporary.iterdir())
    assert (program.parent / "data").is_dir()
    shutil.rmtree(program.parent)
