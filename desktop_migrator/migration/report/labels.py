"""The words of a report, the same on every kind of page."""

from desktop_migrator.migration.report.run_facts import RunFacts
from desktop_migrator.model import Outcome

COLUMNS = {
    "inserted": "New",
    "updated": "Replaced",
    "unchanged": "Same",
    "skipped": "Kept",
    "rejected": "Rejected",
}
"""What became of items, each with its heading."""

COLOURS = {
    "inserted": "#2f7d4f",
    "updated": "#2f6db5",
    "unchanged": "#8a97a6",
    "skipped": "#b58a2f",
    "rejected": "#b53a3a",
}

SKIP_REASONS = {
    "other-site": "belong to other web sites",
    "partitioned": "lie framed in other web sites",
    "cache": "are caches, which the app fills again",
    "secret": "are login tokens and other secrets",
    "excluded": "are of kinds that were not asked for",
    "left-out": "were left out by you",
    "out-of-range": "items are of another time",
    "empty": "are empty",
    "unmatched": "are not named by the plan",
}

TITLES = {
    Outcome.COMPLETED: "Your data has moved",
    Outcome.DRY_RUN: "A dry run: nothing was changed",
    Outcome.ROLLED_BACK: "The migration was taken back",
    Outcome.FAILED: "The migration did not complete",
    Outcome.CANCELLED: "The migration was cancelled",
}


def headline(facts: RunFacts) -> str:
    """One sentence: what is in the database now."""
    new, replaced = facts.total("inserted"), facts.total("updated")
    rows = f"{new:,} rows are new, {replaced:,} were replaced"
    if facts.outcome is Outcome.COMPLETED:
        return f"{rows}; all that was sent lies in the database."
    if facts.outcome is Outcome.DRY_RUN:
        return f"A real run would do this: {rows.replace('are new', 'new').replace('were ', '')}."
    if facts.outcome is Outcome.ROLLED_BACK:
        return "The database's rows are as they were before the run."
    return f"Until then {rows}."


def verification(facts: RunFacts) -> str:
    if facts.verified:
        return (
            "Every row that was sent was read back from the database and compared with what was "
            "sent: no row is missing, none differs."
        )
    if facts.outcome is Outcome.COMPLETED:
        return "The rows were not read back after they were written."
    return "The run did not come as far as to its verification."


def describe_skipped(kind: str, number: int) -> str:
    return f"{number:,} {SKIP_REASONS.get(kind, kind)}"


def what_next(facts: RunFacts) -> list[str]:
    """What its reader can do now, the most useful first."""
    steps = []
    if facts.error:
        steps.append(facts.error.hint)
    if facts.total("rejected"):
        steps.append(
            "Mend the rejected items as said for each, then run the migration again: what is in "
            "the database already is not sent twice."
        )
    if facts.conflicts:
        steps.append(
            f"{facts.conflicts:,} rows existed and differed. To decide about each, run again "
            "and let the program ask you."
        )
    if facts.outcome is Outcome.COMPLETED:
        steps.append(
            f"To take all of it back: Undo in the program, or "
            f"`desktop-migrator rollback --run {facts.run}`."
        )
    return steps
