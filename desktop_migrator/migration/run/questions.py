"""Asks the person what is to become of conflicts, one after the other."""

from collections import Counter
from collections.abc import Sequence

from desktop_migrator.errors import Cancelled, ConflictsWait
from desktop_migrator.migration.run.decisions import Decisions
from desktop_migrator.model import Answer, Conflict
from desktop_migrator.reporter import ConflictQuestion, Reporter, Scope

_Kind = tuple[str, tuple[str, ...]]


def settle(conflicts: Sequence[Conflict], decisions: Decisions, reporter: Reporter) -> None:
    """Have all of them answered; what is answered is saved, also when the person stops.

    Raises Cancelled, and ConflictsWait where nobody is there to answer.
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
    alike = Counter(map(_kind, conflicts))
    answers: dict[_Kind, Answer] = {}
    for_all: Answer | None = None
    for index, conflict in enumerate(conflicts):
        kind = _kind(conflict)
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
                raise ConflictsWait(count=len(conflicts) - index)
            answer = reply.answer
            if reply.scope is Scope.ALIKE:
                answers[kind] = answer
            elif reply.scope is Scope.ALL:
                for_all = answer
        decisions.put(conflict, answer)
        alike[kind] -= 1


def _kind(conflict: Conflict) -> _Kind:
    return conflict.entity, conflict.fields
