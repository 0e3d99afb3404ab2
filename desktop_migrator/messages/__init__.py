"""What the program says: templates with their facts, and who puts them in the reader's language.

From outside: `Message`, `plural`, `join`, `verbatim`, `NOTHING`, `N_` and `Translator`;
`stored`, for messages in files.
"""

from desktop_migrator.messages.message import N_, NOTHING, Fact, Message, join, plural, verbatim
from desktop_migrator.messages.translator import LANGUAGES, Translator

__all__ = [
    "LANGUAGES",
    "NOTHING",
    "N_",
    "Fact",
    "Message",
    "Translator",
    "join",
    "plural",
    "verbatim",
]
