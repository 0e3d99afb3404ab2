"""Whose work the program is made of, and under which licences.

What it needs is known by its own metadata, and what that needs by theirs; each installed package
brings its licence along. Packages that people install hold the text as it was when they were made.
"""

import importlib.metadata
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution
from itertools import chain

from desktop_migrator.system.resources import resource

PACKAGED = ("licences", "third-party.txt")
"""The resource that `make package` and `make installer` add."""

_PROGRAM = "desktop-migrator"
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[([^]]*)\])?")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_LICENCE_FILE = re.compile(r"(?i)(licen[cs]e|copying|notice|authors|third_party)")
_RULE = "=" * 79
_BY_QT = {"pyside6-essentials", "shiboken6"}
"""Their wheels name the licence and do not hold its text."""


@dataclass(frozen=True, slots=True)
class Component:
    name: str
    version: str
    licence: str
    """Its name, as the package tells it; empty where it does not."""
    texts: tuple[str, ...]


def third_party_licences() -> str:
    """All of it as one text, with what Qt's licence asks for at its head."""
    packaged = resource(*PACKAGED)
    return packaged.read_text("utf-8") if packaged.is_file() else as_text(list_components())


def list_components(folders: Sequence[str] = ()) -> list[Component]:
    """What the program needs and is installed, by name; in folders, or where Python looks."""
    installed: dict[str, Distribution] = {}
    for each in importlib.metadata.distributions(path=list(folders) or sys.path):
        if name := _field(each, "Name"):  # of two the first counts, as for imports
            installed.setdefault(_normal(name), each)
    wanted = [(_PROGRAM, _all_extras(installed.get(_PROGRAM)))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        name, extras = wanted.pop()
        if (name, extras) not in seen and name in installed:
            seen.add((name, extras))
            wanted += _requirements(installed[name], extras)
    names = {name for name, _ in seen} - {_PROGRAM}
    return [_component(installed[name]) for name in sorted(names)]


def as_text(
    components: Sequence[Component], qt_folder: str = "PySide6 of the Python environment"
) -> str:
    parts = [_notice("qt.txt").replace("@FOLDER@", qt_folder)]
    parts += [_notice("python.txt"), _notice("dejavu.txt")]
    for each in components:
        parts.append(f"{_RULE}\n{each.name} {each.version}: {each.licence or 'see below'}")
        parts += each.texts
    parts += [f"{_RULE}\n{_notice(name)}" for name in ("lgpl-3.0.txt", "gpl-3.0.txt")]
    return "\n\n".join(parts) + "\n"


def _notice(name: str) -> str:
    return resource("licences", name).read_text("utf-8").strip()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _all_extras(program: Distribution | None) -> frozenset[str]:
    return frozenset(program.metadata.get_all("Provides-Extra") or () if program else ())


def _requirements(
    package: Distribution, extras: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Those of the package and of these of its extras; whether a system needs one is seen by
    whether it is installed."""
    for line in package.requires or ():
        for_extras = set(_EXTRA.findall(line))
        named = _REQUIREMENT.match(line)
        if named and (not for_extras or for_extras & extras):
            its_extras = frozenset(filter(None, re.split(r"[,\s]+", named[2] or "")))
            yield _normal(named[1]), its_extras


def _component(package: Distribution) -> Component:
    about = package.metadata
    licence = _field(package, "License-Expression") or _field(package, "License")
    classified = (
        each.rpartition(" :: ")[2]
        for each in about.get_all("Classifier") or ()
        if each.startswith("License :: ")
    )
    name = licence if licence and "\n" not in licence else next(classified, "")
    texts = [*_texts(package)]
    if not texts and "\n" in licence:
        texts = [licence]
    own_name = _field(package, "Name")
    if _normal(own_name) in _BY_QT:
        texts.append("The licence of Qt and PySide6 stands at the end.")
    return Component(own_name, _field(package, "Version"), name.strip(), tuple(texts))


def _field(package: Distribution, name: str) -> str:
    """Empty where it is missing: once keyring has loaded importlib_metadata, whose distributions
    take the place of Python's own, asking for such a one by [] raises KeyError."""
    return next(iter(package.metadata.get_all(name) or ()), "")


def _texts(package: Distribution) -> Iterator[str]:
    """By the names that its metadata tells, wherever its makers' tools put the files; else by what
    the files are called."""
    named = package.metadata.get_all("License-File") or ()
    listed = (str(path) for path in package.files or () if ".dist-info" in path.parts[0])
    likely = (
        path.partition("/")[2] for path in listed if _LICENCE_FILE.match(path.rpartition("/")[2])
    )
    read: set[str] = set()
    for name in chain((f"licenses/{each}" for each in named), named, likely):
        text = package.read_text(name)
        if text and text.strip() not in read:
            read.add(text.strip())
            yield text.strip()
