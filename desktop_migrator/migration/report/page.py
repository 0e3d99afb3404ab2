"""HTML pages that need nothing else: no script, no font, no picture; `page.css` is their look."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from desktop_migrator.system.resources import resource


def page_templates() -> Environment:
    """Those of resources/report; all that is put into them is escaped."""
    return Environment(
        loader=FileSystemLoader(resource("report")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
