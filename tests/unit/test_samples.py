"""The demo's samples hold what their pages read back, and nothing of the machine they come from."""

import json
import re
import tarfile
from pathlib import Path

import pytest

from desktop_migrator.browsers.discovery import discover
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.model import Damage
from desktop_migrator.system.resources import resource

NAMES = ("chromium-leveldb", "chromium-sqlite", "firefox", "webkit")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The samples unpacked: the home of somebody with three browsers."""
    folder = tmp_path / "home"
    for name in NAMES:
        with tarfile.open(resource("profiles", f"{name}.tar.xz")) as archive:
            archive.extractall(folder, filter="data")
    return folder


def test_each_profile_holds_exactly_what_its_pages_read_back(home: Path, tmp_path: Path) -> None:
    expected = {
        (name, area["origin"], area["top_level_site"], key, value)
        for name in NAMES
        for area in json.loads(resource("profiles", f"{name}.json").read_text())
        for key, value in area["records"].items()
    }
    damages: list[Damage] = []
    found = discover.discover(discover.System.for_home(discover.OperatingSystem.LINUX, home))
    records = list(read_stores.read_stores(found.stores, tmp_path / "snapshots", damages.append))
    assert not damages
    assert len(records) == len(expected)
    assert expected == {
        (
            record.store.format.value,
            record.storage_key.origin,
            record.storage_key.top_level_site,
            record.key,
            record.value,
        )
        for record in records
    }


def test_the_profiles_bear_the_names_that_people_gave_them(home: Path) -> None:
    found = discover.discover(discover.System.for_home(discover.OperatingSystem.LINUX, home))
    assert {(each.profile.browser_name, each.profile.name) for each in found.profiles} == {
        ("Chromium", "Maria"),
        ("Google Chrome", "Work"),
        ("Mozilla Firefox", "Old laptop"),
        ("GNOME Web", "epiphany"),
    }
    assert not any(each.profile.running for each in found.profiles)


def test_no_file_names_a_folder_of_the_machine_it_was_made_on(home: Path) -> None:
    absolute = re.compile(rb"/(?:tmp|home|root|usr|var|opt|work)/", re.IGNORECASE)
    named = [
        file.name
        for file in home.rglob("*")
        if file.is_file() and absolute.search(file.read_bytes())
    ]
    assert not named


def test_the_samples_are_small() -> None:
    assert sum(file.stat().st_size for file in resource("profiles").iterdir()) < 300_000
