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
    BackupAnswers,
    BackupChoice,
    Requirement,
    RestoreAnswers,
    UnfinishedRun,
    WizardAnswers,
    WizardStep,
    Workflow,
)

WAYS = {
    Workflow.MIGRATE: "WELCOME FIND REVIEW DESTINATION CONFLICTS BACKUP MIGRATE DONE",
    Workflow.CAPTURE: "WELCOME FIND CAPTURE_FILE MIGRATE DONE",
    Workflow.UPLOAD: "WELCOME CAPTURES DESTINATION BACKUP MIGRATE DONE",
    Workflow.UNDO: "WELCOME HISTORY MIGRATE DONE",
    Workflow.RESTORE: "WELCOME HISTORY RESTORE MIGRATE DONE",
    Workflow.RESUME: "WELCOME MIGRATE DONE",
}
FORMER = UnfinishedRun("r", "maria", "builtin", ("https://a.test",))


def walked(answers: WizardAnswers) -> list[str]:
    """The pages that somebody meets who always goes on."""
    step: WizardStep | None = WizardStep.WELCOME
    names = []
    while step is not None:
        names.append(step.name)
        step = flow.next_step(step, answers)
    return names


@pytest.mark.parametrize("entry", Workflow)
def test_each_entry_leads_its_way_to_the_end(entry: Workflow) -> None:
    assert walked(WizardAnswers(workflow=entry)) == WAYS[entry].split()


def test_taking_back_what_an_earlier_run_left_asks_for_no_run() -> None:
    answers = WizardAnswers(
        workflow=Workflow.UNDO, unfinished_run=FORMER, undo_run="r", undo_run_preselected=True
    )
    assert walked(answers) == ["WELCOME", "MIGRATE", "DONE"]


def test_nobody_goes_anywhere_before_saying_what_for() -> None:
    answers = WizardAnswers()
    assert flow.next_step(WizardStep.WELCOME, answers) is None
    assert flow.unmet_requirement(WizardStep.WELCOME, answers) is Requirement.WORKFLOW


def test_a_kit_of_a_desk_not_accepted_yet_stops_everything() -> None:
    answers = WizardAnswers(workflow=Workflow.MIGRATE, kit_not_accepted=True)
    assert flow.unmet_requirement(WizardStep.WELCOME, answers) is Requirement.KIT
    answers.kit_not_accepted = False
    assert flow.unmet_requirement(WizardStep.WELCOME, answers) is None


@pytest.mark.parametrize("entry", Workflow)
def test_only_the_page_before_the_work_commits(entry: Workflow) -> None:
    answers = WizardAnswers(workflow=entry)
    way = WAYS[entry].split()
    commits = [step for step in way if flow.is_commit_step(WizardStep[step], answers)]
    assert commits == [way[way.index("MIGRATE") - 1]]


@pytest.mark.parametrize("entry", Workflow)
def test_the_work_has_to_be_done_before_its_page_may_be_left(entry: Workflow) -> None:
    answers = WizardAnswers(workflow=entry)
    assert flow.unmet_requirement(WizardStep.MIGRATE, answers) is Requirement.WORK
    answers.work_finished = True
    assert flow.unmet_requirement(WizardStep.MIGRATE, answers) is None


