"""All people together; the oracles are what was made for each, SQL, and a browser's own pixels."""

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
from PySide6.QtGui import QImage

from desktop_migrator.errors import Cancelled
from desktop_migrator.migration.fleet.fleet_retry import fleet_retry
from desktop_migrator.migration.fleet.fleet_status import FleetRequest
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import load_plan
from desktop_migrator.reporter import NullReporter
from tests.integration.command_line import CommandLine, Ended
from tests.integration.desk import PLAN, TASKS
from tests.integration.test_many_people import PASSPHRASE, sealed, uploaded
from tests.waiting import PATIENCE

GOOD = 12
STATES = {
    "ada": "done",
    "ann": "done",
    "bob": "partly",
    "cy": "stuck",
    "dora": "captured",
    "eve": "missing",
    "finn": "taken_back",
}


def tasks_of(person: str, bad: int = 0, good: int = GOOD) -> list[dict[str, Any]]:
    fine = [{"id": f"{person}-{n}", "title": f"{n} of {person}"} for n in range(good)]
    return [*fine, *({"id": f"{person}-bad{n}", "name": f"bad {n}"} for n in range(bad))]


class Scene:
    """Seven people, of whom each is another case."""

    def __init__(self, folder: Path, database: str) -> None:
        self.program = CommandLine(folder / "data")
        self.database = database
        self.folder = folder
        self.plan = self.write_plan("plan", PLAN)
        named = PLAN.replace('from = "title"', 'from = ["title", "name"]')
        self.better = self.write_plan("better", named)  # of bad items the name will do
        self.people = folder / "people.csv"
        self.people.write_text("user_id\n" + "\n".join(STATES), "utf-8")
        self.inbox = folder / "inbox"

    def write_plan(self, name: str, text: str) -> Path:
        path = self.folder / f"{name}.toml"
        path.write_text(text.replace("RULE", "newest").replace("KIND", "text"), "utf-8")
        return path

    def run(self, *words: object, plan: Path | None = None) -> Ended:
        everywhere = ("--plan", plan or self.plan, "--database", self.database)
        return self.program("--json", *words, *everywhere)

    def upload(self, *words: object) -> Ended:
        more = ("--plan", self.plan, "--database", self.database, "--passphrase-stdin")
        return self.program(
            "--json", "upload", *words, "--no-backup", *more, given=f"{PASSPHRASE}\n"
        )

    def prepare(self) -> None:
        sealed(self.inbox, "ada", tasks_of("ada"), user_id="ada")
        sealed(self.inbox, "ann", tasks_of("ann"), user_id="ann")
        sealed(self.inbox, "bob", tasks_of("bob", bad=1), user_id="bob")
        sealed(self.inbox, "cy", tasks_of("cy", bad=6, good=6), user_id="cy")
        finn = sealed(self.inbox, "finn", tasks_of("finn"), user_id="finn")
        events = uploaded(self.upload(self.inbox))
        words = ("rollback", "--run", events["finn"]["run"], "--database", self.database, "--yes")
        assert self.program("--json", *words).exit_code == 0
        finn.unlink()
        sealed(self.inbox, "dora", tasks_of("dora"), user_id="dora")


@pytest.fixture
def scene(tmp_path: Path, database: str, sql: psycopg.Connection[Any]) -> Scene:
    sql.execute(TASKS.encode())
    made = Scene(tmp_path, database)
    made.prepare()
    return made


def fleet(scene: Scene, *words: object) -> Ended:
    passphrase = {"DESKTOP_MIGRATOR_PASSPHRASE": PASSPHRASE}
    everything = ("--people", scene.people, "--captures", scene.inbox, "--plan", scene.plan)
    return scene.program("fleet", "--database", scene.database, *everything, *words, **passphrase)


