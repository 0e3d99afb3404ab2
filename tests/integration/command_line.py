"""Runs the program's command line as a process of its own, as its user would."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
        ended = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            input=given,
            env={name: value for name, value in variables.items() if value is not None},
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

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
            out, err = process.communicate(timeout=60)
        return Ended(process.returncode, printed + out, err)

    def command(self, *words: object) -> list[str]:
        program = [sys.executable, "-m", "desktop_migrator", "--data-dir", str(self.data_dir)]
        return [*program, *map(str, words)]
