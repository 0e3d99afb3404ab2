"""What the wizard remembers of a run that was cut off is what the run was to do."""

from dataclasses import replace
from pathlib import Path

from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.run_plans import keep_run_plan
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, MergeRule
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.wizard.flow import WizardAnswers, Workflow
from desktop_migrator.wizard.operations import build_job
from desktop_migrator.wizard.resume_state import find_unfinished_run, save_resume_state

ADDRESS = "postgresql://maria@db.test/app"


def test_a_run_goes_on_with_all_that_was_said_before_it_began(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "data")
    plan = load_plan(None)
    answers = WizardAnswers(
        workflow=Workflow.MIGRATE,
        sources=(tmp_path / "profile",),
        origins=("https://a.test",),
        user_id="maria",
        database=ADDRESS,
        create_tables=True,
        excluded_entities=frozenset({"customData"}),
        excluded_items=frozenset({b"\x00\xff" * 8, b"b" * 16}),
        policy=ConflictPolicy.MERGE,
        rules={"tasks": MergeRule.KEEP},
        decisions=tmp_path / "decisions.json",
    )
    before = build_job(answers, plan)
    save_resume_state(workspace, answers)
    Catalog(workspace.catalog).record_start(
        "r1", user_id="maria", database=ADDRESS, plan=plan.name, origins=["https://a.test"]
    )
    former = find_unfinished_run(workspace, plan.name)
    assert former is not None
    again = build_job(WizardAnswers(workflow=Workflow.RESUME, unfinished_run=former), plan)
    assert again == replace(before, resume=True)


def test_a_run_goes_on_by_the_plan_that_was_drafted_for_it(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "data")
    drafted = load_plan(None).model_copy(update={"name": "app.test"})
    Catalog(workspace.catalog).record_start(
        "r1", user_id="maria", database=ADDRESS, plan=drafted.name, origins=["https://a.test"]
    )
    assert find_unfinished_run(workspace, "default") is None
    keep_run_plan(workspace, "r1", drafted)
    former = find_unfinished_run(workspace, "default")
    assert former is not None
    assert former.plan == drafted


def test_what_an_older_version_remembered_is_read(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "data")
    (workspace.root / "wizard.json").write_text(
        f'{{"sources": ["/p"], "database": "{ADDRESS}", "policy": "skip", "create_tables": false}}'
    )
    Catalog(workspace.catalog).record_start(
        "r1", user_id="maria", database=ADDRESS, plan="default", origins=["https://a.test"]
    )
    former = find_unfinished_run(workspace, "default")
    assert former is not None
    assert former.sources == (Path("/p"),)
    assert former.excluded_items == frozenset()
