"""The web site that the real browsers visit, and the wire on which tests tell its page what to do.

The page asks the server for its next step and answers with what it reads back through the Web
Storage API. Every host name leads here, so one server stands for any number of sites; it also
serves browsers that take it for their proxy.
"""

import json
import queue
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.waiting import PATIENCE

PAGE = Path(__file__).with_name("page.html").read_bytes()

Operation = tuple[str, ...]
"""A method of the Web Storage API and its arguments: `("setItem", key, value)`."""
Records = dict[str, str]
"""All keys and values of one area."""


class Session:
    """The wire to one page: one browser, or one container in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def arrived(self) -> None:
        """Waits until a page has loaded and asks what to do."""
        answer = self.answers.get(timeout=PATIENCE)
        assert answer is None, answer

    def visit(
        self, origin: str, operations: Sequence[Operation] = (), frames: Sequence[str] = ()
    ) -> Records:
        """Loads a page of the origin, in it one of `frames`, in that the next; operates on the
        innermost one's localStorage and reads it back. `#anonymous` after a frame's origin loads it
        without credentials.
        """
        self.steps.put({"go": self.address(origin)})
        self.arrived()
        frames = [self.address(*frame.split("#")) for frame in frames]
        self.steps.put({"frames": frames, "operations": operations})
        answer = self.answers.get(timeout=PATIENCE)
        assert isinstance(answer, list), answer
        return dict(answer)

    def address(self, origin: str, *fragment: str) -> str:
        return "#".join([f"{origin}/{self.name}/", *fragment])


class Site:
    """Serves `page.html` on 127.0.0.1, at as many ports as asked for (0: any free one)."""

    def __init__(self, *ports: int) -> None:
        self._sessions: dict[str, Session] = {}
        handler = type("Handler", (_Handler,), {"sessions": self._sessions})
        self._servers = [ThreadingHTTPServer(("127.0.0.1", port), handler) for port in ports]
        self.ports = [server.server_port for server in self._servers]

    def session(self) -> Session:
        session = Session(str(len(self._sessions)))
        self._sessions[session.name] = session
        return session

    def __enter__(self) -> Self:
        for server in self._servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.socket.close()  # server_close() would wait for pages that wait for a step


class _Handler(BaseHTTPRequestHandler):
    sessions: dict[str, Session]

    def do_GET(self) -> None:
        self._answer("text/html; charset=utf-8", PAGE)

    def do_POST(self) -> None:
        session = self.sessions[urlsplit(self.path).path.split("/")[1]]
        session.answers.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self._answer("application/json", json.dumps(session.steps.get()).encode("ascii"))

    def _answer(self, content_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        # Keeps pages out of the back-forward cache, where their areas would stay open and unsaved.
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
