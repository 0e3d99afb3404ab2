"""The report of a run: what a person reads on it. HTML is read by the standard library's parser."""

import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from desktop_migrator.errors import Cancelled, RunNotFound
from desktop_migrator.messages import Message, Translator, verbatim
from desktop_migrator.migration.report import run_facts
from desktop_migrator.migration.report.html import as_html
from desktop_migrator.migration.report.labels import DOMAIN
from desktop_migrator.migration.report.pdf import as_pdf
from desktop_migrator.model import Counts, Outcome, Rejection, RunResult
from tests.integration.postgres.factories import source

RUN = "37bb59ac-4ee1-435b-a7a9-50bc91c70679"
ENGLISH = Translator("en", DOMAIN)
GERMAN = Translator("de", DOMAIN)
HOSTILE = '<script>alert("x")</script>&amp;'


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def texts_of(html: str) -> list[str]:
    """What stands between two tags, each by itself."""
    body = html.partition("</style>")[2]
    return [text.strip() for text in re.findall(r">([^<>]+)<", body) if text.strip()]


def rejection(number: int, *, reason: str | Message = "Too long.", key: str = "tasks") -> Rejection:
    return Rejection(
        "tasks", source(key, str(number)), f"secret-id-{number}", "too-long",
        reason if isinstance(reason, Message) else verbatim(reason),
        Message("Shorten it."), '{"title": "secret value"}',
    )  # fmt: skip


def result(*rejections: Rejection, outcome: Outcome = Outcome.COMPLETED) -> RunResult:
    counts = Counts(
        records=7, items=1240, inserted=1200, updated=3, unchanged=20, skipped=5,
        rejected=12, conflicts=5,
    )  # fmt: skip
    error = None if outcome is Outcome.COMPLETED else Cancelled()
    return RunResult(
        run=RUN, outcome=outcome, counts=counts, by_entity={"tasks": counts},
        skipped_records={"cache": 4}, damages=(), verified=outcome is Outcome.COMPLETED,
        seconds=2.0, peak_memory_mb=80.0, error=error, rejections=rejections,
    )  # fmt: skip


def told(run: RunResult, user_id: str = "maria") -> run_facts.RunFacts:
    return run_facts.collect_facts(
        run, user_id=user_id, database="postgresql://maria@db/app", plan="default",
        origins=["https://a.test"],
    )  # fmt: skip


def test_numbers_reasons_and_remedies_are_read_on_the_page() -> None:
    page = Page(as_html(told(result(*(rejection(number) for number in range(12)))), ENGLISH))
    for words in (
        "Your data has moved", "1,200 rows are new, 3 were replaced", "7records read",
        "12 × tasks", "Too long.", "Shorten it.", "tasks[0]", "and 7 more",
        "Every row that was sent was read back", "4 are caches", RUN,
    ):  # fmt: skip
        assert words in page.text


def test_a_bar_is_divided_as_the_items_are() -> None:
    page = Page(as_html(told(result()), ENGLISH))
    widths = [float(attributes["width"] or 0) for tag, attributes in page.tags if tag == "rect"]
    assert widths == pytest.approx([100 * n / 1240 for n in (1200, 3, 20, 5, 12)], abs=0.001)


def test_no_value_from_user_data_is_told() -> None:
    run = told(result(rejection(0)))
    for shown in (as_html(run, ENGLISH), as_pdf(run, ENGLISH).decode("latin-1")):
        assert "secret value" not in shown
        assert "secret-id" not in shown


def test_what_came_from_a_page_is_text_and_never_markup() -> None:
    page = Page(
        as_html(told(result(rejection(0, key=HOSTILE, reason=f"`{HOSTILE}`")), HOSTILE), ENGLISH)
    )
    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count(HOSTILE) == 3


def test_the_page_needs_nothing_else() -> None:
    html = as_html(told(result(rejection(0))), ENGLISH)
    assert not {"src", "href"} & {name for _, attributes in Page(html).tags for name in attributes}
    assert "url(" not in html


