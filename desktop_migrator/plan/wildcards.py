"""Key and origin patterns: literal text in which `*` stands for any characters, none included.

Case-sensitive and anchored at both ends: `form_*` matches `form_signup`, not `platform_x`. There
are no other wildcards, so that matching is a few literal searches whatever a plan or a page says.
"""


class WildcardPattern:
    def __init__(self, text: str) -> None:
        self.text = text
        self._first, *rest = text.split("*")
        self._middle, self._last = rest[:-1], rest[-1] if rest else None

    @property
    def matches_all(self) -> bool:
        """Whether it matches every text."""
        return self.text == "*"

    def match(self, text: str) -> str | None:
        """What the wildcards stand for, from the first to the last; None if it does not match.

        A pattern without wildcards stands for the whole text.
        """
        if self._last is None:
            return text if text == self._first else None
        start, end = len(self._first), len(text) - len(self._last)
        if end < start or not (text.startswith(self._first) and text.endswith(self._last)):
            return None
        position = start
        for part in self._middle:
            found = text.find(part, position, end)
            if found < 0:
                return None
            position = found + len(part)
        return text[start:end]
