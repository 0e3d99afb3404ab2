"""Runs the program's command line in a process of its own, as its user would."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from tests.integration.fork_server import fork_server
from tests.waiting import PATIENCE


@dataclass(frozen=True)
class Ended:
    exit_code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Standard output, where each line must be JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]


@dataclass(frozen=True)
class CommandLine:
    data_dir: Path

    def __call__(self, *words: object, given: str = "", **environment: str | None) -> Ended:
        """`given` is what the program finds on standard input; None takes a variable away."""
        variables = os.environ | {"COLUMNS": "200"} | environment
        with TemporaryFile() as stdin, TemporaryFile() as out, TemporaryFile() as err:
            stdin.write(given.encode())
            stdin.seek(0)
            exit_code = fork_server().run(
                self._arguments(*words),
                {name: value for name, value in variables.items() if value is not None},
                [stdin.fileno(), out.fileno(), err.fileno()],
            )
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode())
        return Ended(exit_code, *texts)

    def interrupt_once_it_prints(self, mark: str, *words: object) -> Ended:
        """Presses Ctrl-C when the mark shows on standard output."""
        with subprocess.Popen(
            self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout
            printed = ""
            for line in process.stdout:
                printed += line
                if mark in line:
                    process.send_signal(signal.SIGINT)
                    break
            out, err = process.communicate(timeout=PATIENCE)
        return Ended(process.returncode, printed + out, err)

    def command(self, *words: object) -> list[str]:
        """To be started from nothing, by tests that stop or kill it."""
        return [sys.executable, "-m", "desktop_migrator", *self._arguments(*words)]

    def _arguments(self, *words: object) -> list[str]:
        return ["--data-dir", str(self.data_dir), *map(str, words)]