def test_a_run_that_stopped_says_why_and_what_to_do() -> None:
    run = told(result(outcome=Outcome.FAILED))
    page = Page(as_html(run, ENGLISH))
    assert "The migration did not complete" in page.text
    assert run.error
    assert run.error.code in page.text
    assert "The run did not come as far as to its verification." in page.text


def printed(pdf: bytes) -> str:
    ended = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return ended.stdout.decode()


@pytest.mark.needs("pdftotext")
def test_the_pdf_tells_the_same() -> None:
    run = told(result(rejection(0, reason="Größe <b>&</b> 日本")))
    text = printed(as_pdf(run, ENGLISH))
    for words in ("Your data has moved", "Größe <b>&</b> ??", "Shorten it.", "1,200", RUN):
        assert words in text


GERMAN_WORDS = (
    "Ihre Daten sind umgezogen", "1.200 Zeilen sind neu, 3 wurden ersetzt", "Abgelehnt",
    "2 × tasks", "Etwas ist schiefgegangen", "Zwischenspeicher, die die App wieder füllt: 4",
    "5 Zeilen gab es schon, aber anders.", "dauerte 2,0 s", "Jede gesendete Zeile",
)  # fmt: skip


def german_run() -> run_facts.RunFacts:
    reason = Message("Something went wrong")  # that the catalog of the engine has
    return told(result(*(rejection(number, reason=reason) for number in range(2))))


def test_the_page_is_in_the_readers_language() -> None:
    run = german_run()
    page = Page(as_html(run, GERMAN))
    for words in GERMAN_WORDS:
        assert words in page.text
    assert ("html", {"lang": "de"}) in page.tags
    assert f"{run.started:%d.%m.%Y %H:%M} UTC" in page.text
    [bar] = (attributes for tag, attributes in page.tags if tag == "svg")
    assert bar["aria-label"] == "tasks: 1.200 Neu, 3 Ersetzt, 20 Gleich, 5 Behalten, 12 Abgelehnt"


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_told_in_german(outcome: Outcome) -> None:
    run = told(result(outcome=outcome))
    english, german = (set(texts_of(as_html(run, tr))) for tr in (ENGLISH, GERMAN))
    names = {RUN, "tasks", "Plan", "https://a.test", "default", "maria", run.database}
    assert {text for text in english & german if re.search("[a-z]{3}", text)} <= {
        *names, f"Desktop Migrator {run.tool_version}", f"desktop-migrator rollback --run {RUN}",
    }  # fmt: skip


@pytest.mark.needs("pdftotext")
def test_the_pdf_is_in_the_readers_language() -> None:
    text = " ".join(printed(as_pdf(german_run(), GERMAN)).split())
    for words in GERMAN_WORDS:
        assert words in text


def test_a_single_row_is_no_rows() -> None:
    run = msgspec.structs.replace(
        german_run(), entities=(run_facts.EntityFacts("tasks", 2, 1, 1, 0, 0, 0),)
    )
    assert "1 row is new, 1 was replaced;" in as_html(run, ENGLISH)
    assert "1 Zeile ist neu, 1 wurde ersetzt;" in as_html(run, GERMAN)


def test_facts_survive_the_file_and_are_their_owners_alone(tmp_path: Path) -> None:
    run = told(result(rejection(0, key="a\ud800\0b")))
    run_facts.save_report(tmp_path / "reports", run)
    assert run_facts.load_report(tmp_path / "reports", RUN) == run
    assert (tmp_path / "reports" / f"{RUN}.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("named", [RUN, "../../etc/passwd", "", f"{RUN}/../{RUN}"])
def test_a_run_without_a_report_is_refused(tmp_path: Path, named: str) -> None:
    with pytest.raises(RunNotFound):
        run_facts.load_report(tmp_path, named)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", json.dumps({"run": RUN}), "\0", '{"run": "\udcff"}']
)
def test_a_broken_report_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / f"{RUN}.json").write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(RunNotFound, match="damaged"):
        run_facts.load_report(tmp_path, RUN)
