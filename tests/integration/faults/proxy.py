"""A TCP proxy in front of a PostgreSQL server's Unix socket that cuts connections at a byte."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

Direction = Literal["up", "down"]
DIRECTIONS: tuple[Direction, ...] = ("up", "down")
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST instead of FIN


@dataclass(frozen=True)
class Cut:
    """Where the way is cut, by the bytes that have gone through all connections."""

    direction: Direction
    after: int
    everything: bool
    """All connections, instead of the one whose byte it is."""
    reset: bool
    """With RST instead of FIN."""


@dataclass(frozen=True)
class _Pair:
    client: socket.socket
    server: socket.socket

    def end(self, *, reset: bool = False) -> None:
        """Let whoever waits for data see an end; once nobody does, the sockets are closed."""
        with suppress(OSError):
            if reset:
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.client.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)


class Proxy:
    """Listens while the `with` block runs."""

    def __init__(self, server: Path) -> None:
        self._server = str(server)
        self._lock = threading.Lock()
        self._pairs: list[_Pair] = []
        self._threads: list[threading.Thread] = []
        self._cut: Cut | None = None
        self.passed: dict[Direction, int] = {"up": 0, "down": 0}
        """Bytes since `arm`."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for pair in list(self._pairs):
            pair.end()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _start(self, do: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=do, args=arguments)
        self._threads.append(thread)
        thread.start()
        return thread

    def arm(self, cut: Cut | None = None) -> None:
        """Count anew, and cut once; without a cut, let all through."""
        with self._lock:
            self._cut = cut
            self.passed = {"up": 0, "down": 0}

    @property
    def armed(self) -> bool:
        return self._cut is not None

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._server)
            except OSError:
                client.close()
                server.close()
                continue
            pair = _Pair(client, server)
            with self._lock:
                self._pairs.append(pair)
            self._start(self._serve, pair)

    def _serve(self, pair: _Pair) -> None:
        up = self._start(self._pump, pair, "up", pair.client, pair.server)
        self._pump(pair, "down", pair.server, pair.client)
        up.join()
        with self._lock:
            self._pairs.remove(pair)
        pair.client.close()
        pair.server.close()

    def _pump(
        self, pair: _Pair, direction: Direction, source: socket.socket, sink: socket.socket
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                allowed, cut = self._count(direction, len(data))
                sink.sendall(data[:allowed])
                if cut:
                    self._sever(pair, cut)
                    return
        pair.end()

    def _count(self, direction: Direction, number: int) -> tuple[int, Cut | None]:
        """How many of the bytes may pass, and the cut that comes after them."""
        with self._lock:
            before = self.passed[direction]
            self.passed[direction] += number
            cut = self._cut
            if cut is None or cut.direction != direction or before + number < cut.after:
                return number, None
            self._cut = None
            return max(0, cut.after - before), cut

    def _sever(self, pair: _Pair, cut: Cut) -> None:
        with self._lock:
            pairs = list(self._pairs) if cut.everything else [pair]
        for each in pairs:
            each.end(reset=cut.reset)
