"""A run's report as one HTML page that needs nothing else: no script, no font, no picture."""

import re
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from desktop_migrator.messages import Translator
from desktop_migrator.migration.report import labels
from desktop_migrator.migration.report.run_facts import EntityFacts, RunFacts
from desktop_migrator.system.resources import resource

_COMMAND = re.compile(r"`([^`]+)`")


def as_html(facts: RunFacts, tr: Translator) -> str:
    return _template().render(facts=facts, words=labels, shares=_shares, tr=tr)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(resource("report")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["commands"] = _commands
    return environment.get_template("report.html")


def _commands(text: str) -> Markup:
    """What stands between backticks, as something to type."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _shares(entity: EntityFacts) -> list[tuple[str, float, float, int]]:
    """The entity's bar: column, where it begins and how long it is (0 to 100), and its number."""
    parts = []
    begin = 0.0
    for column in labels.COLUMNS:
        number = int(getattr(entity, column))
        if number:
            length = 100 * number / max(1, entity.items)
            parts.append((column, begin, length, number))
            begin += length
    return parts
