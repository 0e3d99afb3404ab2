"""What Windows programs call themselves; the oracle is whom the programs were made by."""

import subprocess
from pathlib import Path

import pytest

from desktop_migrator.browsers.discovery.app_names import AppNames
from desktop_migrator.browsers.discovery.os_folders import OperatingSystem, System
from desktop_migrator.browsers.discovery.registry import Engine
from desktop_migrator.browsers.discovery.version_resource import product_name

SCRIPT = """
Unicode true
OutFile "{program}"
VIProductVersion 1.0.0.0
VIAddVersionKey FileDescription "What it does"
VIAddVersionKey FileVersion 1.0
{more}
Section
SectionEnd
"""


def make_program(path: Path, more: str = 'VIAddVersionKey ProductName "Müllers Notizen 2"') -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    script = path.with_suffix(".nsi")
    script.write_text(SCRIPT.format(program=path, more=more), "utf-8-sig")
    subprocess.run(["makensis", "-V1", script], check=True)


@pytest.mark.needs("makensis")
def test_a_webview_apps_folder_is_named_by_its_program(tmp_path: Path) -> None:
    system = System.for_home(OperatingSystem.WINDOWS, tmp_path)
    make_program(system.local_app_data / "Programs" / "notes" / "notizen.exe")
    profile = system.local_app_data / "notizen.exe.WebView2" / "EBWebView" / "Default"
    assert AppNames(system).name(profile, Engine.CHROMIUM) == "Müllers Notizen 2"


@pytest.mark.needs("makensis")
def test_without_a_products_name_the_description_stands_in(tmp_path: Path) -> None:
    make_program(tmp_path / "one.exe", more="")
    assert product_name(tmp_path / "one.exe") == "What it does"


def test_what_is_no_program_names_nothing(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"MZ", b"MZ" + b"\xff" * 100, b"#!/bin/sh\n")):
        path = tmp_path / f"{number}.exe"
        path.write_bytes(content)
        assert not product_name(path)
    assert not product_name(tmp_path)
