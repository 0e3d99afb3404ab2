"""What a screen reader hears on the real AT-SPI bus: announcements, and what has the focus."""

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from jeepney import DBusAddress, MatchRule, Message, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection
from jeepney.low_level import MessageType

_EVENTS = "org.a11y.atspi.Event.Object"
_REGISTRY = DBusAddress(
    "/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry"
)
_LOOK_AGAIN = 0.1
_ANSWERS_IN = 20.0
"""Seconds: a window that computes answers late."""


class ScreenReader:
    """Listens from the beginning; `heard` is a line for each thing said, in order."""

    def __init__(self, bus: str) -> None:
        """`bus` is the address of the AT-SPI bus."""
        self.heard: list[str] = []
        self._asking = open_dbus_connection(bus)
        self._listening = open_dbus_connection(bus)
        for event in ("object:announcement", "object:state-changed:focused"):
            request = new_method_call(_REGISTRY, "RegisterEvent", "sass", (event, [], ""))
            _call(self._listening, request)
        rule = MatchRule(type="signal", interface=_EVENTS)
        Proxy(message_bus, self._listening).AddMatch(rule)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        self._asking.close()
        self._listening.close()

    def _listen(self) -> None:
        while not self._ended.is_set():
            with suppress(TimeoutError):
                message = self._listening.receive(timeout=_LOOK_AGAIN)
                if message.header.message_type is MessageType.signal:
                    self._hear(message)

    def _hear(self, message: Message) -> None:
        from_, fields = message.body, message.header.fields
        what = next(value for field, value in fields.items() if field.name == "member")
        if what == "Announcement":
            self.heard.append(f"says: {from_[3][1]}")
        elif what == "StateChanged" and from_[0] == "focused" and from_[1]:
            names = {field.name: value for field, value in fields.items()}
            thing = DBusAddress(names["path"], names["sender"], "org.a11y.atspi.Accessible")
            with suppress(OSError, TimeoutError):
                role = _call(self._asking, new_method_call(thing, "GetRoleName"))
                get = new_method_call(
                    thing.with_interface("org.freedesktop.DBus.Properties"),
                    *("Get", "ss", ("org.a11y.atspi.Accessible", "Name")),
                )
                self.heard.append(f"focus: {role}, {_call(self._asking, get)[1]}")


def _call(connection: DBusConnection, message: Message) -> str:
    reply = connection.send_and_get_reply(message, timeout=_ANSWERS_IN)
    if reply.header.message_type is MessageType.error:
        raise OSError(str(reply.body))
    return reply.body[0] if reply.body else ""


@contextmanager
def accessible_session(folder: Path) -> Iterator[tuple[Mapping[str, str], ScreenReader]]:
    """A session's bus with AT-SPI beside it: what a program needs to be there, and who listens."""
    environment = {"XDG_RUNTIME_DIR": str(folder), "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | environment,
    )
    with bus:
        try:
            assert bus.stdout
            environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
            launcher = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            with open_dbus_connection(environment["DBUS_SESSION_BUS_ADDRESS"]) as session:
                address = _call(session, new_method_call(launcher, "GetAddress"))
            with closing(ScreenReader(address)) as reader:
                yield environment, reader
        finally:
            bus.terminate()
