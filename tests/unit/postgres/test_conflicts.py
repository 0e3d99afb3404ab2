"""What becomes of a conflict; the table is written by hand from target.md."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_migrator.far_times import FarTime
from desktop_migrator.model import (
    Column,
    ColumnType,
    ConflictPolicy,
    Item,
    MergeRule,
    Profile,
    Resolution,
    Source,
    StorageKey,
    Store,
    StoreFormat,
    Table,
    TargetEntity,
)
from desktop_migrator.postgres.load.conflicts import (
    RowTimestamps,
    diff_excerpts,
    differences,
    needs_decision,
    resolve_conflict,
)

SKIP, OVERWRITE = ConflictPolicy.SKIP, ConflictPolicy.OVERWRITE
MERGE, INTERACTIVE = ConflictPolicy.MERGE, ConflictPolicy.INTERACTIVE
OLD = datetime(2026, 1, 1, tzinfo=UTC)
NEW = OLD + timedelta(milliseconds=1)
KEEP, REPLACE, BOTH = Resolution.KEEP, Resolution.REPLACE, Resolution.MERGE


@pytest.mark.parametrize("rule", MergeRule)
@pytest.mark.parametrize(
    ("policy", "answer"), [(SKIP, KEEP), (OVERWRITE, REPLACE)], ids=["skip", "overwrite"]
)
def test_skip_and_overwrite_ask_for_no_rule(
    policy: ConflictPolicy, rule: MergeRule, answer: Resolution
) -> None:
    assert (
        resolve_conflict(policy, rule, OLD, NEW)
        is resolve_conflict(policy, rule, NEW, OLD)
        is answer
    )
    assert not needs_decision(policy, rule)


@pytest.mark.parametrize(
    ("row", "item", "answer"),
    [
        (OLD, NEW, REPLACE),
        (NEW, OLD, KEEP),
        (NEW, NEW, KEEP),
        (None, NEW, KEEP),
        (OLD, None, KEEP),
        (None, None, KEEP),
    ],
)
def test_the_newest_counts_and_the_row_in_doubt(
    row: datetime | None, item: datetime | None, answer: Resolution
) -> None:
    assert resolve_conflict(MERGE, MergeRule.NEWEST, row, item) is answer


def test_merge_follows_the_entitys_rule() -> None:
    assert resolve_conflict(MERGE, MergeRule.FIELDS, NEW, OLD) is BOTH
    assert resolve_conflict(MERGE, MergeRule.OVERWRITE, NEW, OLD) is REPLACE
    assert resolve_conflict(MERGE, MergeRule.KEEP, OLD, NEW) is KEEP


@pytest.mark.parametrize(
    ("policy", "rule"),
    [(MERGE, MergeRule.PROMPT), *((INTERACTIVE, rule) for rule in MergeRule)],
)
def test_the_persons_answer_counts_and_without_one_the_row_stays(
    policy: ConflictPolicy, rule: MergeRule
) -> None:
    assert needs_decision(policy, rule)
    assert resolve_conflict(policy, rule, OLD, NEW) is KEEP
    for answer in Resolution:
        assert resolve_conflict(policy, rule, OLD, NEW, answer) is answer


COLUMNS = (
    Column("id", ColumnType.TEXT),
    Column("made", ColumnType.TIMESTAMP),
    Column("changed", ColumnType.TIMESTAMP),
)


def times(created: str | None, updated: str | None) -> RowTimestamps:
    table = Table("t", COLUMNS)
    return RowTimestamps(
        TargetEntity(
            "t", table, "id", None, COLUMNS, created_column=created, updated_column=updated
        )
    )


def item(created: datetime | None, updated: datetime | None) -> Item:
    profile = Profile("chrome", "Chrome", "Anna", Path("p"))
    source = Source(Store(profile, StoreFormat.FIREFOX, Path("s"), 0), StorageKey("https://a"), "k")
    return Item("t", source, "1", "1", False, ("1", created, updated), updated, created_at=created)


@pytest.mark.parametrize(
    ("created", "updated", "row", "time"),
    [
        ("made", "changed", (OLD, NEW), NEW),
        ("made", "changed", (OLD, None), OLD),
        ("made", "changed", (None, None), None),
        ("made", "changed", (OLD, FarTime(2**62)), datetime(9999, 12, 30, tzinfo=UTC)),
        ("made", None, (OLD, NEW), OLD),
        (None, None, (OLD, NEW), None),
    ],
)
def test_a_rows_time_is_when_it_was_changed_or_else_made(
    created: str | None, updated: str | None, row: tuple[object, object], time: datetime | None
) -> None:
    assert times(created, updated).of_row(("1", *row)) == time


def test_an_items_time_is_of_the_kind_that_the_table_knows() -> None:
    assert times("made", "changed").of_item(item(OLD, NEW)) == NEW
    assert times("made", "changed").of_item(item(OLD, None)) == OLD
    assert times("made", None).of_item(item(OLD, NEW)) == OLD


def test_differing_columns_are_shown_from_where_they_differ() -> None:
    columns = (
        Column("same", ColumnType.JSONB),
        Column("long", ColumnType.TEXT),
        Column("empty", ColumnType.TEXT),
    )
    row = (b'{"a": 1, "b": 2.0}', "x" * 1000 + "mine" + "y" * 1000, None)
    entity = TargetEntity("e", Table("e", columns), "id", None, columns)
    found = differences(entity, columns, row, (b'{"b":2,"a":1.0}', "x" * 1000 + "theirs", ""))
    assert [difference.name for difference in found] == ["long", "empty"]
    assert found[0].row == "…" + "x" * 40 + "mine" + "y" * 156 + "…"
    assert found[0].item == "…" + "x" * 40 + "theirs"
    assert (found[1].row, found[1].item) == (None, "")


def test_sensitive_values_are_not_shown() -> None:
    columns = (Column("token", ColumnType.TEXT), Column("config", ColumnType.JSONB))
    entity = TargetEntity(
        *("e", Table("e", columns), "id", None, columns),
        secret_columns=frozenset({"token"}),
        secret_members=frozenset({"githubtoken"}),
    )
    config = b'{"github_token":"MARK-1","n":1,"in":["{\\"githubToken\\":\\"MARK-2\\"}"]}'
    found = differences(entity, columns, ("MARK-3", config), ("x", b'{"n":2}'))
    assert [(each.name, each.row, each.item) for each in found] == [
        ("token", "•••", "•••"),
        ("config", '{"github_token":"•••","in":["•••"],"n":1}', '{"n":2}'),
    ]


def test_short_values_are_shown_whole() -> None:
    assert diff_excerpts("abc", "abd") == ("abc", "abd")
    assert diff_excerpts("abc", None) == ("abc", None)
