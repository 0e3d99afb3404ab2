"""Brings the catalogs up to date (`make translations`).

What the engine, the command line and reports say is collected from the source into
resources/locale/LANGUAGE/LC_MESSAGES/DOMAIN.po: the literals of `Message`, `plural`, `N_` and `tr`,
and the templates of errors/. Translations are kept, what is no longer said goes, what is new stands
there empty until somebody translates it. The domain `wizard` rewords what names commands and
options, in English too: what is to be reworded is added to its files by hand.

Qt's texts of wizard/ go into wizard_*.ts (the English one has plurals alone), to be translated
with Qt Linguist or by hand.
"""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from desktop_migrator import errors
from desktop_migrator.errors import MigratorError

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "desktop_migrator"
TRANSLATIONS = ROOT / "resources" / "translations"
LOCALE = ROOT / "resources" / "locale"
LANGUAGE = "de"
ENGINE, WIZARD = "engine", "wizard"
FOLDERS = {"cli": ("cli",), "report": ("migration/report/labels.py",)}
"""Domains beside the engine's, each with what of the package it has the messages of."""
_WITHOUT_MESSAGES = ("wizard",)
"""Their texts are Qt's."""
_KEYWORDS = {"Message": None, "plural": (1, 2), "N_": None, "tr": None}
_KEPT_HEADERS = ("Language:", "MIME-Version:", "Content-", "Plural-Forms:")
_TOOLS = Path(sys.executable).parent

MessageId = str | tuple[str, str]
"""A template, or those for one and for many."""


def catalog_path(language: str, domain: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.po"


def read_catalog(language: str, domain: str) -> Catalog:
    """As it stands in the file; an empty one where there is none."""
    path = catalog_path(language, domain)
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


@cache
def extract(domain: str) -> dict[MessageId, None]:
    """What is said in the source, in the order of the files."""
    found = (each for path in _modules(domain) for each in messages_of(path))
    templates = _of_errors() if domain == ENGINE else iter(())
    return dict.fromkeys(each for each in (*templates, *found) if has_words(each))


def has_words(said: MessageId) -> bool:
    """Whether there is something to translate beside facts, if only how days or quotes look."""
    template = said if isinstance(said, str) else said[0]
    return bool(re.search("[%“]", template)) or bool(
        re.search(r"[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", template))
    )


def _modules(domain: str) -> Iterator[Path]:
    folders = {name: PACKAGE / folder for name in FOLDERS for folder in FOLDERS[name]}
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] not in _WITHOUT_MESSAGES:
            owner = (name for name, folder in folders.items() if path.is_relative_to(folder))
            if next(owner, ENGINE) == domain:
                yield path


def messages_of(path: Path) -> Iterator[MessageId]:
    """What a module says."""
    for _, said, _, _ in extract_from_file("python", path, keywords=_KEYWORDS):
        yield said if isinstance(said, str) else (said[0], said[1])


def _of_errors() -> Iterator[str]:
    for found in vars(errors).values():
        if isinstance(found, type) and issubclass(found, MigratorError):
            yield from (found.title, found.detail_template, found.hint_template)


def updated(catalog: Catalog, said: dict[MessageId, None]) -> Catalog:
    """The catalog with just what is said, and with the translations that it has of that."""
    fresh = Catalog(catalog.locale, fuzzy=False)
    for each in said:
        known = catalog.get(each)
        flags = known.flags - {"fuzzy"} if known else set()
        fresh.add(each, known.string if known else None, flags=flags)
    return fresh


def write_catalog(catalog: Catalog, path: Path) -> None:
    """Without anything that tells when, where and by whom it was written."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=100, no_location=True, omit_header=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    kept = (line for line in lines if not _is_noise(line))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(kept), "utf-8")


def _is_noise(line: str) -> bool:
    header = re.match(r'"([A-Z][A-Za-z-]+: )', line)
    return (
        line.startswith("# ")
        or line == "#\n"
        or bool(
            header
            and line.rstrip().endswith('\\n"')
            and not line.startswith(tuple(f'"{name}' for name in _KEPT_HEADERS))
        )
    )


def update_catalogs() -> None:
    for domain in (ENGINE, *FOLDERS):
        said = extract(domain)
        write_catalog(updated(read_catalog(LANGUAGE, domain), said), catalog_path(LANGUAGE, domain))
    engine = extract(ENGINE)
    for language in ("en", LANGUAGE):
        catalog = read_catalog(language, WIZARD)
        reworded = dict.fromkeys(each for each in engine if _string(catalog.get(each)))
        write_catalog(updated(catalog, reworded), catalog_path(language, WIZARD))


def _string(message: Message | None) -> object:
    return message and message.string


def update_qt_texts() -> None:
    sources = sorted((PACKAGE / "wizard").rglob("*.py"))
    options = ["-no-obsolete", "-locations", "none", "-silent"]
    for language, more in ((LANGUAGE, []), ("en", ["-pluralonly"])):
        target = TRANSLATIONS / f"wizard_{language}.ts"
        subprocess.run(
            [_TOOLS / "pyside6-lupdate", *options, *more, *sources, "-ts", target], check=True
        )


if __name__ == "__main__":
    update_catalogs()
    update_qt_texts()
