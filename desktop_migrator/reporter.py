"""How a use case tells a face what goes on. The faces implement `Reporter`.

A use case calls `started` once for each stage, `advanced` as often as it likes (a face thins it
out), and `rejected`, `superseded` and `warned` as things come up. It polls `cancelled` between
chunks.
"""

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from desktop_migrator.messages import Message
from desktop_migrator.model import Conflict, Rejection, Resolution, Superseded


class Stage(StrEnum):
    """What a use case is at."""

    FIND = "find"
    CHECK = "check"
    PREVIEW = "preview"
    COMPARE = "compare"
    BACKUP = "backup"
    CAPTURE = "capture"
    LOAD = "load"
    VERIFY = "verify"
    RESTORE = "restore"
    UNDO = "undo"
    CLEAR = "clear"
    UPLOAD = "upload"
    """Files, of which each goes through the other stages."""


class Topic(StrEnum):
    """What a question is about, for faces that know the answer or ask in another way."""

    OTHER = "other"
    PASSWORD = "password"  # noqa: S105 - a topic
    """The database's."""
    NEW_PASSPHRASE = "new-passphrase"  # noqa: S105 - a topic
    """For a backup; asked for twice."""
    UNLOCK_KEY = "opening-key"
    """A passphrase or recovery key that opens a file."""
    CONFIRM = "agree"
    """Whether what was asked for is really to be done."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only the person knows."""

    text: Message
    choices: tuple[str, ...] = ()
    """The possible answers; empty: any text."""
    secret: bool = False
    """The answer must not show on the screen."""
    topic: Topic = Topic.OTHER


@dataclass(frozen=True, slots=True)
class ConflictQuestion:
    """What is to become of a row that differs from its item, or which of two versions counts?"""

    conflict: Conflict
    number: int
    """Counts the questions, from 1; some are answered by answers before them."""
    total: int
    similar_count: int
    """How many not yet answered are of the same entity and kind; with it."""


class AnswerScope(StrEnum):
    """What else an answer holds for."""

    ONE = "one"
    SIMILAR = "alike"
    """All of the same entity that differ in the same fields; of versions, of the same stores."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ConflictReply:
    resolution: Resolution
    scope: AnswerScope = AnswerScope.ONE


class Reporter(Protocol):
    def started(self, stage: Stage, total: int | None) -> None:
        """A stage begins; `total` is None while nobody knows it."""

    def advanced(self, stage: Stage, current: int, total: int | None) -> None: ...

    def rejected(self, rejection: Rejection) -> None: ...

    def superseded(self, item: Superseded) -> None:
        """An item that gave way to another version of it."""

    def warned(self, message: Message) -> None:
        """Something a person should know and that stops nothing; holds no user value."""

    def ask(self, question: Question) -> str | None:
        """The person's answer; None where nobody is there to give one."""

    def resolve(self, question: ConflictQuestion) -> ConflictReply | None:
        """The same for a conflict."""

    def conflicting(self, conflict: Conflict) -> None:
        """A conflict that waits for an answer; of a row, so that nothing was written, and of two
        versions, so that the rule of their entity decides."""

    @property
    def cancelled(self) -> bool: ...


class NullReporter:
    """Says nothing; can be cancelled."""

    def __init__(self) -> None:
        self.cancel = threading.Event()

    def started(self, stage: Stage, total: int | None) -> None:
        pass

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        pass

    def rejected(self, rejection: Rejection) -> None:
        pass

    def superseded(self, item: Superseded) -> None:
        pass

    def warned(self, message: Message) -> None:
        pass

    def ask(self, question: Question) -> str | None:
        return None

    def resolve(self, question: ConflictQuestion) -> ConflictReply | None:
        return None

    def conflicting(self, conflict: Conflict) -> None:
        pass

    @property
    def cancelled(self) -> bool:
        return self.cancel.is_set()


class ForwardingReporter:
    """Passes everything on to another one; for what needs to listen in."""

    def __init__(self, inner: Reporter) -> None:
        self._inner = inner

    def started(self, stage: Stage, total: int | None) -> None:
        self._inner.started(stage, total)

    def advanced(self, stage: Stage, current: int, total: int | None) -> None:
        self._inner.advanced(stage, current, total)

    def rejected(self, rejection: Rejection) -> None:
        self._inner.rejected(rejection)

    def superseded(self, item: Superseded) -> None:
        self._inner.superseded(item)

    def warned(self, message: Message) -> None:
        self._inner.warned(message)

    def ask(self, question: Question) -> str | None:
        return self._inner.ask(question)

    def resolve(self, question: ConflictQuestion) -> ConflictReply | None:
        return self._inner.resolve(question)

    def conflicting(self, conflict: Conflict) -> None:
        self._inner.conflicting(conflict)

    @property
    def cancelled(self) -> bool:
        return self._inner.cancelled
