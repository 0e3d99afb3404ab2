"""What people answered to conflicts, kept in a file so that a run can be repeated without asking.

The file is JSON: `{"version": 1, "decisions": [...]}`. A decision names its entity and its row's
id, and has digests of the row (`row`), of the item (`item`) and of both merged (`merged`), each
over the columns that the item fills; so an answer never counts for what has changed since. The
fields that differ (`fields`) and the times of both sides are there for people. `answer` is `keep`,
`replace`, `merge`, or null while nobody has answered. No value from user data is in the file.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from desktop_migrator.errors import Cancelled, ConflictsUnresolved, DecisionsUnusable
from desktop_migrator.messages import Message
from desktop_migrator.model import Conflict, Resolution
from desktop_migrator.reporter import AnswerScope, ConflictQuestion, Reporter
from desktop_migrator.system.files import os_error_reason, write_private

MAX_BYTES = 64 << 20
MAX_DECISIONS = 100_000

_Text = Annotated[str, Field(max_length=1000)]
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
    answer: Resolution | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    decisions: Annotated[list[Decision], Field(max_length=MAX_DECISIONS)] = []


class Decisions:
    """Answers by conflict, and the file that they are kept in, if there is one."""

    def __init__(self, path: Path | None = None) -> None:
        """Reads the file if it exists. Raises DecisionsUnusable."""
        self._path = path
        self._decisions: dict[tuple[str, str, str], Decision] = {}
        if path is not None and path.exists():
            for decision in _read(path).decisions:
                self._decisions[decision.entity, decision.id, decision.item] = decision

    def answer(self, entity: str, row_id: str, row: bytes, item: bytes) -> Resolution | None:
        """The answer to just this conflict; also once a merge was done as it said."""
        decision = self._decisions.get((entity, row_id, item.hex()))
        if decision is None:
            return None
        now = row.hex()
        merged = decision.answer is Resolution.MERGE and now == decision.merged
        return decision.answer if merged or now == decision.row else None

    def put(self, conflict: Conflict, answer: Resolution | None) -> None:
        decision = Decision(
            entity=conflict.entity,
            id=conflict.id,
            fields=list(conflict.fields),
            row=conflict.row_digest.hex(),
            item=conflict.item_digest.hex(),
            merged=conflict.merged_digest.hex(),
            row_time=conflict.row_time,
            item_time=conflict.item_time,
            answer=answer,
        )
        self._decisions[conflict.entity, conflict.id, decision.item] = decision

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


_ConflictGroup = tuple[str, tuple[str, ...]]


def resolve_with_user(
    conflicts: Sequence[Conflict], decisions: Decisions, reporter: Reporter
) -> None:
    """Have all of them answered; what is answered is saved, also when the person stops.

    Raises Cancelled, and ConflictsUnresolved where nobody is there to answer.
    """
    if not conflicts:
        return
    for conflict in conflicts:
        decisions.put(conflict, None)
    decisions.save()  # before anybody takes trouble
    try:
        _ask(conflicts, decisions, reporter)
    finally:
        decisions.save()


def _ask(conflicts: Sequence[Conflict], decisions: Decisions, reporter: Reporter) -> None:
    alike = Counter(map(_conflict_group, conflicts))
    answers: dict[_ConflictGroup, Resolution] = {}
    for_all: Resolution | None = None
    for index, conflict in enumerate(conflicts):
        kind = _conflict_group(conflict)
        answer = for_all or answers.get(kind)
        if answer is None:
            reply = reporter.resolve(
                ConflictQuestion(conflict, index + 1, len(conflicts), alike[kind])
            )
            if reporter.cancelled:
                raise Cancelled
            if reply is None:
                for waiting in conflicts[index:]:
                    reporter.conflicting(waiting)
                raise ConflictsUnresolved(count=len(conflicts) - index)
            answer = reply.resolution
            if reply.scope is AnswerScope.SIMILAR:
                answers[kind] = answer
            elif reply.scope is AnswerScope.ALL:
                for_all = answer
        decisions.put(conflict, answer)
        alike[kind] -= 1


def _conflict_group(conflict: Conflict) -> _ConflictGroup:
    return conflict.entity, conflict.fields
