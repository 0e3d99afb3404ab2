"""Every policy and rule over the same cases, on real servers.

What is expected of each case is written by hand from the promises about conflicts: SKIP keeps the
row; OVERWRITE replaces the mapped columns; MERGE follows the entity's rule: NEWEST (row by
updated_at, created_at), FIELDS (empty fields filled, objects merged deeply, arrays united by id),
OVERWRITE, PROMPT; INTERACTIVE asks for each. Equal rows are no conflict.
"""

from dataclasses import replace
from typing import Any

import pytest

from desktop_migrator.model import ConflictPolicy, MergeRule, Resolution
from tests.conformance.conflict_cases import (
    CASES,
    COLUMNS,
    Case,
    expected_text,
    items,
    row_id,
    rows,
    written_from,
)
from tests.integration.conftest import on_every_server
from tests.integration.postgres.factories import Bench

WAYS = {
    "skip": (ConflictPolicy.SKIP, MergeRule.OVERWRITE, None),
    "overwrite": (ConflictPolicy.OVERWRITE, MergeRule.NEWEST, None),
    "merge newest": (ConflictPolicy.MERGE, MergeRule.NEWEST, None),
    "merge fields": (ConflictPolicy.MERGE, MergeRule.FIELDS, None),
    "merge overwrite": (ConflictPolicy.MERGE, MergeRule.OVERWRITE, None),
    "merge keep": (ConflictPolicy.MERGE, MergeRule.KEEP, None),
    "merge prompt, unanswered": (ConflictPolicy.MERGE, MergeRule.PROMPT, None),
    "merge prompt, keep": (ConflictPolicy.MERGE, MergeRule.PROMPT, Resolution.KEEP),
    "merge prompt, replace": (ConflictPolicy.MERGE, MergeRule.PROMPT, Resolution.REPLACE),
    "merge prompt, merge": (ConflictPolicy.MERGE, MergeRule.PROMPT, Resolution.MERGE),
    "interactive, unanswered": (ConflictPolicy.INTERACTIVE, MergeRule.OVERWRITE, None),
    "interactive, keep": (ConflictPolicy.INTERACTIVE, MergeRule.NEWEST, Resolution.KEEP),
    "interactive, replace": (ConflictPolicy.INTERACTIVE, MergeRule.NEWEST, Resolution.REPLACE),
    "interactive, merge": (ConflictPolicy.INTERACTIVE, MergeRule.NEWEST, Resolution.MERGE),
}
WRITTEN = {
    "skip": "row",
    "overwrite": "item",
    "merge newest": "newest",
    "merge fields": "merged",
    "merge overwrite": "item",
    "merge keep": "row",
    "merge prompt, unanswered": "row",
    "merge prompt, keep": "row",
    "merge prompt, replace": "item",
    "merge prompt, merge": "merged",
    "interactive, unanswered": "row",
    "interactive, keep": "row",
    "interactive, replace": "item",
    "interactive, merge": "merged",
}


def written(case: Case, way: str) -> dict[str, Any] | None:
    """What is written over the row; None if it is left alone."""
    return written_from(case, case.newest if WRITTEN[way] == "newest" else WRITTEN[way])


def run(bench: Bench, way: str) -> dict[str, int]:
    policy, rule, answer = WAYS[way]
    entity = bench.entities["tasks"]
    bench.entities["tasks"] = replace(
        entity, rule=rule, created_column="created_at", updated_column="updated_at"
    )
    return bench.load(*items(), policy=policy, decisions=lambda *_: answer)


@on_every_server
@pytest.mark.parametrize("way", WAYS)
def test_every_case_by_every_policy(bench: Bench, way: str) -> None:
    before = rows(bench)
    changes = {number: written(case, way) for number, case in enumerate(CASES)}
    expected = {}
    for number, case in enumerate(CASES):
        change = changes[number]
        if change is not None:
            whole = change if change is case.merged else dict.fromkeys(COLUMNS) | change
            expected[row_id(number)] = expected_text(bench, number, whole)
    updated = len(expected)
    counts = run(bench, way)
    after = rows(bench)
    for number, case in enumerate(CASES):
        key = row_id(number)
        if key in expected:
            assert after[key][0] == expected[key], case.name
        else:
            assert after[key] == before[key], case.name
    conflicts = len(CASES) - 1
    assert counts == {
        name: number
        for name, number in {
            "updated": updated,
            "skipped": conflicts - updated,
            "unchanged": 1,
            "conflicts": conflicts,
        }.items()
        if number
    }
    assert bench.verify().ok


@on_every_server
@pytest.mark.parametrize("way", WAYS)
def test_the_same_run_again_changes_nothing(bench: Bench, way: str) -> None:
    run(bench, way)
    before = rows(bench)
    assert "updated" not in run(bench, way)
    assert rows(bench) == before


def test_every_policy_and_rule_has_its_way() -> None:
    assert {policy for policy, _, _ in WAYS.values()} == set(ConflictPolicy)
    merging = {rule for policy, rule, _ in WAYS.values() if policy is ConflictPolicy.MERGE}
    assert merging == set(MergeRule)
