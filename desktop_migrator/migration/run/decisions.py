"""What people answered to conflicts, kept in a file so that a run can be repeated without asking.

The file is JSON: `{"version": 1, "decisions": [...]}`. A decision names its entity and its row's
id, and has digests of the row (`row`), of the item (`item`) and of both merged (`merged`), each
over the columns that the item fills; so an answer never counts for what has changed since. Of two
versions of an item, one stands in the row's place, and `row_source` and `item_source` say where
they lie. The fields that differ (`fields`) and the times of both sides are there for people.
`answer` is `keep`, `replace`, `merge`, or null while nobody has answered. No value from user data
is in the file.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from desktop_migrator.errors import Cancelled, ConflictsUnresolved, DecisionsUnusable
from desktop_migrator.messages import Message
from desktop_migrator.model import Conflict, ConflictKind, Resolution
from desktop_migrator.postgres.types.text_escape import escape_unstorable
from desktop_migrator.reporter import AnswerScope, ConflictQuestion, Reporter
from desktop_migrator.system.files import os_error_reason, write_private

MAX_BYTES = 64 << 20
MAX_DECISIONS = 100_000

_MAX_TEXT_LENGTH = 1000

_Text = Annotated[str, Field(max_length=_MAX_TEXT_LENGTH)]
_Digest = Annotated[str, Field(pattern="^[0-9a-f]{0,64}$")]


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    entity: _Text
    id: _Text
    fields: Annotated[list[_Text], Field(max_length=2000)]
    row: _Digest
    item: _Digest
    merged: _Digest
    row_time: datetime | None = None
    item_time: datetime | None = None
    row_source: _Text | None = None
    item_source: _Text | None = None
    answer: Resolution | None = None

    @property
    def key(self) -> "_Key":
        """A row is in one state only; a version may meet several others."""
        return self.entity, self.id, self.item, self.row if self.row_source is not None else None


_Key = tuple[str, str, str, str | None]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    decisions: Annotated[list[Decision], Field(max_length=MAX_DECISIONS)] = []


class Decisions:
    """Answers by conflict, and the file that they are kept in, if there is one."""

    def __init__(self, path: Path | None = None) -> None:
        """Reads the file if it exists. Raises DecisionsUnusable."""
        self._path = path
        self._decisions: dict[_Key, Decision] = {}
        if path is not None and path.exists():
            for decision in _read(path).decisions:
                self._decisions[decision.key] = decision

    def answer(self, entity: str, row_id: str, row: bytes, item: bytes) -> Resolution | None:
        """The answer to just this conflict; also once a merge was done as it said."""
        now = row.hex()
        key = entity, row_id, item.hex()
        decision = self._decisions.get((*key, now)) or self._decisions.get((*key, None))
        if decision is None:
            return None
        merged = decision.answer is Resolution.MERGE and now == decision.merged
        return decision.answer if merged or now == decision.row else None

    def put(self, conflict: Conflict, answer: Resolution | None) -> None:
        names = conflict.version_names or (None, None)
        row_source, item_source = (
            None if name is None else escape_unstorable(name)[:_MAX_TEXT_LENGTH] for name in names
        )
        decision = Decision(
            entity=conflict.entity,
            id=conflict.id,
            fields=list(conflict.fields),
            row=conflict.row_digest.hex(),
            item=conflict.item_digest.hex(),
            merged=conflict.merged_digest.hex(),
            row_time=conflict.row_time,
            item_time=conflict.item_time,
            row_source=row_source,
            item_source=item_source,
            answer=answer,
        )
        self._decisions[decision.key] = decision

    def save(self) -> None:
        """Write the file anew, whole or not at all. Raises DecisionsUnusable."""
        if self._path is None:
            return
        content = _File(decisions=list(self._newest())).model_dump_json(indent=1)
        try:
            write_private(self._path, f"{content}\n".encode())
        except OSError as error:
            raise DecisionsUnusable(path=self._path, reason=os_error_reason(error)) from None

    def _newest(self) -> Iterator[Decision]:
        decisions = list(self._decisions.values())
        yield from decisions[-MAX_DECISIONS:]


def _read(path: Path) -> _File:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DecisionsUnusable(path=path, reason=error.strerror) from None
    if len(data) > MAX_BYTES:
        raise DecisionsUnusable(
            path=path, reason=Message("it is larger than {limit:,} bytes", limit=MAX_BYTES)
        )
    try:
        return _File.model_validate_json(data)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise DecisionsUnusable(
            path=path,
            reason=Message(
                "{place}: {fault}", place=place or Message("the file"), fault=problem["msg"]
            ),
        ) from None


def resolve_with_user(
    conflicts: Sequence[Conflict], decisions: Decisions, reporter: Reporter
) -> None:
    """Have all of them answered; what is answered is saved, also when the person stops.

    Raises Cancelled, and ConflictsUnresolved where nobody is there to answer.
    """
    if unanswered := Questioning(decisions, reporter).ask(conflicts):
        raise ConflictsUnresolved(count=unanswered)


class Questioning:
    """The questions put to one person, in one or more rounds, whose answers may hold for more."""

    def __init__(self, decisions: Decisions, reporter: Reporter) -> None:
        self._decisions = decisions
        self._reporter = reporter
        self._for_similar: dict[tuple[str, ConflictKind], Resolution] = {}
        self._for_all: Resolution | None = None
        self._number = 0
        """Of the last question."""

    def answer_from_before(self, conflict: Conflict) -> Resolution | None:
        """The answer to another question that holds for this conflict too; it is noted."""
        answer = self._for_all or self._for_similar.get((conflict.entity, conflict.kind))
        if answer:
            self._decisions.put(conflict, answer)
        return answer

    def ask(self, conflicts: Sequence[Conflict]) -> int:
        """Have them answered; how many are not, since nobody is there. Saves; raises Cancelled."""
        if not conflicts:
            if self._number:  # of which answers may hold for more than was asked
                self._decisions.save()
            return 0
        for conflict in conflicts:
            self._decisions.put(conflict, None)
        self._decisions.save()  # before anybody takes trouble
        try:
            return self._ask(conflicts)
        finally:
            self._decisions.save()

    def _ask(self, conflicts: Sequence[Conflict]) -> int:
        similar = Counter((conflict.entity, conflict.kind) for conflict in conflicts)
        total = self._number + len(conflicts)
        for index, conflict in enumerate(conflicts):
            kind = conflict.entity, conflict.kind
            self._number += 1
            if not self.answer_from_before(conflict):
                reply = self._reporter.resolve(
                    ConflictQuestion(conflict, self._number, total, similar[kind])
                )
                if self._reporter.cancelled:
                    raise Cancelled
                if reply is None:
                    for waiting in conflicts[index:]:
                        self._reporter.conflicting(waiting)
                    return len(conflicts) - index
                if reply.scope is AnswerScope.SIMILAR:
                    self._for_similar[kind] = reply.resolution
                elif reply.scope is AnswerScope.ALL:
                    self._for_all = reply.resolution
                self._decisions.put(conflict, reply.resolution)
            similar[kind] -= 1
        return 0
