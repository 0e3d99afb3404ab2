"""A client for Marionette, Firefox's own remote control, as far as the tests need it.

The protocol: messages are JSON behind their length and a colon; a command is
`[0, id, name, parameters]`, its answer `[1, id, error, result]`. Source: Firefox's
`remote/doc/marionette/Protocol.md`.
"""

import json
import socket
from contextlib import ExitStack
from typing import Any, Self

from tests.waiting import PATIENCE

"""Seconds after which Firefox is given up."""


class Marionette:
    """One session with a running Firefox."""

    def __init__(self, port: int) -> None:
        with ExitStack() as undo:
            connection = undo.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            self._wire = undo.enter_context(connection.makefile("rwb"))
            self._receive()  # its greeting
            self.call("WebDriver:NewSession", capabilities={})
            self._close = undo.pop_all()

    def call(self, name: str, **parameters: Any) -> Any:
        message = json.dumps([0, 0, name, parameters]).encode("ascii")
        self._wire.write(b"%d:%s" % (len(message), message))
        self._wire.flush()
        _, _, error, result = self._receive()
        assert error is None, error
        return result

    def _receive(self) -> Any:
        length = b""
        while (byte := self._wire.read(1)) != b":":
            assert byte, "Firefox hung up"
            length += byte
        return json.loads(self._wire.read(int(length)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close.close()
