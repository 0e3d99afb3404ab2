"""Text as it may go to a terminal. What browsers hold can contain anything, control codes too."""

from rich.console import Console
from rich.text import Text

from desktop_migrator.model import Rejection


def shown(text: str) -> str:
    """The text with everything that would not show, or do worse, spelled as an escape."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def cell(text: object, style: str = "") -> Text:
    """The content of a table's cell; None is an empty one."""
    return Text("" if text is None else shown(str(text)), style)


def print_line(console: Console, text: str, style: str | None = None) -> None:
    console.print(shown(text), style=style, markup=False, highlight=False)


def rejection_line(rejection: Rejection) -> str:
    source = rejection.source
    place = f"{source.key}[{source.position}]" if source.position else source.key
    return f"Rejected: {rejection.entity} {place}: {rejection.reason} {rejection.remedy}"