NEEDS = [
    (
        WizardStep.FIND,
        Requirement.SOURCES,
        WizardAnswers(origins=("https://a.test",), site_fits=True),
        {"sources": (Path("p"),)},
    ),
    (
        WizardStep.FIND,
        Requirement.ORIGIN,
        WizardAnswers(sources=(Path("p"),)),
        {"origins": ("https://a.test",), "site_fits": True},
    ),
    (
        WizardStep.FIND,
        Requirement.SITE,
        WizardAnswers(sources=(Path("p"),), origins=("https://a.test",)),
        {"site_fits": True},
    ),
    (
        WizardStep.DESTINATION,
        Requirement.PERSON,
        WizardAnswers(database="builtin"),
        {"user_id": "maria"},
    ),
    (
        WizardStep.DESTINATION,
        Requirement.PERSON,
        WizardAnswers(database="builtin"),
        {"email": "m@a.test"},
    ),
    (
        WizardStep.DESTINATION,
        Requirement.PERSON,
        WizardAnswers(database="builtin", user_id=" "),
        {"user_id": "m"},
    ),
    (
        WizardStep.DESTINATION,
        Requirement.DATABASE,
        WizardAnswers(user_id="maria"),
        {"database": "builtin"},
    ),
    (
        WizardStep.CONFLICTS,
        Requirement.CONFLICTS,
        WizardAnswers(undecided_conflicts=2),
        {"undecided_conflicts": 0},
    ),
    (WizardStep.HISTORY, Requirement.RUN, WizardAnswers(), {"undo_run": "r"}),
    (WizardStep.HISTORY, Requirement.RUN, WizardAnswers(), {"restore": RestoreAnswers(backup="b")}),
    (
        WizardStep.RESTORE,
        Requirement.RESTORE_PREVIEW,
        WizardAnswers(),
        {"restore": RestoreAnswers(previewed=True)},
    ),
    (WizardStep.CAPTURES, Requirement.CAPTURES, WizardAnswers(), {"captures": (Path("c"),)}),
    (
        WizardStep.CAPTURE_FILE,
        Requirement.FILE,
        WizardAnswers(sealed_for_desk=True),
        {"capture_file": Path("c")},
    ),
    (
        WizardStep.CAPTURE_FILE,
        Requirement.KEY,
        WizardAnswers(capture_file=Path("c")),
        {"sealed_for_desk": True},
    ),
    (
        WizardStep.CAPTURE_FILE,
        Requirement.KEY,
        WizardAnswers(
            capture_file=Path("c"), passphrase="long enough", passphrase_confirmation="long enouhg"
        ),
        {"passphrase_confirmation": "long enough"},
    ),
]


@pytest.mark.parametrize(("step", "need", "answers", "more"), NEEDS)
def test_a_step_says_what_it_still_needs(
    step: WizardStep, need: Requirement, answers: WizardAnswers, more: dict[str, Any]
) -> None:
    assert flow.unmet_requirement(step, answers) is need
    assert flow.unmet_requirement(step, replace(answers, **more)) is None


@pytest.mark.parametrize(
    ("backup", "settled"),
    [
        (BackupAnswers(BackupChoice.KEYRING), False),
        (BackupAnswers(BackupChoice.KEYRING, keyring_works=True), True),
        (BackupAnswers(BackupChoice.PASSPHRASE), False),
        (
            BackupAnswers(
                BackupChoice.PASSPHRASE, passphrase="short", passphrase_confirmation="short"
            ),
            False,
        ),
        (
            BackupAnswers(
                BackupChoice.PASSPHRASE,
                passphrase="long enough",
                passphrase_confirmation="long enouhg",
            ),
            False,
        ),
        (
            BackupAnswers(
                BackupChoice.PASSPHRASE,
                passphrase="long enough",
                passphrase_confirmation="long enough",
            ),
            True,
        ),
        (BackupAnswers(BackupChoice.NONE), False),
        (BackupAnswers(BackupChoice.NONE, no_backup_confirmed=True), True),
    ],
)
def test_a_backup_is_decided_by_a_key_or_by_refusing_it_twice(
    backup: BackupAnswers, settled: bool
) -> None:
    needed = flow.unmet_requirement(WizardStep.BACKUP, WizardAnswers(backup=backup))
    assert (needed is None) is settled


@given(
    st.sampled_from(Workflow),
    st.booleans(),
    st.lists(st.sampled_from(WizardStep), max_size=12),
)
def test_no_way_runs_in_circles_and_each_ends_at_done(
    entry: Workflow, before: bool, visited: list[WizardStep]
) -> None:
    answers = WizardAnswers(workflow=entry, undo_run_preselected=before)
    for step in visited:  # wherever somebody stands, going on only leads forwards
        following = flow.next_step(step, answers)
        way = flow.steps(answers)
        assert following is None or way.index(following) == way.index(step) + 1
    names = walked(answers)
    assert names[-1] == "DONE"
    assert len(set(names)) == len(names)


def test_codes_of_steps_are_told_apart() -> None:
    assert len({step.code for step in WizardStep}) == len(WizardStep)
    assert WizardStep.WELCOME.code == "W1"


def test_secrets_stay_out_of_what_may_be_printed() -> None:
    answers = WizardAnswers(
        password="pw-marker", passphrase="pp-marker", passphrase_confirmation="pp-marker"
    )
    answers.backup = BackupAnswers(passphrase="bp-marker", passphrase_confirmation="bp-marker")
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
