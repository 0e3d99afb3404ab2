"""What the global options say, and how the command line talks: people's text and JSON lines."""

import json
import sys
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.prompt import Prompt

from desktop_migrator.errors import MigratorError
from desktop_migrator.migration.progress import Progress, ProgressReporter
from desktop_migrator.migration.workspace import Workspace
from desktop_migrator.model import Rejection
from desktop_migrator.reporter import Question


@dataclass(frozen=True)
class Session:
    """One call of the program."""

    json: bool = False
    data_dir: Path | None = None
    plan: Path | None = None
    yes: bool = False
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
        (self.err if self.json else self.out).print(text, markup=False, highlight=False)

    def reporter(self) -> "JsonReporter | TerminalReporter":
        if self.json:
            return JsonReporter()
        return TerminalReporter(self.err, interactive=self.interactive)

    def notes(self) -> "TerminalReporter":
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
        self.err.print(f"{error} ({error.code})", style="red", markup=False, highlight=False)
        self.err.print(error.hint, markup=False, highlight=False)


def write_json(value: object) -> None:
    """ASCII, so that lone surrogates come through any pipe exactly."""
    sys.stdout.write(json.dumps(value, default=str) + "\n")


class JsonReporter(ProgressReporter):
    """Progress and warnings as JSON lines."""

    def show(self, progress: Progress) -> None:
        write_json({"event": "progress"} | asdict(progress))
        sys.stdout.flush()

    def rejected(self, rejection: Rejection) -> None:
        write_json(
            {
                "event": "rejected",
                "entity": rejection.entity,
                "source_id": rejection.source_id,
                "origin": rejection.source.storage_key.origin,
                "key": rejection.source.key,
                "position": rejection.source.position,
                "code": rejection.code,
                "reason": rejection.reason,
                "remedy": rejection.remedy,
            }
        )

    def warned(self, text: str) -> None:
        write_json({"event": "warning", "text": text})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()


class TerminalReporter(ProgressReporter):
    """A bar for each stage, on standard error."""

    def __init__(self, console: Console, *, interactive: bool = False) -> None:
        super().__init__()
        self._interactive = interactive
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, Any] = {}

    def show(self, progress: Progress) -> None:
        stage = progress.stage
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=progress.total)
        self._bars.update(
            self._tasks[stage], completed=progress.current, total=progress.total, refresh=True
        )

    def warned(self, text: str) -> None:
        self._bars.console.print(f"Note: {text}", style="yellow", markup=False, highlight=False)

    def ask(self, question: Question) -> str | None:
        if not self._interactive:
            return None
        self._bars.stop()
        try:
            return Prompt.ask(
                question.text,
                console=self._bars.console,
                password=question.secret,
                choices=list(question.choices) or None,
            )
        finally:
            self._bars.start()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()
