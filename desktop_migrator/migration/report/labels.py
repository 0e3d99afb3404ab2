"""The words of a report, the same on every kind of page, for a translator to say."""

from desktop_migrator.messages import N_, Message, Translator, plural
from desktop_migrator.migration.report.run_facts import DamageFacts, EntityFacts, RunFacts
from desktop_migrator.migration.workspace.connections import BUILTIN
from desktop_migrator.model import NotTaken, Outcome

DOMAIN = "report"
"""Of the catalogs that a report's translator asks."""

COLUMNS = {
    "inserted": N_("New"),
    "updated": N_("Replaced"),
    "unchanged": N_("Same"),
    "skipped": N_("Kept"),
    "superseded": N_("Superseded"),
    "rejected": N_("Rejected"),
}
"""What became of items, each with its heading."""

COLOURS = {
    "inserted": "#2e8b57",
    "updated": "#3f7fc8",
    "unchanged": "#76838f",
    "skipped": "#a87a1f",
    "superseded": "#9a6bb8",
    "rejected": "#d1504f",
}
"""Each at 3:1 or more on light and on dark ground; side by side they differ by their patterns."""

_SHORTEST = 1.0
"""Hundredths of the longest bar."""

HEADINGS = {
    "error": N_("What stopped it"),
    "numbers": N_("In numbers"),
    "entities": N_("What became of each kind of item"),
    "rejections": N_("What could not go, and what to do about it"),
    "superseded": N_("What gave way to another version of the same item"),
    "verification": N_("Verification"),
    "skipped": N_("What stayed in the browser"),
    "next": N_("What you can do next"),
    "details": N_("Details for the support desk"),
    "places": N_("Where these items lie"),
    "kind": N_("Kind"),
    "items": N_("Items"),
    "remedy": N_("What to do:"),
}

SKIP_REASONS = {
    "other-site": N_("{count:,} belong to other web sites"),
    "partitioned": N_("{count:,} lie framed in other web sites"),
    "container": N_("{count:,} lie in containers of Firefox"),
    "cache": N_("{count:,} are caches, which the app fills again"),
    "secret": N_("{count:,} are login tokens and other secrets"),
    "excluded": N_("{count:,} are of kinds that were not asked for"),
    "left-out": N_("{count:,} were left out by you"),
    "out-of-range": N_("{count:,} items are of another time"),
    "empty": N_("{count:,} are empty"),
    "unmatched": N_("{count:,} are not named by the plan"),
    "expired": N_("{count:,} had expired"),
    "tombstone": N_("{count:,} are left of what the app deleted"),
    "index": N_("{count:,} are lists of other records"),
    "metadata": N_("{count:,} are a library's own notes"),
    "lost-by-app": N_("{count:,} were lost by the app, which wrote [object Object]"),
}

LACKING_LETTERS = N_(
    "Letters that this PDF cannot show stand as a question mark; the report as a web page has them."
)
NOT_LOST = N_(
    "Rejected items are not lost: they are still in the browser, and kept aside with the run."
)

TITLES = {
    Outcome.COMPLETED: N_("Your data has moved"),
    Outcome.DRY_RUN: N_("A dry run: nothing was changed"),
    Outcome.ROLLED_BACK: N_("The migration was taken back"),
    Outcome.FAILED: N_("The migration did not complete"),
    Outcome.CANCELLED: N_("The migration was cancelled"),
}


def error_code(code: str) -> Message:
    return Message("Code for the support desk: {code}", code=code)


def headline(facts: RunFacts) -> Message:
    """One sentence: what is in the database now."""
    new, replaced = facts.total("inserted"), facts.total("updated")
    if facts.outcome is Outcome.ROLLED_BACK:
        return Message("The database's rows are as they were before the run.")
    if facts.outcome is Outcome.DRY_RUN:
        return Message(
            "A real run would do this: {new}, {replaced}.",
            new=plural("{count:,} row new", "{count:,} rows new", count=new),
            replaced=Message("{count:,} replaced", count=replaced),
        )
    rows = Message(
        "{new}, {replaced}",
        new=plural("{count:,} row is new", "{count:,} rows are new", count=new),
        replaced=plural("{count:,} was replaced", "{count:,} were replaced", count=replaced),
    )
    if facts.outcome is Outcome.COMPLETED:
        if facts.total("superseded"):
            return Message("{rows}; {superseded}", rows=rows, superseded=superseded(facts))
        return Message("{rows}; all that was sent lies in the database.", rows=rows)
    return Message("Until then {rows}.", rows=rows)


def superseded(facts: RunFacts) -> Message:
    return plural(
        "{count:,} item was superseded by another version of the same item, and is kept aside.",
        "{count:,} items were superseded by another version of the same item, and are kept aside.",
        count=facts.total("superseded"),
    )


def numbers(facts: RunFacts) -> dict[str, int]:
    """What a reader wants to know first, by what it counts: all items, then what they add up of."""
    became = {heading: facts.total(column) for column, heading in COLUMNS.items()}
    return {N_("items found"): facts.items} | {name: n for name, n in became.items() if n}


