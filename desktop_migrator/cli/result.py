"""How a run's result is printed: a table for people, an event for machines."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from desktop_migrator.cli.output import print_line, rejection_line
from desktop_migrator.errors import ExitCode
from desktop_migrator.model import Outcome, RunResult

_SHOWN_REJECTIONS = 10
_COLUMNS = {
    "items": "Items",
    "inserted": "New",
    "updated": "Replaced",
    "unchanged": "Same",
    "skipped": "Kept",
    "rejected": "Rejected",
}
_SKIP_REASONS = {
    "other-site": "of other web sites",
    "partitioned": "framed in other web sites",
    "cache": "caches",
    "secret": "login tokens and other secrets",
    "excluded": "of kinds not asked for",
    "out-of-range": "items of another time",
    "left-out": "items that were left out",
    "empty": "empty",
    "unmatched": "that the plan does not name",
}


def exit_code(result: RunResult) -> ExitCode:
    if result.error:
        return result.error.exit_code
    return ExitCode.DONE_WITH_REJECTIONS if result.counts.rejected else ExitCode.DONE


def finished_event(result: RunResult) -> dict[str, Any]:
    """The last line of `migrate --json`."""
    return {
        "event": "finished",
        "run": result.run,
        "outcome": result.outcome,
        "counts": asdict(result.counts),
        "by_entity": {name: asdict(counts) for name, counts in result.by_entity.items()},
        "left_aside": result.skipped_records,
        "damages": [
            {
                "store": str(damage.store.path),
                "what": damage.description,
                "lost_records": damage.lost_records,
            }
            for damage in result.damages
        ],
        "undo": result.undo and {"run": result.undo.run, "counts": asdict(result.undo.counts)},
        "backup": result.backup,
        "verified": result.verified,
        "seconds": round(result.seconds, 3),
        "items_per_second": round(result.items_per_second, 1),
        "peak_memory_mb": round(result.peak_memory_mb, 1),
    }


def print_result(console: Console, result: RunResult) -> None:
    table = Table(title=f"Run {result.run}" if result.run else None, title_justify="left")
    table.add_column("Kind")
    for header in _COLUMNS.values():
        table.add_column(header, justify="right")
    for name, counts in result.by_entity.items():
        table.add_row(name, *(f"{getattr(counts, column):,}" for column in _COLUMNS))
    if len(result.by_entity) > 1:
        table.add_section()
        table.add_row("all", *(f"{getattr(result.counts, column):,}" for column in _COLUMNS))
    console.print(table)
    print_skipped_records(console, result.skipped_records)
    _print_rejections(console, result)
    for damage in result.damages:
        print_line(console, f"Damaged: {damage.message}", "yellow")
    print_line(
        console,
        f"{result.counts.records:,} records read in {result.seconds:.1f} s, "
        f"with {result.peak_memory_mb:.0f} MB of memory at most.",
    )
    if result.backup:
        print_line(
            console,
            f"Backup {result.backup}: what the browser held and the rows as they were, encrypted.",
        )
    print_line(console, _outcome_sentence(result))


def _outcome_sentence(result: RunResult) -> str:
    counts = result.counts
    written = f"{counts.inserted:,} rows new, {counts.updated:,} replaced"
    if result.outcome is Outcome.COMPLETED:
        return f"Done: {written}; all that was sent lies in the database, checked row by row."
    if result.outcome is Outcome.DRY_RUN:
        return f"This was a dry run ({written}): the database is as it was before."
    if result.outcome is Outcome.ROLLED_BACK:
        if counts.inserted or counts.updated:
            return f"The run was rolled back, but for rows that others changed: {written}."
        return "The run was rolled back: the database's rows are as they were before."
    if result.outcome is Outcome.CANCELLED:
        return f"The run was cancelled: {written}."
    return f"The run did not complete: {written}."


def print_skipped_records(console: Console, skipped_records: Mapping[str, int]) -> None:
    if skipped_records:
        parts = (
            f"{number:,} {_SKIP_REASONS.get(kind, kind)}"
            for kind, number in sorted(skipped_records.items(), key=lambda each: -each[1])
        )
        print_line(console, f"Left in the browser: {', '.join(parts)}.")


def _print_rejections(console: Console, result: RunResult) -> None:
    """The first rejections one by one, of the rest how many there are of each kind."""
    for rejection in result.rejections[:_SHOWN_REJECTIONS]:
        print_line(console, rejection_line(rejection), "yellow")
    if result.counts.rejected > _SHOWN_REJECTIONS:
        kinds = Counter(rejection.code for rejection in result.rejections)
        listed = ", ".join(f"{number} × {code}" for code, number in kinds.most_common())
        print_line(console, f"… {result.counts.rejected:,} in all ({listed})", "yellow")
