"""What the global options say, and how the command line talks: people's text and JSON lines."""

import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console

from desktop_migrator.cli.json_lines import write_json
from desktop_migrator.cli.reporters import JsonReporter, TerminalReporter
from desktop_migrator.cli.text import print_line
from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.opening import OpenWizard, no_wizard
from desktop_migrator.migration.workspace import Workspace


@dataclass(frozen=True)
class Session:
    """One call of the program."""

    json: bool = False
    data_dir: Path | None = None
    plan: Path | None = None
    yes: bool = False
    language: str | None = None
    """The wizard's."""
    open_wizard: OpenWizard = no_wizard
    out: Console = field(default_factory=Console)
    err: Console = field(default_factory=lambda: Console(stderr=True))

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace.open(self.data_dir)

    @property
    def interactive(self) -> bool:
        """Whether a person is there to answer a question."""
        return not self.json and not self.yes and sys.stdin.isatty() and sys.stderr.isatty()

    def emit(self, **fields: Any) -> None:
        """One JSON line on standard output."""
        write_json(fields)

    def say(self, text: str) -> None:
        """A sentence for the person: on standard error where standard output is for JSON."""
        print_line(self.err if self.json else self.out, text)

    def reporter(self) -> JsonReporter | TerminalReporter:
        if self.json:
            return JsonReporter()
        return TerminalReporter(self.err, interactive=self.interactive)

    def notes(self) -> TerminalReporter:
        """For commands whose output is data: warnings go to standard error, no bars."""
        return TerminalReporter(self.err)

    def fail(self, error: MigratorError) -> None:
        """An error that left no result."""
        if self.json:
            self.emit(
                event="error",
                code=error.code,
                title=error.title,
                detail=error.detail,
                hint=error.hint,
            )
        self.tell(error)

    def tell(self, error: MigratorError) -> None:
        """The error as one sentence, its code and the remedy, on standard error."""
        print_line(self.err, f"{error} ({error.code})", "red")
        print_line(self.err, error.hint)
