"""How a run's result is printed: a table for people, an event for machines."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table

from desktop_migrator.cli.aside_line import aside_line
from desktop_migrator.cli.labels import COUNTS, SKIP_REASONS
from desktop_migrator.cli.not_taken import not_taken_facts, print_not_taken
from desktop_migrator.cli.output import cell, error_facts, print_line
from desktop_migrator.cli.session import Session
from desktop_migrator.errors import ExitCode
from desktop_migrator.messages import Message, Translator, plural
from desktop_migrator.model import Counts, LargeRecord, Outcome, RunResult

_SHOWN_REJECTIONS = 10


def exit_code(result: RunResult) -> ExitCode:
    if result.error:
        return result.error.exit_code
    left = result.counts.rejected + result.counts.superseded + len(result.too_large)
    return ExitCode.DONE_WITH_REJECTIONS if left else ExitCode.DONE


def finished_event(result: RunResult) -> dict[str, Any]:
    """The last line of `migrate --json`."""
    return {
        "event": "finished",
        "run": result.run,
        "outcome": result.outcome,
        "counts": asdict(result.counts),
        "by_entity": {name: asdict(counts) for name, counts in result.by_entity.items()},
        "left_aside": result.skipped_records,
        **not_taken_facts(result.not_taken, result.suspicions),
        "damages": [
            {
                "store": str(damage.store.path),
                "what": damage.description,
                "lost_records": damage.lost_records,
                "too_large": large_record_facts(damage.too_large),
            }
            for damage in result.damages
        ],
        "error": error_facts(result.error),
        "undo": result.undo and {"run": result.undo.run, "counts": asdict(result.undo.counts)},
        "backup": result.backup,
        "verified": result.verified,
        "seconds": round(result.seconds, 3),
        "items_per_second": round(result.items_per_second, 1),
        "average_item_size": round(result.average_item_size, 1),
        "peak_memory_mb": round(result.peak_memory_mb, 1),
    }


def large_record_facts(record: LargeRecord | None) -> dict[str, Any] | None:
    """Which record it is whose value is too large; its origin is null where nothing tells it."""
    if record is None:
        return None
    origin = record.storage_key.origin if record.storage_key else None
    return {"origin": origin, "key": record.key, "bytes": record.size}


def print_result(session: Session, result: RunResult) -> None:
    tr = session.tr
    session.stdout.print(_counts_table(result, tr))
    print_skipped_records(session, result.skipped_records)
    print_not_taken(session, result.not_taken, result.suspicions)
    _print_rejections(session, result)
    _print_superseded(session, result)
    for damage in result.damages:
        what = Message("Not taken: {what}") if damage.too_large else Message("Damaged: {what}")
        print_line(session.stdout, tr(what.template, what=damage.message), "yellow")
    session.print_text(
        tr(
            "{records:,} records read in {seconds:.1f} s: {rate:,.0f} items a second, {size:,.0f}"
            " characters each on average, with {memory:.0f} MB of memory at most.",
            records=result.counts.records,
            seconds=result.seconds,
            rate=result.items_per_second,
            size=result.average_item_size,
            memory=result.peak_memory_mb,
        )
    )
    if result.backup:
        session.print_text(
            tr(
                "Backup {id}: what the browser held and the rows as they were, encrypted.",
                id=result.backup,
            )
        )
    session.print_text(tr(_outcome_sentence(result)))


def _counts_table(result: RunResult, tr: Translator) -> Table:
    title = tr("Run {run}", run=result.run) if result.run else None
    table = Table(title=title, title_justify="left")
    table.add_column(tr("Kind"), overflow="fold")
    for header in COUNTS.values():
        table.add_column(tr(header), justify="right")

    def add_row(name: str, counts: Counts) -> None:
        table.add_row(cell(name), *(tr.number(getattr(counts, column)) for column in COUNTS))

    for name, counts in result.by_entity.items():
        add_row(name, counts)
    if len(result.by_entity) > 1:
        table.add_section()
        add_row(tr("all"), result.counts)
    return table


def _outcome_sentence(result: RunResult) -> Message:
    counts = result.counts
    written = plural(
        "{count:,} row new, {updated:,} replaced",
        "{count:,} rows new, {updated:,} replaced",
        count=counts.inserted,
        updated=counts.updated,
    )
    match result.outcome:
        case Outcome.COMPLETED:
            return _completed_sentence(written, counts, rest=bool(result.not_taken.rest))
        case Outcome.DRY_RUN:
            return Message(
                "This was a dry run ({written}): the database is as it was before.",
                written=written,
            )
        case Outcome.ROLLED_BACK if counts.inserted or counts.updated:
            return Message(
                "The run was rolled back, but for rows that others changed: {written}.",
                written=written,
            )
        case Outcome.ROLLED_BACK:
            return Message("The run was rolled back: the database's rows are as they were before.")
        case Outcome.CANCELLED:
            return Message("The run was cancelled: {written}.", written=written)
        case _:
            return Message("The run did not complete: {written}.", written=written)


def _print_superseded(session: Session, result: RunResult) -> None:
    """The first one by one, and how many there are."""
    tr = session.tr
    for each in result.superseded[:_SHOWN_REJECTIONS]:
        print_line(session.stdout, aside_line(each, tr, result.label(each.entity)), "yellow")
    if result.counts.superseded > _SHOWN_REJECTIONS:
        text = tr(
            "… {count:,} superseded by another version of the same item",
            count=result.counts.superseded,
        )
        print_line(session.stdout, text, "yellow")


def _completed_sentence(written: Message, counts: Counts, *, rest: bool) -> Message:
    if not any((counts.inserted, counts.updated, counts.unchanged, counts.skipped, rest)):
        return Message(
            "Done, but nothing was moved: the plan takes none of the {records:,} records that were"
            " read. What they are, and why they stay in the browser, is said above.",
            records=counts.records,
        )
    if rest and not counts.superseded:
        return Message(
            "Done: {written}; all items that the plan takes lie in the database, checked row by "
            "row. It takes nothing of what is listed above, which stays in the browser.",
            written=written,
        )
    if not counts.superseded:
        return Message(
            "Done: {written}; all that was sent lies in the database, checked row by row.",
            written=written,
        )
    return Message(
        "Done: {written}, checked row by row; {superseded}.",
        written=written,
        superseded=plural(
            "{count:,} item superseded by another version of the same item and kept aside",
            "{count:,} items superseded by another version of the same item and kept aside",
            count=counts.superseded,
        ),
    )


def print_skipped_records(session: Session, skipped_records: Mapping[str, int]) -> None:
    tr = session.tr
    if skipped_records:
        parts = ", ".join(
            f"{tr.number(number)} {tr(SKIP_REASONS.get(kind, kind))}"
            for kind, number in sorted(skipped_records.items(), key=lambda each: -each[1])
        )
        session.print_text(tr("Left in the browser: {parts}.", parts=parts))


def _print_rejections(session: Session, result: RunResult) -> None:
    """The first rejections one by one, of the rest how many there are of each kind."""
    tr = session.tr
    for rejection in result.rejections[:_SHOWN_REJECTIONS]:
        print_line(
            session.stdout, aside_line(rejection, tr, result.label(rejection.entity)), "yellow"
        )
    if result.counts.rejected > _SHOWN_REJECTIONS:
        kinds = Counter(rejection.code for rejection in result.rejections)
        listed = ", ".join(f"{number} × {code}" for code, number in kinds.most_common())
        text = tr("… {count:,} in all ({listed})", count=result.counts.rejected, listed=listed)
        print_line(session.stdout, text, "yellow")
