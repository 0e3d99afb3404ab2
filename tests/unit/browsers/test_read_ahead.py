"""Reading ahead gives what reading gives, in its order, and leaves no thread behind."""

import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from desktop_migrator.browsers.read.read_ahead import DamageCallback, read_ahead
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage, Profile, Record, StorageKey, Store, StoreFormat
from tests.waiting import wait_until

STORE = Store(
    Profile("chrome", "Chrome", "Default", Path("p")), StoreFormat.CHROMIUM_LEVELDB, Path("s"), 0
)
KEY = StorageKey("https://app.test")


def record(number: int, length: int = 100_000) -> Record:
    return Record(STORE, KEY, str(number), "x" * length)


def damage(number: int) -> Damage:
    return Damage(STORE, Message("Block {number}.", number=number), number)


class Reading:
    """Twenty records of a tenth of a million characters, with damages and, at the end, an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.given = 0
        self.closed_by: threading.Thread | None = None
        self._error = error

    def __call__(self, report: DamageCallback) -> Generator[Record, None, None]:
        try:
            for number in range(20):
                if number % 7 == 3:
                    report(damage(number))
                self.given += 1
                yield record(number)
            if self._error:
                raise self._error
        finally:
            self.closed_by = threading.current_thread()


def test_records_and_damages_come_as_they_were_read() -> None:
    met: list[str] = []
    for each in read_ahead(Reading(), lambda damage: met.append(str(damage.description))):
        met.append(each.key)  # noqa: PERF401 - the damages come between
    plain: list[str] = []
    for each in Reading()(lambda damage: plain.append(str(damage.description))):
        plain.append(each.key)  # noqa: PERF401
    assert met == plain


def test_an_error_comes_after_what_was_read_before_it() -> None:
    records = read_ahead(Reading(ValueError("damaged")), lambda _: None)
    read = [next(records).key for _ in range(20)]
    assert read == [str(number) for number in range(20)]
    with pytest.raises(ValueError, match="damaged"):
        next(records)


def test_who_stops_halfway_leaves_neither_thread_nor_open_store() -> None:
    before = threading.active_count()
    reading = Reading()
    records = read_ahead(reading, lambda _: None)
    next(records)
    records.close()
    assert threading.active_count() == before
    assert reading.given < 20
    assert reading.closed_by is not threading.current_thread()


def test_it_is_no_further_ahead_than_two_batches() -> None:
    reading = Reading()
    records = read_ahead(reading, lambda _: None)
    next(records)
    wait_until(lambda: reading.given >= 3, "nothing is read ahead")
    threading.Event().wait(0.1)  # in which it would get further
    assert reading.given <= 12
    records.close()
