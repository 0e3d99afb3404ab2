"""The house: each folder says what lives there and what of it may be touched from outside."""

import ast
import importlib
import re
from pathlib import Path

import grimp
import pytest

import desktop_migrator

PACKAGE = "desktop_migrator"
ROOT = Path(desktop_migrator.__file__).parent
ROOMS = sorted(
    path.parent.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("__init__.py")
    if path.parent != ROOT
)


def docstring(room: str) -> str:
    return ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text("utf-8"))) or ""


def named(room: str) -> set[str]:
    """The names in backquotes of the part that says what may be touched."""
    _, _, outside = docstring(room).partition("From outside")
    return set(re.findall(r"`(\w+)`", outside))


def exported(room: str) -> set[str]:
    """What the room's `__init__` itself offers."""
    module = importlib.import_module(f"{PACKAGE}.{room.replace('/', '.')}")
    return set(getattr(module, "__all__", ()))


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """Of each room, the modules and rooms in it that are imported from outside."""
    graph = grimp.build_graph(PACKAGE)
    found: dict[str, set[str]] = {room: set() for room in ROOMS}
    for room in ROOMS:
        prefix = f"{PACKAGE}.{room.replace('/', '.')}"
        for module in graph.modules:
            if module.startswith(f"{prefix}.") and any(
                not (importer == prefix or importer.startswith(f"{prefix}."))
                for importer in graph.find_modules_that_directly_import(module)
            ):
                found[room].add(module[len(prefix) + 1 :].partition(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_lives_there_and_what_may_be_touched(
    room: str, imported: dict[str, set[str]]
) -> None:
    first, *_ = docstring(room).split("\n\n")
    assert first.endswith("."), "one sentence, in a paragraph of its own"
    assert "From outside" in docstring(room)
    there = {path.stem for path in (ROOT / room).iterdir() if path.suffix == ".py" or path.is_dir()}
    assert imported[room] <= named(room), "imported from outside, but not named"
    elsewhere = {Path(other).name for other in ROOMS} | {"__main__"}
    assert named(room) <= there | elsewhere | exported(room), "named, but not there"


def test_only_these_file_names_are_there_twice_in_one_big_room() -> None:
    """Twice the same name is meant here: the same thing for two formats."""
    twice = set()
    for big in {room.partition("/")[0] for room in ROOMS} - {"wizard", "cli"}:
        names = [path.name for path in (ROOT / big).rglob("*.py") if path.name != "__init__.py"]
        twice |= {f"{big}: {name}" for name in names if names.count(name) > 1}
    assert twice == {"browsers: salvage.py"}