def test_each_person_is_where_they_are_and_a_better_plan_cures_what_waits(
    scene: Scene, sql: psycopg.Connection[Any]
) -> None:
    shown = fleet(scene, "--json")
    assert shown.exit_code == 0, shown.err
    people = {each["user_id"]: each for each in shown.last["people"]}
    assert {name: each["state"] for name, each in people.items()} == STATES
    assert (people["ada"]["new"], people["bob"]["new"], people["bob"]["rejected"]) == (12, 12, 1)
    assert people["cy"]["problem"] == "rolled_back"
    [reason] = shown.last["reasons"]
    assert (reason["entity"], reason["items"], reason["people"]) == ("tasks", 7, 2)
    lines = fleet(scene, "--csv")
    rows = {row["user_id"]: row for row in csv.DictReader(io.StringIO(lines.out))}
    assert {name: row["state"] for name, row in rows.items()} == STATES
    table = fleet(scene)
    assert all(name in table.out for name in STATES)

    nothing = scene.run("fleet", "retry", "--dry-run")
    assert (nothing.last["cured"], nothing.last["left"], nothing.exit_code) == (0, 1, 3)
    count = "SELECT count(*) FROM tasks WHERE user_id = 'bob'"
    trial = scene.run("fleet", "retry", "--dry-run", plan=scene.better)
    assert (trial.last["cured"], trial.last["left"], trial.exit_code) == (1, 0, 0)
    assert sql.execute(count.encode()).fetchone() == (12,)
    real = scene.run("fleet", "retry", plan=scene.better)
    assert (real.last["cured"], real.exit_code) == (1, 0)
    assert sql.execute(count.encode()).fetchone() == (13,)
    again = scene.run("fleet", "retry", plan=scene.better)
    assert again.last["cured"] == 0
    after = {each["user_id"]: each["state"] for each in fleet(scene, "--json").last["people"]}
    assert after == STATES | {"bob": "done"}
    # What a retry has loaded can be taken back like any run; then it waits again.
    [retry] = [each["retry"] for each in real.events if each["event"] == "retried"]
    undo = ("rollback", "--run", retry, "--database", scene.database, "--yes")
    assert scene.program("--json", *undo).exit_code == 0
    states = {each["user_id"]: each["state"] for each in fleet(scene, "--json").last["people"]}
    assert states["bob"] == "partly"


def test_a_retry_that_was_given_up_says_of_whom(scene: Scene) -> None:
    reporter = NullReporter()
    reporter.cancel.set()
    request = FleetRequest(plan=load_plan(scene.better), database=scene.database)
    done = fleet_retry(request, Workspace.open(scene.folder / "data"), reporter)
    assert [(each.user_id, type(each.error)) for each in done] == [("bob", Cancelled)]


@pytest.mark.needs("chromium")
def test_the_page_opens_in_a_browser_and_its_charts_show_the_numbers(
    scene: Scene, tmp_path: Path
) -> None:
    page, picture = tmp_path / "fleet.html", tmp_path / "fleet.png"
    ended = fleet(scene, "--html", page)
    assert ended.exit_code == 0, ended.err
    text = page.read_text("utf-8")
    for outside in ("<script", "src=", "http:", "https:", "url(", "@import"):
        assert outside not in text
    subprocess.run(
        [
            *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1200,1400"),
            *(f"--screenshot={picture}", page.as_uri()),
        ],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    image = QImage(str(picture))
    colours = {"done": 0xFF2F7D4F, "partly": 0xFFC98A1B, "stuck": 0xFFB53A3A, "missing": 0xFF8A94A1}
    rows = ([image.pixel(x, y) for x in range(image.width())] for y in range(0, image.height(), 4))
    counted = ({name: row.count(colour) for name, colour in colours.items()} for row in rows)
    widths = max(counted, key=lambda each: min(each.values()))  # where the bar lies
    assert widths["stuck"] > 50
    # Two are done, one of each other kind: the bar's parts are as wide, but for their borders.
    for name in ("partly", "stuck", "missing"):
        assert widths["done"] == pytest.approx(2 * widths[name], rel=0.1)


def test_where_nobody_has_been_all_are_missing(database: str, tmp_path: Path) -> None:
    program = CommandLine(tmp_path / "data")
    people = tmp_path / "people.csv"
    people.write_text("name;email\nMaria;maria@example.com\n", "utf-8")
    ended = program("--json", "fleet", "--database", database, "--people", people)
    assert ended.exit_code == 0, ended.err
    assert [(each["user_id"], each["state"]) for each in ended.last["people"]] == [
        ("maria@example.com", "missing")
    ]
    assert json.loads(program("--json", "fleet", "--database", database).out)["people"] == []
