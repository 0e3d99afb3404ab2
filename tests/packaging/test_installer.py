"""The Windows installer's script builds, with warnings as errors, from a stub payload."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "installer.nsi"


@pytest.mark.needs("makensis")
def test_builds_a_windows_program_that_carries_the_payload(tmp_path: Path) -> None:
    payload = tmp_path / "payload"
    payload.mkdir()
    (payload / "desktop-migrator.exe").write_bytes(b"stub")
    installer = tmp_path / "desktop-migrator-0.1.0.exe"

    built = subprocess.run(
        [
            "makensis",
            "-WX",
            "-V4",
            f"-DPAYLOAD={payload}",
            "-DVERSION=0.1.0",
            f"-DOUTFILE={installer}",
            SCRIPT,
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert built.returncode == 0, built.stdout + built.stderr
    assert 'File: "desktop-migrator.exe"' in built.stdout
    assert installer.read_bytes()[:2] == b"MZ"
