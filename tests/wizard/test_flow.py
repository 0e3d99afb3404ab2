"""Every way through the wizard, by flow.py alone: no Qt is needed."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.wizard import flow
from desktop_migrator.wizard.flow import (
    Answers,
    Backup,
    BackupKind,
    Entry,
    FormerRun,
    Missing,
    Restore,
    Step,
)

WAYS = {
    Entry.MIGRATE: "WELCOME FIND REVIEW DESTINATION CONFLICTS BACKUP MIGRATE DONE",
    Entry.CAPTURE: "WELCOME FIND SEAL MIGRATE DONE",
    Entry.UPLOAD: "WELCOME CAPTURES DESTINATION BACKUP MIGRATE DONE",
    Entry.UNDO: "WELCOME PAST MIGRATE DONE",
    Entry.RESTORE: "WELCOME PAST RESTORE MIGRATE DONE",
    Entry.FINISH: "WELCOME MIGRATE DONE",
}
FORMER = FormerRun("r", "maria", "builtin", ("https://a.test",))


def walked(answers: Answers) -> list[str]:
    """The pages that somebody meets who always goes on."""
    step: Step | None = Step.WELCOME
    names = []
    while step is not None:
        names.append(step.name)
        step = flow.next_step(step, answers)
    return names


@pytest.mark.parametrize("entry", Entry)
def test_each_entry_leads_its_way_to_the_end(entry: Entry) -> None:
    assert walked(Answers(entry=entry)) == WAYS[entry].split()


def test_taking_back_what_an_earlier_run_left_asks_for_no_run() -> None:
    answers = Answers(entry=Entry.UNDO, former=FORMER, undo_run="r", undo_before_step=True)
    assert walked(answers) == ["WELCOME", "MIGRATE", "DONE"]


def test_nobody_goes_anywhere_before_saying_what_for() -> None:
    answers = Answers()
    assert flow.next_step(Step.WELCOME, answers) is None
    assert flow.missing(Step.WELCOME, answers) is Missing.ENTRY


def test_a_kit_of_a_desk_not_accepted_yet_stops_everything() -> None:
    answers = Answers(entry=Entry.MIGRATE, kit_waits=True)
    assert flow.missing(Step.WELCOME, answers) is Missing.KIT
    answers.kit_waits = False
    assert flow.missing(Step.WELCOME, answers) is None


@pytest.mark.parametrize("entry", Entry)
def test_only_the_page_before_the_work_commits(entry: Entry) -> None:
    answers = Answers(entry=entry)
    way = WAYS[entry].split()
    commits = [step for step in way if flow.commits(Step[step], answers)]
    assert commits == [way[way.index("MIGRATE") - 1]]


@pytest.mark.parametrize("entry", Entry)
def test_the_work_has_to_be_done_before_its_page_may_be_left(entry: Entry) -> None:
    answers = Answers(entry=entry)
    assert flow.missing(Step.MIGRATE, answers) is Missing.WORK
    answers.finished = True
    assert flow.missing(Step.MIGRATE, answers) is None


NEEDS = [
    (Step.FIND, Missing.SOURCES, Answers(), {"sources": (Path("p"),), "origin": "https://a.test"}),
    (Step.FIND, Missing.ORIGIN, Answers(sources=(Path("p"),)), {"origin": "https://a.test"}),
    (Step.DESTINATION, Missing.PERSON, Answers(database="builtin"), {"user_id": "maria"}),
    (Step.DESTINATION, Missing.PERSON, Answers(database="builtin"), {"email": "m@a.test"}),
    (Step.DESTINATION, Missing.PERSON, Answers(database="builtin", user_id=" "), {"user_id": "m"}),
    (Step.DESTINATION, Missing.DATABASE, Answers(user_id="maria"), {"database": "builtin"}),
    (Step.CONFLICTS, Missing.CONFLICTS, Answers(conflicts_open=2), {"conflicts_open": 0}),
    (Step.PAST, Missing.RUN, Answers(), {"undo_run": "r"}),
    (Step.PAST, Missing.RUN, Answers(), {"restore": Restore(backup="b")}),
    (Step.RESTORE, Missing.GOAL, Answers(), {"restore": Restore(previewed=True)}),
    (Step.CAPTURES, Missing.CAPTURES, Answers(), {"captures": (Path("c"),)}),
    (Step.SEAL, Missing.FILE, Answers(for_desk=True), {"capture_file": Path("c")}),
    (Step.SEAL, Missing.KEY, Answers(capture_file=Path("c")), {"for_desk": True}),
    (
        Step.SEAL,
        Missing.KEY,
        Answers(capture_file=Path("c"), passphrase="long enough", repeated="long enouhg"),
        {"repeated": "long enough"},
    ),
]


@pytest.mark.parametrize(("step", "need", "answers", "more"), NEEDS)
def test_a_step_says_what_it_still_needs(
    step: Step, need: Missing, answers: Answers, more: dict[str, Any]
) -> None:
    assert flow.missing(step, answers) is need
    assert flow.missing(step, replace(answers, **more)) is None


@pytest.mark.parametrize(
    ("backup", "settled"),
    [
        (Backup(BackupKind.KEYRING), False),
        (Backup(BackupKind.KEYRING, keyring_works=True), True),
        (Backup(BackupKind.PASSPHRASE), False),
        (Backup(BackupKind.PASSPHRASE, passphrase="short", repeated="short"), False),
        (Backup(BackupKind.PASSPHRASE, passphrase="long enough", repeated="long enouhg"), False),
        (Backup(BackupKind.PASSPHRASE, passphrase="long enough", repeated="long enough"), True),
        (Backup(BackupKind.NONE), False),
        (Backup(BackupKind.NONE, refused_twice=True), True),
    ],
)
def test_a_backup_is_settled_by_a_key_or_by_refusing_it_twice(
    backup: Backup, settled: bool
) -> None:
    needed = flow.missing(Step.BACKUP, Answers(backup=backup))
    assert (needed is None) is settled


@given(
    st.sampled_from(Entry),
    st.booleans(),
    st.lists(st.sampled_from(Step), max_size=12),
)
def test_no_way_runs_in_circles_and_each_ends_at_done(
    entry: Entry, before: bool, visited: list[Step]
) -> None:
    answers = Answers(entry=entry, undo_before_step=before)
    for step in visited:  # wherever somebody stands, going on only leads forwards
        following = flow.next_step(step, answers)
        way = flow.steps(answers)
        assert following is None or way.index(following) == way.index(step) + 1
    names = walked(answers)
    assert names[-1] == "DONE"
    assert len(set(names)) == len(names)


def test_codes_of_steps_are_told_apart() -> None:
    assert len({step.code for step in Step}) == len(Step)
    assert Step.WELCOME.code == "W1"


def test_secrets_stay_out_of_what_may_be_printed() -> None:
    answers = Answers(password="pw-marker", passphrase="pp-marker", repeated="pp-marker")
    answers.backup = Backup(passphrase="bp-marker", repeated="bp-marker")
    assert "marker" not in repr(answers)


def test_flow_knows_no_qt() -> None:
    code = (
        "import sys, desktop_migrator.wizard.flow, desktop_migrator.wizard.resume_state;"
        "print([name for name in sys.modules if name.startswith('PySide6')])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"
