"""What a report asks of whoever knows the system's fonts and how their letters are shaped.

The fonts that come with the program have neither the letters of East Asia nor those that are
joined, reordered or written from right to left. Fonts that have them are of many formats, and of a
size that no installer has room for; so glyphs are told here as outlines, whatever font they are of.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

UNIT = 1000
"""Outlines and places are in thousandths of the letters' size."""


@dataclass(frozen=True, slots=True)
class Glyph:
    outline: str
    """Operators of a PDF's content stream that make the path, upwards from the base line; empty for
    blanks."""
    box: tuple[int, int, int, int]
    """Left, bottom, right, top of the outline."""
    advance: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Glyphs that say something together: an `i` with its dot, a syllable, two letters joined."""

    text: str
    glyphs: tuple[tuple[Glyph, int, int], ...]
    """Each with its place, to the right and upwards from where the line begins."""


@dataclass(frozen=True, slots=True)
class ShapedLine:
    clusters: tuple[Cluster, ...]
    """From left to right."""
    width: int
    right_to_left: bool
    """Whether it begins at the right edge."""


class Typesetter(Protocol):
    def replace_lacking(self, text: str, by: str) -> str:
        """The text with `by` for each letter that none of the system's fonts has."""

    def set_lines(self, text: str, width: float, *, bold: bool) -> list[ShapedLine]:
        """The lines of a paragraph that is `width` wide, in thousandths of the letters' size."""


FindTypesetter = Callable[[], Typesetter | None]


def no_typesetter() -> None:
    """For callers that have none."""
