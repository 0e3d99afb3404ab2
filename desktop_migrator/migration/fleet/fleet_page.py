"""The fleet as one HTML page with charts."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from jinja2 import Template

from desktop_migrator.messages import N_, Translator
from desktop_migrator.migration.fleet.fleet_status import STATES, Fleet, PersonState
from desktop_migrator.migration.report.page import page_templates

WIDTH, HEIGHT = 1000, 200
"""Of a chart, in its own units."""
_COLOURS = {
    PersonState.DONE: "#2f7d4f",
    PersonState.PARTLY: "#c98a1b",
    PersonState.WORKING: "#2c6fb3",
    PersonState.STUCK: "#b53a3a",
    PersonState.TAKEN_BACK: "#7d5ba6",
    PersonState.CAPTURED: "#3c8f8f",
    PersonState.MISSING: "#8a94a1",
}
WORDS = {
    "title": N_("Who has moved"),
    "people": N_("{count:,} people, as the database knew them on {time:%Y-%m-%d %H:%M} UTC."),
    "states": N_("How far they are"),
    "time": N_("Done, over time"),
    "nobody": N_("Nobody is done yet."),
    "reasons": N_("What waits, and what would cure it"),
    "nothing": N_("No item waits."),
    "kind": N_("Kind"),
    "place": N_("Place"),
    "why": N_("Why"),
    "cure": N_("What to do"),
    "items": N_("Items"),
    "affected": N_("People"),
    "everybody": N_("Everybody"),
    "person": N_("Person"),
    "state": N_("State"),
    "last": N_("Last run (UTC)"),
    "host": N_("On"),
    "new": N_("New"),
    "replaced": N_("Replaced"),
    "kept": N_("Kept"),
    "superseded": N_("Superseded"),
    "rejected": N_("Rejected"),
}


@dataclass(frozen=True, slots=True)
class _Part:
    """Of the bar of states."""

    label: str
    colour: str
    count: int
    x: float
    width: float


def fleet_page(fleet: Fleet, tr: Translator, made: datetime) -> str:
    """`made`: when it was asked, in UTC."""
    times = sorted(person.done for person in fleet.people if person.done)
    return _template().render(
        fleet=fleet,
        tr=tr,
        made=made,
        words=WORDS,
        states=STATES,
        colours=_COLOURS,
        parts=_parts(fleet, tr),
        line=_line(times, len(fleet.people)),
        times=times,
        width=WIDTH,
        height=HEIGHT,
        most=max((reason.items for reason in fleet.reasons), default=1),
    )


def _parts(fleet: Fleet, tr: Translator) -> list[_Part]:
    parts, x, total = [], 0.0, max(len(fleet.people), 1)
    for state, count in fleet.by_state.items():
        width = WIDTH * count / total
        parts.append(_Part(tr(STATES[state]), _COLOURS[state], count, round(x, 2), round(width, 2)))
        x += width
    return parts


def _line(times: list[datetime], people: int) -> str:
    """The points of a line that rises by one for each who is done; empty without any."""
    if not times:
        return ""
    span = (times[-1] - times[0]).total_seconds() or 1.0
    points = [f"0,{HEIGHT}"]
    for number, time in enumerate(times, start=1):
        x = WIDTH * (time - times[0]).total_seconds() / span
        points += [
            f"{x:.1f},{HEIGHT - HEIGHT * (number - 1) / people:.1f}",
            f"{x:.1f},{HEIGHT - HEIGHT * number / people:.1f}",
        ]
    points.append(f"{WIDTH},{HEIGHT - HEIGHT * len(times) / people:.1f}")
    return " ".join(points)


@cache
def _template() -> Template:
    return page_templates().get_template("fleet.html")
