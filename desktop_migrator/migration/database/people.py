"""A list of people in a CSV file: who they are in the app, and whose captures are whose.

Its first line names the columns, in any order: `user_id` or `email` (who it is), and any of `file`
(a capture's name or path), `capture` (its id), `host`, `login`. Others may be there and are not
looked at. Commas, semicolons and tabs separate, UTF-8 or UTF-16, whatever the spreadsheet program
writes. What could be read in two ways is refused: it would be somebody else's data.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop_migrator.errors import UsageError
from desktop_migrator.messages import Message
from desktop_migrator.migration.database.person import Person
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
            [("file", _file_name(path.absolute())), ("file", _file_name(path.name))],
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
        yield "file", _file_name(each.file)
        if Path(each.file).parent != Path():
            yield "file", _file_name(Path(each.file).absolute())
    if each.host:
        yield "login", each.host.casefold(), each.login.casefold()


def _file_name(path: str | Path) -> str:
    """Composed, however a disk or a program spells its letters."""
    return unicodedata.normalize("NFC", str(path))


def read_people(path: Path) -> PeopleList:
    """Raises UsageError, which names the line."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        is_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if is_utf16 else "utf-8-sig")
    except OSError as error:
        raise UsageError(
            reason=Message(
                "{path} cannot be read: {reason}.", path=str(path), reason=os_error_reason(error)
            )
        ) from None
    except UnicodeDecodeError:
        raise _unusable(path, 1, Message("it is neither UTF-8 nor UTF-16")) from None
    if len(data) > _MAX_BYTES:
        raise _unusable(path, 1, Message("it is larger than 64 MiB"))
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = [name.strip().casefold() for name in next(rows, [])]
        if not {"user_id", "email"} & {*header}:
            raise _unusable(
                path, 1, Message("its first line names neither the column user_id nor email")
            )
        for name in _COLUMNS:
            if header.count(name) > 1:
                raise _unusable(
                    path, 1, Message("its first line names the column {name} twice", name=name)
                )
        return PeopleList([*_read_rows(path, header, ((rows.line_num, row) for row in rows))])
    except csv.Error:
        raise _unusable(path, rows.line_num, Message("it is not CSV")) from None


def _read_rows(
    path: Path, header: list[str], rows: Iterable[tuple[int, list[str]]]
) -> Iterator[ListedPerson]:
    """`rows` with the numbers of their lines."""
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(header) :]):
            raise _unusable(path, line, Message("it has more cells than the first line"))
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        found = ListedPerson(line, **{name: cells.get(name, "") for name in _COLUMNS})
        if found.person == Person():
            raise _unusable(path, line, Message("it says nobody: neither user_id nor email"))
        yield found


def _unusable(path: Path, line: int, why: Message) -> UsageError:
    return UsageError(
        reason=Message("{path}, line {line}: {why}.", path=str(path), line=line, why=why)
    )
