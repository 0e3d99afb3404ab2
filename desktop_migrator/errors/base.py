"""The root of all errors, and what the command line answers to the shell."""

from enum import IntEnum
from typing import ClassVar

from desktop_migrator.messages import Fact, Message


class ExitCode(IntEnum):
    """What the command line answers to the shell."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    DONE_WITH_REJECTIONS = 3
    CONFLICTS_UNRESOLVED = 4
    LOCKED = 5
    ROLLED_BACK = 6
    REFUSED = 7
    NEEDED = 8
    """A migration is needed; only `status --exit-code` says so."""
    CANCELLED = 130


class MigratorError(Exception):
    """The root. `str()` gives the whole sentence, without code and hint."""

    code: ClassVar[str] = "DM-000"
    title: ClassVar[str] = "Something went wrong"
    detail_template: ClassVar[str] = "{reason}"
    hint_template: ClassVar[str] = "Try again; if it happens again, tell the support desk the code."
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    transient: ClassVar[bool] = False
    """Whether trying again by itself can help."""

    def __init__(self, **facts: object) -> None:
        super().__init__(facts)
        self.facts: dict[str, Fact] = {
            name: fact if isinstance(fact, str | int | float | Message) else str(fact)
            for name, fact in facts.items()
        }

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.facts)

    @property
    def detail_message(self) -> Message:
        return Message(self.detail_template, **self.facts)

    @property
    def hint_message(self) -> Message:
        return Message(self.hint_template, **self.facts)

    @property
    def message(self) -> Message:
        """What `str()` says, to be quoted in another message."""
        return Message("{title}: {detail}", title=Message(self.title), detail=self.detail_message)

    @property
    def detail(self) -> str:
        return str(self.detail_message)

    @property
    def hint(self) -> str:
        return str(self.hint_message)

    def __str__(self) -> str:
        return str(self.message)


def _rebuilt(kind: type[MigratorError], facts: dict[str, Fact]) -> MigratorError:
    """An error that another process has met."""
    return kind(**facts)
