"""Runs the command line in processes that are forked from one that has imported it already.

Importing takes most of the time of a short command, and the suite runs hundreds of them. Each still
has a process, arguments, an environment, a folder and streams of its own, and ends as any other
does. Tests that send signals start the program from nothing: see `CommandLine.command`.
"""

import atexit
import gc
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from desktop_migrator.cli.app import COMMANDS

_STREAMS = 3
_LENGTH = 8


class ForkServer:
    """The process to fork from, as seen by who wants a command run; it ends with this process."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="dm-test-"))
        self._socket = str(self._folder / "socket")
        theirs, self._life = os.pipe()
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(self._socket)
            listening.listen()
            given = listening.fileno(), theirs
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, *map(str, given)], pass_fds=given
            )
        os.close(theirs)
        atexit.register(self._close)

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], streams: Sequence[int]
    ) -> int:
        """Run a command to its end. `streams` are its standard input, output and errors.

        Returns its exit code, negative for the signal that ended it.
        """
        order = json.dumps([words, dict(environment), str(Path.cwd())]).encode()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self._socket)
            socket.send_fds(connection, [len(order).to_bytes(_LENGTH, "big")], streams)
            connection.sendall(order)
            code = connection.recv(_LENGTH)
        assert code, "the process to fork from has failed"
        return int(code)

    def _close(self) -> None:
        os.close(self._life)
        self._process.wait()
        shutil.rmtree(self._folder)


@cache
def fork_server() -> ForkServer:
    """This process's own, started when the first command is run."""
    return ForkServer()


# ---- in the process to fork from -----------------------------------------------------------------


class _Order(NamedTuple):
    words: list[str]
    environment: dict[str, str]
    folder: str
    streams: Sequence[int]

    @classmethod
    def receive(cls, connection: socket.socket) -> "_Order":
        head, streams, _, _ = socket.recv_fds(connection, _LENGTH, _STREAMS)
        length = int.from_bytes(head, "big")
        with connection.makefile("rb") as file:
            words, environment, folder = json.loads(file.read(length))
        return cls(words, environment, folder, streams)


def _serve(listening: socket.socket, life: int) -> _Order | None:
    """Returns an order in the process that is to carry it out, and None in all others' end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever waits for a command ends unseen
    waited_for: list[int] = [listening.fileno(), life]
    while life not in select.select(waited_for, [], [])[0]:
        connection, _ = listening.accept()
        if os.fork():
            connection.close()
            continue
        listening.close()
        os.close(life)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        order = _Order.receive(connection)
        child = os.fork()
        if not child:
            connection.close()
            return order
        _, status = os.waitpid(child, 0)
        connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    return None


def _become(order: _Order) -> None:
    """What an interpreter does before it runs a program."""
    for number, stream in enumerate(order.streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - as long as the process lives
    sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    tempfile.tempdir = None
    sys.argv[1:] = order.words


def main() -> None:
    program: Any = import_module("desktop_migrator.__main__")
    for name in COMMANDS:
        import_module(f"desktop_migrator.cli.{name.replace('-', '_')}")
    gc.freeze()
    listening, life = map(int, sys.argv[1:])
    order = _serve(socket.socket(fileno=listening), life)
    if order:
        sys.modules["__main__"] = program  # what its own processes import
        _become(order)
        program.main()


if __name__ == "__main__":
    main()
