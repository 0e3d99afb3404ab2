"""A run's report as one HTML page."""

import re
from functools import cache, partial

from jinja2 import Template
from markupsafe import Markup, escape

from desktop_migrator.messages import Translator
from desktop_migrator.migration.report import labels
from desktop_migrator.migration.report.page import page_templates
from desktop_migrator.migration.report.run_facts import RunFacts

_PATTERNS = {
    "inserted": "",
    "updated": "M-2 2L2 -2M0 8L8 0M6 10L10 6",
    "unchanged": "M0 4H8",
    "skipped": "M4 0V8",
    "superseded": "M-2 6L2 10M0 0L8 8M6 -2L10 2",
    "rejected": "M0 8L8 0M0 0L8 8",
}
"""What each column's part of a bar is hatched with, in a tile of 8 by 8: colours alone say nothing
to many."""
_COMMAND = re.compile(r"`([^`]+)`")


def as_html(facts: RunFacts, tr: Translator) -> str:
    shares = partial(labels.bar_parts, scale=facts.most)
    return _template().render(facts=facts, words=labels, shares=shares, patterns=_PATTERNS, tr=tr)


@cache
def _template() -> Template:
    environment = page_templates()
    environment.filters["commands"] = _commands
    return environment.get_template("report.html")


def _commands(text: str) -> Markup:
    """What stands between backticks, as something to type."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before
