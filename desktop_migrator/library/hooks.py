"""Hooks and listeners of a program that migrates: plain functions or coroutines."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any

from desktop_migrator.messages import Message
from desktop_migrator.migration.progress import Progress, ProgressReporter
from desktop_migrator.model import Conflict, Rejection, Superseded

Listener = Callable[..., Any]
"""Takes what its event has; a coroutine is waited for."""


class Event(StrEnum):
    """What can be listened to, and what the listener is given."""

    PROGRESS = "progress"
    """A `Progress`: stage, current, total, percentage, seconds left."""
    REJECTED = "rejected"
    """A `Rejection`."""
    SUPERSEDED = "superseded"
    """A `Superseded`: an item that gave way to another version."""
    CONFLICT = "conflict"
    """A `Conflict` that waits for an answer."""
    WARNING = "warning"
    """A `Message`; `str` gives the sentence."""


def call(hook: Listener, *values: Any) -> Any:
    """The hook's result, waited for in an event loop of its own where it is a coroutine's."""
    result = hook(*values)
    if not inspect.isawaitable(result):
        return result
    with ThreadPoolExecutor(1) as other:  # this thread may be in a loop already
        return other.submit(asyncio.run, _awaited(result)).result()


async def _awaited(result: Awaitable[Any]) -> Any:
    return await result


class ListeningReporter(ProgressReporter):
    """Tells the listeners what a run tells."""

    def __init__(self) -> None:
        super().__init__()
        self.listeners: list[tuple[Event, Listener]] = []

    def _tell(self, event: Event, value: object) -> None:
        for wanted, listener in self.listeners:
            if wanted is event:
                call(listener, value)

    def show(self, progress: Progress) -> None:
        self._tell(Event.PROGRESS, progress)

    def rejected(self, rejection: Rejection) -> None:
        self._tell(Event.REJECTED, rejection)

    def superseded(self, item: Superseded) -> None:
        self._tell(Event.SUPERSEDED, item)

    def conflicting(self, conflict: Conflict) -> None:
        self._tell(Event.CONFLICT, conflict)

    def warned(self, message: Message) -> None:
        self._tell(Event.WARNING, message)
