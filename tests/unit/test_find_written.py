"""A browser that still writes is waited for, if the person wants that."""

import os
import time
from pathlib import Path

import pytest

from desktop_migrator.errors import Cancelled
from desktop_migrator.messages import Message
from desktop_migrator.migration.sources.open_sources import find_written
from desktop_migrator.reporter import NullReporter, Question
from tests.unit.browsers import trees
from tests.unit.browsers.test_running_browsers import LOCKER, process


class Person(NullReporter):
    def __init__(self, answer: str | None) -> None:
        super().__init__()
        self.answer = answer
        self.warnings: list[Message] = []

    def warned(self, message: Message) -> None:
        self.warnings.append(message)

    def ask(self, question: Question) -> str | None:
        return self.answer


@pytest.mark.parametrize("answer", ["wait", "go on", None])
def test_the_person_says_whether_to_wait(tmp_path: Path, answer: str | None) -> None:
    store = trees.chromium_leveldb(tmp_path)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        """Meanwhile the browser writes twice, and is then quiet for over a minute."""
        pauses.append(seconds)
        for path in store.iterdir():
            age = 70 if len(pauses) == 3 else 0
            os.utime(path, (time.time() - age, time.time() - age))

    person = Person(answer)
    with process(LOCKER, str(store / "LOCK")):
        _, found = find_written([tmp_path], person, pause)
    assert len(found.stores) == 1
    assert len(person.warnings) == 1
    assert len(pauses) == (3 if answer == "wait" else 0)


def test_waiting_can_be_cancelled(tmp_path: Path) -> None:
    store = trees.chromium_leveldb(tmp_path)
    person = Person("wait")
    with process(LOCKER, str(store / "LOCK")), pytest.raises(Cancelled):
        find_written([tmp_path], person, lambda _: person.cancel.set())
