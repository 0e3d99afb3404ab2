"""What the wizard remembers of a run that was cut off is what the run was to do."""

from dataclasses import replace
from pathlib import Path

from desktop_migrator.migration.workspace.catalog import Catalog
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.model import ConflictPolicy, MergeRule
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.wizard.flow import Answers, Entry
from desktop_migrator.wizard.operations import job_of
from desktop_migrator.wizard.resume_state import former_run, remember

ADDRESS = "postgresql://maria@db.test/app"


def test_a_run_goes_on_with_all_that_was_said_before_it_began(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "data")
    plan = load_plan(None)
    answers = Answers(
        entry=Entry.MIGRATE,
        sources=(tmp_path / "profile",),
        origin="https://a.test",
        user_id="maria",
        database=ADDRESS,
        create_tables=True,
        left_out=frozenset({"customData"}),
        leave_out=frozenset({b"\x00\xff" * 8, b"b" * 16}),
        policy=ConflictPolicy.MERGE,
        rules={"tasks": MergeRule.KEEP},
        decisions=tmp_path / "decisions.json",
    )
    before = job_of(answers, plan)
    remember(workspace, answers)
    Catalog(workspace.catalog).begin(
        "r1", user_id="maria", database=ADDRESS, plan=plan.name, origins=["https://a.test"]
    )
    former = former_run(workspace, plan.name)
    assert former is not None
    again = job_of(Answers(entry=Entry.FINISH, former=former), plan)
    assert again == replace(before, resume=True)


def test_what_an_older_version_remembered_is_read(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "data")
    (workspace.root / "wizard.json").write_text(
        f'{{"sources": ["/p"], "database": "{ADDRESS}", "policy": "skip", "create_tables": false}}'
    )
    Catalog(workspace.catalog).begin(
        "r1", user_id="maria", database=ADDRESS, plan="default", origins=["https://a.test"]
    )
    former = former_run(workspace, "default")
    assert former is not None
    assert former.sources == (Path("/p"),)
    assert former.leave_out == frozenset()
