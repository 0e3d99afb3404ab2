"""The app that reads: installed once, with all that its developers may read with."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

APP = Path(__file__).parent / "app"


def node(folder: Path, url: str, *words: str) -> str:
    """What a program of the app prints, far from UTC."""
    ended = subprocess.run(
        words,
        cwd=folder,
        env=os.environ
        | {"DATABASE_URL": url, "TZ": "America/New_York", "CHECKPOINT_DISABLE": "1"}
        # Prisma has one for migrations alone, and would look for it elsewhere.
        | {"PRISMA_SCHEMA_ENGINE_BINARY": shutil.which("true") or ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app's folder, with what it stands on."""
    folder = tmp_path_factory.mktemp("consumers") / "app"
    shutil.copytree(APP, folder)
    words = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock")
    node(folder, "", "npm", "install", *words)
    return folder
