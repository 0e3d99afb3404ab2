"""What the global options say, and how the command line talks: people's text and JSON lines."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console

from desktop_migrator.cli.output import PlainConsole, error_facts, print_line, write_json
from desktop_migrator.cli.reporters import JsonReporter, TerminalReporter
from desktop_migrator.errors import MigratorError
from desktop_migrator.messages import Message, Translator
from desktop_migrator.migration.report.typesetting import FindTypesetter, no_typesetter
from desktop_migrator.migration.wizard_options import OpenWizard, no_wizard
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.reporter import NullReporter


@dataclass(frozen=True)
class Session:
    """One call of the program."""

    tr: Translator
    """People's text goes through it; what is for machines does not."""
    json: bool = False
    data_dir: Path | None = None
    plan: Path | None = None
    assume_yes: bool = False
    quiet: bool = False
    """Results and errors alone."""
    language: str | None = None
    """The one that was asked for; None: the system's."""
    passphrase: str | None = field(default=None, repr=False)
    """The environment's."""
    open_wizard: OpenWizard = no_wizard
    find_typesetter: FindTypesetter = no_typesetter
    stdout: Console = field(default_factory=PlainConsole)
    stderr: Console = field(default_factory=lambda: PlainConsole(stderr=True))

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace.open(self.data_dir)

    @property
    def interactive(self) -> bool:
        """Whether a person is there to answer a question."""
        return not self.json and not self.assume_yes and sys.stdin.isatty() and sys.stderr.isatty()

    def emit_json(self, **fields: Any) -> None:
        """One JSON line on standard output."""
        write_json(fields)

    def emit_result(self, **fields: Any) -> None:
        """The last line: whoever reads it knows that nothing is missing."""
        self.emit_json(event="finished", **fields)

    def print_text(self, text: str) -> None:
        """A sentence for the person: on standard error where standard output is for JSON."""
        print_line(self.stderr if self.json else self.stdout, text)

    def print_note(self, text: str) -> None:
        """What the person did not say and the program took, on standard error."""
        if not self.quiet:
            print_line(self.stderr, text, "dim")

    def make_reporter(self) -> JsonReporter | TerminalReporter:
        if self.json:
            return JsonReporter()
        return TerminalReporter(
            self.stderr, self.tr, interactive=self.interactive, bars=not self.quiet
        )

    def make_warning_reporter(self) -> TerminalReporter:
        """For commands whose output is data: warnings go to standard error, no bars."""
        return TerminalReporter(self.stderr, self.tr, bars=not self.quiet)

    def report_failure(self, error: MigratorError) -> None:
        """An error that left no result."""
        if self.json:
            self.emit_json(event="error", **(error_facts(error) or {}))
        self.print_error(error)

    def print_error(self, error: MigratorError) -> None:
        """The error as one sentence, its code and the remedy, on standard error."""
        print_line(self.stderr, f"{self.tr(error.message)} ({error.code})", "red")
        print_line(self.stderr, self.tr(error.hint_message))


@contextmanager
def cancel_on_signal(reporter: NullReporter) -> Iterator[None]:
    """Ctrl-C has the use case stop where nothing is half done; a second one ends the program."""

    def ask(number: int, frame: FrameType | None) -> None:
        if reporter.cancelled:
            signal.default_int_handler(number, frame)
        reporter.warned(
            Message("Stopping after the step under way; press Ctrl-C again to stop at once.")
        )
        reporter.cancel.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
