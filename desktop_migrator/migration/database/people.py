"""A list of people in a CSV file: who they are in the app, and whose captures are whose.

Its first line names the columns, in any order: `user_id` or `email` (who it is), and any of `file`
(a capture's name or path), `capture` (its id), `host`, `login`. Others may be there and are not
looked at. Commas, semicolons and tabs separate, whatever the spreadsheet program writes.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.open_database import Person
from desktop_migrator.system.files import os_error_reason
from desktop_migrator.vault.payload import BackupManifest

_MAX_BYTES = 64 << 20
_COLUMNS = ("file", "capture", "host", "login", "user_id", "email")


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """One line of the list; an empty text is what it does not say."""

    line: int
    file: str = ""
    capture: str = ""
    host: str = ""
    login: str = ""
    user_id: str = ""
    email: str = ""

    @property
    def person(self) -> Person:
        return Person(self.user_id or None, self.email or None)


class PeopleList:
    """Looks people up by what is known of a capture."""

    def __init__(self, people: Iterable[ListedPerson]) -> None:
        self.people = tuple(people)
        self._by: dict[tuple[str, ...], list[ListedPerson]] = {}
        for each in self.people:
            for key in _keys(each):
                self._by.setdefault(key, []).append(each)

    def find(self, path: Path, manifest: BackupManifest) -> Person | None:
        """Whose the capture is: by its id, else by its file, else by host and login.

        None where the list does not have it. Raises UsageError where it has it twice, for two.
        """
        login = (manifest.login or "").casefold()
        host = manifest.host.casefold()
        keys: list[list[tuple[str, ...]]] = [
            [("capture", manifest.id.casefold())],
            [("file", str(path.absolute())), ("file", path.name)],
            [("login", host, login)],
            [("login", host, "")],
        ]
        for wanted in keys:
            found = [each for key in wanted for each in self._by.get(key, ())]
            people = {each.person for each in found}
            if len(people) > 1:
                lines = ", ".join(str(each.line) for each in found)
                raise UsageError(
                    reason=Message("The list has it more than once: lines {lines}.", lines=lines)
                )
            if people:
                return people.pop()
        return None


def _keys(each: ListedPerson) -> Iterable[tuple[str, ...]]:
    if each.capture:
        yield "capture", each.capture.casefold()
    if each.file:
        yield "file", each.file
        if Path(each.file).parent != Path():
            yield "file", str(Path(each.file).absolute())
    if each.host:
        yield "login", each.host.casefold(), each.login.casefold()


def read_people(path: Path) -> PeopleList:
    """Raises UsageError, which names the line."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            reason=Message(
                "{path} cannot be read: {reason}.", path=str(path), reason=os_error_reason(error)
            )
        ) from None
    except UnicodeDecodeError:
        raise _unusable(path, 1, Message("it is not UTF-8")) from None
    if len(data) > _MAX_BYTES:
        raise _unusable(path, 1, Message("it is larger than 64 MiB"))
    lines = text.splitlines()
    separator = max(",;\t", key=(lines[0] if lines else "").count)
    rows = csv.reader(lines, delimiter=separator)
    try:
        header = [name.strip().casefold() for name in next(rows, [])]
        if not {"user_id", "email"} & {*header}:
            raise _unusable(
                path, 1, Message("its first line names neither the column user_id nor email")
            )
        return PeopleList(_read_rows(path, header, rows))
    except csv.Error:
        raise _unusable(path, rows.line_num, Message("it is not CSV")) from None


def _read_rows(path: Path, header: list[str], rows: Iterable[list[str]]) -> list[ListedPerson]:
    people = []
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        found = ListedPerson(number, **{name: cells.get(name, "") for name in _COLUMNS})
        if found.person == Person():
            raise _unusable(path, number, Message("it says nobody: neither user_id nor email"))
        people.append(found)
    return people


def _unusable(path: Path, line: int, why: Message) -> UsageError:
    return UsageError(
        reason=Message("{path}, line {line}: {why}.", path=str(path), line=line, why=why)
    )
