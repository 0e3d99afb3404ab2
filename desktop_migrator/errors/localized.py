"""An error in a reader's language."""

from dataclasses import dataclass

from desktop_migrator.errors.base import MigratorError
from desktop_migrator.messages import Message, Translator


@dataclass(frozen=True, slots=True)
class LocalizedError:
    title: str
    detail: str
    hint: str

    def __str__(self) -> str:
        return f"{self.title}: {self.detail}"


def localize_error(error: MigratorError, translator: Translator) -> LocalizedError:
    return LocalizedError(
        title=translator(Message(error.title)),
        detail=translator(error.detail_message),
        hint=translator(error.hint_message),
    )