def bar_parts(entity: EntityFacts, scale: int) -> list[tuple[str, float, float, int]]:
    """The entity's bar: column, where it begins and how long it is (0 to 100), and its number.

    All bars have one scale: `scale` items are as long as can be. What is there is long enough to be
    seen, however few.
    """
    numbers = {column: int(getattr(entity, column)) for column in COLUMNS}
    lengths = {
        column: max(_SHORTEST, 100 * number / scale) for column, number in numbers.items() if number
    }
    fits = min(1.0, 100 / max(1.0, sum(lengths.values())))
    parts, begin = [], 0.0
    for column, length in lengths.items():
        parts.append((column, begin, length * fits, numbers[column]))
        begin += length * fits
    return parts


def describe_bar(entity: EntityFacts, tr: Translator) -> str:
    """The entity's bar, for those who do not see it."""
    parts = ", ".join(
        f"{tr.number(number)} {tr(heading)}"
        for column, heading in COLUMNS.items()
        if (number := int(getattr(entity, column)))
    )
    return f"{entity.label(tr.language)}: {parts}"


def verification(facts: RunFacts) -> Message:
    if facts.verified:
        return Message(
            "Every row that was sent was read back from the database and compared with what was "
            "sent: no row is missing, none differs."
        )
    if facts.outcome is Outcome.COMPLETED:
        return Message("The rows were not read back after they were written.")
    return Message("The run did not come as far as to its verification.")


def damaged(damage: DamageFacts) -> Message:
    return Message("Damaged: {what}", what=damage.message)


def more_places(number: int) -> Message:
    return Message(" and {count:,} more", count=number)


def more_rejections(facts: RunFacts) -> Message:
    return Message(
        "These are the first {listed:,}; all {count:,} are kept in the database.",
        listed=facts.listed_rejections,
        count=facts.total("rejected"),
    )


def describe_not_taken(not_taken: NotTaken) -> list[Message]:
    """What stays in the browser of records of which the rest was taken."""
    rests = [
        plural(
            "{place}: {count:,} value, {size:,} bytes, which the plan does not take",
            "{place}: {count:,} values, {size:,} bytes, which the plan does not take",
            count=each.count,
            place=f"{each.key}: {each.path}" if each.path else each.key,
            size=each.size,
        )
        for each in not_taken.rest
    ]
    cuts = [
        Message("{key}: {path}, a log-in that was cut out", key=each.key, path=each.path or "@")
        for each in not_taken.cut
    ]
    return rests + cuts


def describe_skipped(kind: str, number: int) -> Message:
    if kind in SKIP_REASONS:
        return Message(SKIP_REASONS[kind], count=number)
    return Message("{count:,} {kind}", count=number, kind=kind)


def what_next(facts: RunFacts) -> list[Message]:
    """What its reader can do now, the most useful first."""
    steps: list[Message] = []
    if facts.error:
        steps.append(facts.error.hint_message)
    if facts.total("rejected"):
        steps.append(
            Message(
                "Correct the rejected items as said for each, then run the migration again: what "
                "is in the database already is not sent twice."
            )
        )
    if facts.total("superseded"):
        steps.append(
            Message(
                "See which items gave way to another version, and change them in the app where "
                "both, or the other one, are to count."
            )
        )
    if facts.conflicts:
        steps.append(
            plural(
                "{count:,} row existed and differed. To decide about it, run again and let the "
                "program ask you.",
                "{count:,} rows existed and differed. To decide about each, run again and let the "
                "program ask you.",
                count=facts.conflicts,
            )
        )
    if facts.outcome is Outcome.COMPLETED:
        steps.append(
            Message("All of it can be taken back: start the program and choose to undo it.")
        )
    return steps


def details(facts: RunFacts, tr: Translator) -> dict[str, str]:
    speed = {}
    if facts.peak_memory_mb is not None and facts.seconds:
        speed[tr("Speed")] = tr(
            "{rate:,.0f} items a second, {size:,.0f} characters each on average, with {memory:,.0f}"
            " MB of memory at most",
            rate=facts.items / facts.seconds,
            size=facts.average_item_size,
            memory=facts.peak_memory_mb,
        )
    return {
        tr("Run"): facts.run,
        tr("Begun"): tr(
            "{time:%Y-%m-%d %H:%M} (UTC {zone}), took {seconds:,.1f} s",
            time=(begun := facts.started.astimezone()),
            zone=begun.strftime("%z"),
            seconds=facts.seconds,
        ),
        **speed,
        tr("From"): ", ".join(facts.origins),
        tr("To"): (
            tr("the database on this computer") if facts.database == BUILTIN else facts.database
        ),
        tr("For"): facts.user_id,
        tr("Plan"): facts.plan,
        tr("Read"): tr(plural("{count:,} record", "{count:,} records", count=facts.records)),
        tr("Backup"): facts.backup or tr("none"),
        tr("To undo"): f"desktop-migrator rollback --run {facts.run}",
        tr("Program"): f"Desktop Migrator {facts.tool_version}",
    }
