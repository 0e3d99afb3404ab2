"""What of the records did not become items, and what looks secret in those that did: by names."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from desktop_migrator.cli.labels import SECRET_KINDS, SKIP_REASONS
from desktop_migrator.cli.output import escape_unprintable
from desktop_migrator.cli.session import Session
from desktop_migrator.messages import N_, plural
from desktop_migrator.model import NotTaken, RestOfRecords, Suspicion

_SHOWN = 20
_UNTOLD_KINDS = frozenset(("other-site", "partitioned", "container", "empty", "excluded"))
"""Kinds of which the number says enough."""


def not_taken_facts(not_taken: NotTaken, suspicions: Sequence[Suspicion]) -> dict[str, Any]:
    """For the last event of `migrate` and `preview`."""
    return {
        "rest": [asdict(each) for each in not_taken.rest],
        "aside": [asdict(each) for each in not_taken.aside],
        "logins_cut": [asdict(each) for each in not_taken.cut],
        "looks_sensitive": list(map(msgspec.structs.asdict, suspicions)),
    }


def print_not_taken(session: Session, not_taken: NotTaken, suspicions: Sequence[Suspicion]) -> None:
    tr = session.tr
    _print_list(
        session,
        N_("The plan takes nothing of:"),
        [_rest_line(session, each) for each in not_taken.rest],
    )
    _print_list(
        session,
        N_("Left aside by their keys or by what they hold (--take KEY takes them all the same):"),
        [
            tr(
                plural(
                    "{key}: {kind}, {count:,} record",
                    "{key}: {kind}, {count:,} records",
                    key=escape_unprintable(each.key),
                    kind=tr(SKIP_REASONS.get(each.kind, each.kind)),
                    count=each.records,
                )
            )
            for each in not_taken.aside
            if each.kind not in _UNTOLD_KINDS
        ],
    )
    _print_list(
        session,
        N_("Log-ins that were cut out of records, whose rest is taken:"),
        [
            tr(
                plural(
                    "{key}: {path}, {count:,} value",
                    "{key}: {path}, {count:,} values",
                    key=escape_unprintable(each.key),
                    path=each.path or "@",
                    count=each.count,
                )
            )
            for each in not_taken.cut
        ],
    )
    _print_list(
        session,
        N_("Probably secret or personal, and would go into the database as it is:"),
        [
            tr(
                plural(
                    "{entity}, field {field}: {kind}, {count:,} value",
                    "{entity}, field {field}: {kind}, {count:,} values",
                    entity=each.entity,
                    field=each.field,
                    kind=tr(SECRET_KINDS[each.kind]),
                    count=each.count,
                )
            )
            for each in suspicions
        ],
    )
    if suspicions:
        session.print_text(
            tr("A plan can encrypt, hash, redact or drop such fields: see docs/sensitive.md.")
        )


def _rest_line(session: Session, rest: RestOfRecords) -> str:
    place = f"{rest.key}: {rest.path}" if rest.path else rest.key
    return session.tr(
        "{place}, {count:,} values, {size:,} bytes, in {records:,} records",
        place=escape_unprintable(place),
        count=rest.count,
        size=rest.size,
        records=rest.records,
    )


def _print_list(session: Session, heading: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    session.print_text(session.tr(heading))
    for line in lines[:_SHOWN]:
        session.print_text(f"  {line}")
    if len(lines) > _SHOWN:
        session.print_text(session.tr("  … and {count:,} more", count=len(lines) - _SHOWN))
