"""The report of a run: what a person reads on it. HTML is read by the standard library's parser."""

import json
import re
import subprocess
import time
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from desktop_migrator.errors import Cancelled, RunNotFound
from desktop_migrator.messages import Message, Translator, verbatim
from desktop_migrator.migration.report import run_facts
from desktop_migrator.migration.report.html import as_html
from desktop_migrator.migration.report.labels import COLOURS, DOMAIN
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
        "Your data has moved", "1,200 rows are new, 3 were replaced", "1,240items found",
        "1,200New", "3Replaced", "20Same", "5Kept", "12Rejected", "7 records",
        "12 × tasks", "Too long.", "Shorten it.", "tasks[0]", "and 7 more",
        "Every row that was sent was read back", "4 are caches", RUN,
    ):  # fmt: skip
        assert words in page.text


def contrast(one: str, other: str) -> float:
    """By WCAG 2."""

    def luminance(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def bar_widths(page: Page) -> list[float]:
    """In hundredths; of the bars, not of the legend."""
    widths = [attributes.get("width") or "" for tag, attributes in page.tags if tag == "rect"]
    return [float(width.strip("%")) for width in widths if "." in width]


def test_a_bar_is_divided_as_the_items_are() -> None:
    page = Page(as_html(told(result()), ENGLISH))
    shares = [100 * n / 1240 for n in (1200, 3, 20, 5, 12)]
    seen = [max(share, 1) for share in shares]  # what is there is seen
    assert bar_widths(page) == pytest.approx([100 * n / sum(seen) for n in seen], abs=0.001)


def test_all_bars_have_one_scale_and_are_told_apart_without_colours() -> None:
    kinds = (("tasks", 100), ("environments", 25))
    run = msgspec.structs.replace(
        told(result()),
        entities=tuple(run_facts.EntityFacts(name, n, n, 0, 0, 0, 0) for name, n in kinds),
    )
    assert bar_widths(Page(as_html(run, ENGLISH))) == [100, 25]
    page = Page(as_html(told(result()), ENGLISH))
    hatched = [attributes["d"] for tag, attributes in page.tags if tag == "path"][1::2]
    assert len(set(hatched)) == len(COLOURS) == len(hatched)
    for ground in ("#ffffff", "#20272f"):  # the page's cards
        assert all(contrast(colour, ground) >= 3 for colour in COLOURS.values())


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
    assert set(re.findall(r"url\((.)", html)) == {"#"}


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
    [bar] = (attributes for tag, attributes in page.tags if attributes.get("role") == "img")
    assert bar["aria-label"] == "tasks: 1.200 Neu, 3 Ersetzt, 20 Gleich, 5 Behalten, 12 Abgelehnt"


def test_times_are_the_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    started = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    run = msgspec.structs.replace(told(result()), started=started)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        english, german = (Page(as_html(run, tr)).text for tr in (ENGLISH, GERMAN))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "2026-07-02 08:30 (UTC +0900)" in english
    assert "02.07.2026 08:30 (UTC +0900)" in german


def test_kinds_are_called_what_the_plan_calls_them() -> None:
    run = run_facts.collect_facts(
        result(rejection(0)), user_id="maria", database="builtin", plan="default", origins=[],
        labels={"en": {"tasks": "Tasks to do"}, "de": {"tasks": "Aufgaben"}},
    )  # fmt: skip
    english, german = Page(as_html(run, ENGLISH)).text, Page(as_html(run, GERMAN)).text
    assert "1 × Tasks to do" in english
    assert "1 × Aufgaben" in german
    assert "the database on this computer" in english
    assert "die Datenbank auf diesem Computer" in german


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


@pytest.mark.needs("pdftotext")
def test_the_pdf_has_a_structure_and_the_desks_page_is_behind_the_persons() -> None:
    pdf = as_pdf(told(result(*(rejection(number) for number in range(400)))), ENGLISH)
    tree = structure(pdf)
    assert tree.startswith('Document\n  H1 (block)\n    "Your data has moved"\n')
    tags = re.findall(r"^ *(\w+)", tree, re.MULTILINE)
    assert (tags.count("TR"), tags.count("Figure")) == (1 + 2 + 11, 1)
    assert tree.count("/Scope /Row") == 11
    assert b"1,200 New, 3 Replaced, 20 Same, 5 Kept, 12 Rejected" in pdf
    person, desk = printed(pdf).split("\f")[:2]
    assert "Details for the support desk" not in person
    assert "too-long" not in person
    assert desk.startswith("Details for the support desk")
    assert RUN in desk


def structure(pdf: bytes) -> str:
    command = ["pdfinfo", "-struct-text", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


LONG = " ".join(f"word{number}" for number in range(700))  # over more than a page


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("reason", [LONG, f"{LONG} Έλεγχος", "x" * 300 + " and more"])
def test_words_stay_apart_and_whole_where_the_pdf_breaks_lines_and_pages(reason: str) -> None:
    told_by_reader = structure(as_pdf(told(result(rejection(0, reason=reason))), ENGLISH))
    told_by_reader = re.sub(r'"\n +"', "", told_by_reader)  # between what two pages have of it
    for words in (
        f"1 × tasks: {reason}",
        "no row is missing, none differs.",
        "what is in the database already is not sent twice.",
    ):
        assert words in told_by_reader


@pytest.mark.needs("pdftotext")
def test_the_pdf_has_greek_and_cyrillic_letters_and_says_which_it_lacks() -> None:
    lacking = "Letters that this PDF cannot show"
    known = printed(as_pdf(told(result(rejection(0, reason="Задачи Ελλάδα Łódź ₴ → ≥"))), ENGLISH))
    assert "Задачи Ελλάδα Łódź ₴ → ≥" in known
    assert lacking not in known
    unknown = printed(as_pdf(told(result(rejection(0, reason="日本 \ud800"))), ENGLISH))
    assert "?? ?" in unknown
    assert unknown.count(lacking) == 1


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
