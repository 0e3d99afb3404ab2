"""One table as Electric tells it over HTTP: its rows, and from then on what changes of them.

`GET /v1/shape?table=…&offset=-1`, then with the `handle` and `offset` of the answer's headers until
one says that it is up to date; with `live=true` the server answers when something changes, or after
a while. 409 means to start again. Every value is a text or null. Of each row only its digest is
kept. https://electric-sql.com/docs/api/http
"""

import ipaddress
import ssl
import urllib.request
from collections.abc import Callable, Mapping
from email.message import Message as HttpHeaders
from http.client import HTTPException
from typing import Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit

import msgspec

from desktop_migrator.errors import Cancelled, ElectricUnreachable, UsageError
from desktop_migrator.messages import Message
from desktop_migrator.postgres.verify.text_digests import Key, TextColumns, key_of, text_digest
from desktop_migrator.system.files import os_error_reason

_MAX_BYTES = 128 * 2**20
"""Of one answer; Electric cuts its log into pieces of 10 MB, and a row into none."""
_TIMEOUT = 60.0
"""Seconds; Electric lets a live request wait for 20."""
_MAX_RESTARTS = 5
_MUST_REFETCH = 409


class _Headers(msgspec.Struct, frozen=True):
    operation: Literal["insert", "update", "delete"] | None = None
    control: str | None = None


class _Entry(msgspec.Struct, frozen=True):
    headers: _Headers
    value: dict[str, str | None] = {}


_decoder = msgspec.json.Decoder(list[_Entry])


class ShapeLog:
    """What Electric has told of one table until now."""

    def __init__(
        self,
        address: str,
        table: str,
        columns: TextColumns,
        secret: str | None,
        cancelled: Callable[[], bool],
    ) -> None:
        """`address` as `shape_address` makes it, `table` in SQL's spelling; `secret` is what
        Electric may ask for (`ELECTRIC_SECRET`); `cancelled` is asked before each request."""
        self._address = address
        self._fixed = {"table": table, "replica": "full"} | ({"secret": secret} if secret else {})
        self._columns = columns
        self._opener = _make_opener(urlsplit(address).hostname or "")
        self._cancelled = cancelled
        self._restarts = 0
        self.rows: dict[Key, bytes] = {}
        """The digest of each row, by its primary key."""
        self._position: dict[str, str] = {}
        self._start_again(None)

    def catch_up(self) -> None:
        """Read until Electric says that there is no more. Raises ElectricUnreachable, Cancelled."""
        while not self._read():
            pass

    def follow(self) -> None:
        """Wait for what changes, as long as Electric has one wait, and read it."""
        if self._read(live="true"):
            return
        self.catch_up()

    def _read(self, **how: str) -> bool:
        """One answer; whether the log is read to its end."""
        if self._cancelled():
            raise Cancelled
        entries, headers = self._get(self._fixed | self._position | how)
        if entries is None:
            self._restarts += 1
            if self._restarts > _MAX_RESTARTS:
                raise self._unreachable(Message("It makes its readers start again and again."))
            self._start_again(headers.get("electric-handle"))
            return False
        before = self._position
        self._position = {"offset": headers.get("electric-offset", "")} | {
            name: headers[header]
            for name, header in (("handle", "electric-handle"), ("cursor", "electric-cursor"))
            if header in headers
        }
        if not self._position["offset"] or "handle" not in self._position:
            raise self._unreachable(Message("It does not answer as Electric does."))
        self._take(entries)
        done = "electric-up-to-date" in headers
        if not done and self._position == before:  # what tells the same for ever
            raise self._unreachable(Message("It does not answer as Electric does."))
        return done

    def _start_again(self, handle: str | None) -> None:
        self.rows.clear()
        self._position = {"offset": "-1"} | ({"handle": handle} if handle else {})

    def _take(self, entries: list[_Entry]) -> None:
        for entry in entries:
            if entry.headers.operation is None:
                continue
            key = key_of(entry.value, self._columns)
            if entry.headers.operation == "delete":
                self.rows.pop(key, None)
            else:
                self.rows[key] = text_digest(entry.value, self._columns)

    def _get(self, query: Mapping[str, str]) -> tuple[list[_Entry] | None, HttpHeaders]:
        """None instead of entries: the log has to be read anew."""
        try:
            with self._opener.open(
                f"{self._address}?{urlencode(query)}", timeout=_TIMEOUT
            ) as answer:
                body = b""
                while part := answer.read(2**20):
                    body += part
                    if len(body) > _MAX_BYTES:
                        raise self._unreachable(
                            Message("It is larger than {limit} KiB.", limit=_MAX_BYTES // 1024)
                        )
                return self._decoded(body), answer.headers
        except HTTPError as error:
            if error.code == _MUST_REFETCH:
                return None, error.headers
            raise self._unreachable(
                Message("The server answers with code {code}.", code=error.code)
            ) from None
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise self._unreachable(_network_reason(reason)) from None

    def _decoded(self, body: bytes) -> list[_Entry]:
        try:
            return _decoder.decode(body) if body.strip() else []
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._unreachable(Message("It does not answer as Electric does.")) from None

    def _unreachable(self, reason: Message | str) -> ElectricUnreachable:
        return ElectricUnreachable(address=self._address, reason=reason)


def shape_address(url: str, secret: str | None) -> str:
    """Where Electric tells tables' rows.

    Raises UsageError for what is no address, or would have the secret sent in clear.
    """
    wrong = Message("Electric's address begins with http:// or https:// and holds no password.")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise UsageError(reason=wrong) from None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc or parts.query:
        raise UsageError(reason=wrong)
    if secret and parts.scheme == "http" and not _is_here(host):
        raise UsageError(
            reason=Message("Electric's secret is not sent in clear: use an https address.")
        )
    path = parts.path.rstrip("/")
    if not path.endswith("/v1/shape"):
        path += "/v1/shape"
    return parts._replace(path=path, fragment="").geturl()


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _make_opener(host: str) -> urllib.request.OpenerDirector:
    """Without what might lead the secret elsewhere: redirections, and on the way to this computer
    itself a proxy."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler({} if _is_here(host) else None),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _network_reason(error: object) -> Message | str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Message(
            "The server cannot prove that it is the right one: {reason}.",
            reason=error.verify_message,
        )
    if isinstance(error, TimeoutError):
        return Message("It does not answer in time.")
    return os_error_reason(error) if isinstance(error, OSError) else type(error).__name__
