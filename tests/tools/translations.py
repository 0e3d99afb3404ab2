"""Brings the wizard's texts up to date (`make translations`).

Texts of wizard/ go into wizard_*.ts (the English one has plurals alone), to be translated with Qt
Linguist or by hand. The sentences of errors/ and those of the engine, which are collected in
sentences.txt, stand in errors_*.ts, which are kept by hand.
"""

import subprocess
import sys
from pathlib import Path

from tests.tools.engine_sentences import engine_sentences

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "resources" / "translations"
LISTED = TRANSLATIONS / "sentences.txt"
_TOOLS = Path(sys.executable).parent


def update() -> None:
    LISTED.write_text("".join(f"{text}\n" for text in engine_sentences()), "utf-8")
    sources = sorted((ROOT / "desktop_migrator" / "wizard").rglob("*.py"))
    options = ["-no-obsolete", "-locations", "none", "-silent"]
    for language, more in (("de", []), ("en", ["-pluralonly"])):
        target = TRANSLATIONS / f"wizard_{language}.ts"
        subprocess.run(
            [_TOOLS / "pyside6-lupdate", *options, *more, *sources, "-ts", target], check=True
        )


if __name__ == "__main__":
    update()
