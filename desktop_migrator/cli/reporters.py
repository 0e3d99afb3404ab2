"""How the command line tells what goes on: JSON lines, or bars on a terminal."""

import sys
from dataclasses import asdict
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.prompt import Prompt
from rich.text import Text

from desktop_migrator.cli.conflicts import ask_reply, conflict_event, print_conflict
from desktop_migrator.cli.output import aside_event, escape_unprintable, print_line, write_json
from desktop_migrator.messages import N_, Message, Translator
from desktop_migrator.migration.progress import Progress, ProgressReporter
from desktop_migrator.model import Conflict, Rejection, Superseded
from desktop_migrator.reporter import ConflictQuestion, ConflictReply, Question, Stage

_SHOWN_CONFLICTS = 10
_STAGES = {
    Stage.FIND: N_("Looking into browsers"),
    Stage.CHECK: N_("Checking every item"),
    Stage.PREVIEW: N_("Checking every item"),
    Stage.COMPARE: N_("Comparing with the database"),
    Stage.BACKUP: N_("Making the backup"),
    Stage.CAPTURE: N_("Writing the capture"),
    Stage.LOAD: N_("Moving the data"),
    Stage.VERIFY: N_("Checking what arrived"),
    Stage.CLEAR: N_("Clearing the browser"),
    Stage.RESTORE: N_("Putting back"),
    Stage.UNDO: N_("Taking back"),
    Stage.UPLOAD: N_("Uploading the files"),
}


class JsonReporter(ProgressReporter):
    """Progress and warnings as JSON lines."""

    def show(self, progress: Progress) -> None:
        write_json({"event": "progress"} | asdict(progress))
        sys.stdout.flush()

    def rejected(self, rejection: Rejection) -> None:
        write_json(aside_event("rejected", rejection))

    def superseded(self, item: Superseded) -> None:
        write_json(aside_event("superseded", item))

    def conflicting(self, conflict: Conflict) -> None:
        write_json(conflict_event(conflict))

    def warned(self, message: Message) -> None:
        write_json({"event": "warning", "text": str(message)})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()


class TerminalReporter(ProgressReporter):
    """A bar for each stage, on standard error."""

    def __init__(
        self,
        console: Console,
        tr: Translator,
        *,
        interactive: bool = False,
        bars: bool = True,
    ) -> None:
        super().__init__()
        self.tr = tr
        self._interactive = interactive
        self._console = console
        self._bars = _make_bars(console if bars else Console(quiet=True))
        self._tasks: dict[str, Any] = {}
        self._conflict_count = 0

    def show(self, progress: Progress) -> None:
        self._bars.start()
        stage = progress.stage
        if stage not in self._tasks:
            label = self.tr(_STAGES[stage])
            self._tasks[stage] = self._bars.add_task(label, total=progress.total)
        self._bars.update(
            self._tasks[stage], completed=progress.current, total=progress.total, refresh=True
        )

    def warned(self, message: Message) -> None:
        print_line(self._console, self.tr("Note: {text}", text=message), "yellow")

    def ask(self, question: Question) -> str | None:
        if not self._interactive:
            return None
        self._restart_bars()
        choices = {self.tr(choice): choice for choice in question.choices}
        prompt = Prompt(
            Text(escape_unprintable(self.tr(question.text))),
            console=self._console,
            password=question.secret,
            choices=list(choices) or None,
        )
        prompt.illegal_choice_message = self.tr("Please type one of the answers in brackets.")
        answer = prompt()
        return choices.get(answer, answer)

    def resolve(self, question: ConflictQuestion) -> ConflictReply | None:
        if not self._interactive:
            return None
        self._restart_bars()
        reply = ask_reply(self._console, question, self.tr)
        if reply is None:
            self.cancel.set()
        return reply

    def conflicting(self, conflict: Conflict) -> None:
        self._conflict_count += 1
        if self._conflict_count <= _SHOWN_CONFLICTS:
            print_conflict(self._console, conflict, self.tr)
        elif self._conflict_count == _SHOWN_CONFLICTS + 1:
            print_line(self._console, self.tr("… and more; --json or --decisions FILE lists all."))

    def _restart_bars(self) -> None:
        """Leave those there are as they stand; the next stage begins new ones below."""
        self._bars.stop()
        self._bars = _make_bars(self._console)
        self._tasks.clear()

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()


def _make_bars(console: Console) -> Bars:
    return Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
