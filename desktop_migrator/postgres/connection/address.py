"""Database addresses: what libpq's URLs say, with TLS verified unless they say otherwise.

`postgresql://` and `postgres://` URLs with everything that libpq takes in them, and SQLAlchemy's
`postgresql+psycopg://`. libpq itself completes them from PG* variables, service and password
files. No message here quotes the address: a slip in it can make a password look like another part.

TLS: a server on another machine is verified in full (`verify-full`) against the certificates that
the system trusts. Another `sslmode` or `sslrootcert` of the URL, the environment or the service
file goes before this, except that `prefer` has to stand in the URL to count, being libpq's own
default. To this machine libpq's defaults hold.
"""

import atexit
import ipaddress
import os
import re
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import zip_longest
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from desktop_migrator.errors import BadDatabaseUrl
from desktop_migrator.messages import Message

_SCHEME = re.compile(r"(postgres|postgresql)(\+\w+)?://", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}(?=://)", re.IGNORECASE)
_MAX_LENGTH = 4096
_SHOWN = {"user", "host", "port", "dbname", "service", "hostaddr"}
"""libpq's parameters that an address shows."""
_SECRETS = {
    "password",
    "sslpassword",
    "oauth_client_secret",
    "scram_client_key",
    "scram_server_key",
}
_RESERVED = Message(
    "special characters in a user name or password have to be written with percent signs, "
    "for instance %40 for @, %2F for /, %3A for :, %23 for # and %25 for %"
)


CONNECT_SECONDS = 10


class Address:
    """Where a database is and how to get in. Its repr holds no secret."""

    def __init__(self, url: str, password: str | None = None) -> None:
        self.parameters = _parse(url)
        """libpq's parameters as the URL gives them, the password too."""
        if password is not None:
            self.parameters["password"] = password
        self.correlation: str | None = None
        """What the server is told, beside the program's name; see system/debug.py."""
        self.session: dict[str, str] = {}
        """Settings of every session, by name; see `apply_session_settings`."""
        self.connect_seconds = CONNECT_SECONDS
        """How long a server has to answer, where the URL does not say."""
        self._effective = _defaults(self.parameters) | self.parameters

    def __repr__(self) -> str:
        return f"Address({self})"

    def __str__(self) -> str:
        """The address as a URL, without its password."""
        named = self.parameters
        user, host, port = named.get("user"), named.get("host", ""), named.get("port", "")
        login = f"{quote(user, safe='')}@" if user else ""
        extra = {"service": named.get("service"), "hostaddr": named.get("hostaddr")}
        if "/" in host:
            extra |= {"host": host, "port": port}
            servers = ""
        else:
            servers = ",".join(
                (f"[{one}]" if ":" in one else one) + (f":{its_port}" if its_port else "")
                for one, its_port in zip_longest(host.split(","), port.split(","), fillvalue=port)
            )
        query = "&".join(f"{name}={quote(text, safe='')}" for name, text in extra.items() if text)
        return f"postgresql://{login}{servers}/{quote(named.get('dbname', ''))}" + (
            f"?{query}" if query else ""
        )

    @property
    def user(self) -> str:
        return self._effective["user"]

    @property
    def server(self) -> Message:
        """Host, port and database, as libpq completes them, for people to read."""
        host = self._effective.get("hostaddr") or self._effective.get("host")
        return Message(
            "{host}, port {port}, database {database}",
            host=host or Message("this machine"),
            port=self._effective["port"],
            database=self._effective.get("dbname") or self.user,
        )

    @property
    def login(self) -> str:
        """Who gets in where, as libpq completes it: what a saved password belongs to."""
        host = self._effective.get("host") or ""
        if address := self._effective.get("hostaddr"):  # which is where it really goes
            host = f"{host}[{address}]" if host else address
        database = self._effective.get("dbname") or self.user
        login = f"{self.user}@{host}:{self._effective['port']}/{database}"
        return login if self.is_verified else f"{login}?sslmode={self._effective['sslmode']}"

    @property
    def is_verified(self) -> bool:
        """Whether nobody on the way can be taken for the server.

        `verify-ca` is not enough: an authority that all trust signs for everybody.
        """
        return self.is_local or (self._effective | self.tls).get("sslmode") == "verify-full"

    @property
    def protection(self) -> Message:
        """How data is protected on its way, for people to read."""
        if self.is_local:
            return Message("on this computer")
        if self.is_verified:
            return Message("encrypted, and the server proves who it is")
        if self._effective.get("sslmode") in {"require", "verify-ca"}:
            return Message("encrypted, but the server need not prove who it is")
        return Message("perhaps not encrypted")

    @property
    def authentication(self) -> dict[str, str]:
        """What to add to `parameters`: whoever is not known is not told a password in clear."""
        if self.is_verified or self._effective.get("require_auth"):
            return {}
        return {"require_auth": "!password"}

    @property
    def is_local(self) -> bool:
        """Whether the server is on this machine, reached by a socket or the loopback."""
        names = self._effective.get("host", "").split(",")
        addresses = self._effective.get("hostaddr", "").split(",")
        # Each name goes by its own address, where it has one.
        both = zip_longest(names, addresses, fillvalue="")
        return all(_is_local(address or name) for name, address in both)

    @property
    def tls(self) -> dict[str, str]:
        """The TLS parameters to add to `parameters`."""
        if self.is_local or self._is_explicit("sslmode"):
            return {}
        added = {"sslmode": "verify-full"}
        if not self._is_explicit("sslrootcert") and not _own_root_certificates().exists():
            added["sslrootcert"] = _system_certificates()
        return added

    def _is_explicit(self, name: str) -> bool:
        default = next(o for o in pq.Conninfo.get_defaults() if o.keyword == name.encode())
        compiled = default.compiled.decode() if default.compiled else ""
        return name in self.parameters or self._effective.get(name, "") not in {"", compiled}


def without_secrets(url: str) -> str:
    """The address with all that it says but secrets, to connect with another time.

    Raises `BadDatabaseUrl`.
    """
    address = Address(url)
    shown = str(address)
    extra = {
        name: text
        for name, text in address.parameters.items()
        if name not in _SHOWN and name not in _SECRETS
    }
    if not extra:
        return shown
    return f"{shown}{'&' if '?' in shown else '?'}{urlencode(extra, quote_via=quote)}"


def redacted(url: str) -> str:
    """The address without its password, for printing. Raises `BadDatabaseUrl`."""
    return str(Address(url))


def _parse(url: str) -> dict[str, str]:
    scheme = _SCHEME.match(url)
    if scheme is None:
        other = _OTHER_SCHEME.match(url)
        raise BadDatabaseUrl(
            reason=(
                Message("{scheme}:// is not PostgreSQL", scheme=other[0])
                if other
                else Message("It does not begin with postgresql://")
            )
        )
    if len(url) > _MAX_LENGTH or not url.isprintable():
        raise BadDatabaseUrl(reason=Message("It is too long or has unprintable characters"))
    plain = "postgresql://" + url[scheme.end() :]
    try:
        parameters = {key: str(value) for key, value in conninfo_to_dict(plain).items()}
    except psycopg.Error:
        raise BadDatabaseUrl(
            reason=Message(
                "It cannot be read, or has a parameter that PostgreSQL does not know; {reserved}",
                reserved=_RESERVED,
            )
        ) from None
    # An unquoted @ or / of a password would end up, and be shown, as a host or a database.
    ports = [port for port in parameters.get("port", "").split(",") if port]
    misplaced = "@" in parameters.get("host", "") or "@" in _raw_path(plain)
    if misplaced or not all(port.isascii() and port.isdigit() for port in ports):
        raise BadDatabaseUrl(
            reason=Message(
                "Host, port and database cannot be told apart; {reserved}", reserved=_RESERVED
            )
        )
    if not all(0 < int(port) < 65536 for port in ports):
        raise BadDatabaseUrl(reason=Message("A port is a number from 1 to 65535"))
    return parameters


def _raw_path(url: str) -> str:
    # libpq knows no fragment: a # belongs to what it stands in.
    return urlsplit(url.replace("#", "%23"), allow_fragments=False).path


def _defaults(parameters: dict[str, str]) -> dict[str, str]:
    """What libpq takes where the address is silent: service file, environment, built-in."""
    with _service(parameters.get("service")):
        options = pq.Conninfo.get_defaults()
    return {option.keyword.decode(): option.val.decode() for option in options if option.val}


@contextmanager
def _service(name: str | None) -> Iterator[None]:
    """libpq tells what a service file says only of the service named in the environment."""
    before = os.environ.get("PGSERVICE")
    try:
        if name is not None:
            os.environ["PGSERVICE"] = name
        yield
    finally:
        if before is not None:
            os.environ["PGSERVICE"] = before
        elif name is not None:
            del os.environ["PGSERVICE"]


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        # Else a socket's folder, on Windows with a letter of a disk.
        return (
            host in {"", "localhost"} or host.startswith(("/", "@")) or host[1:3] in {":\\", ":/"}
        )


def _own_root_certificates() -> Path:
    """The file that libpq takes by itself."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", "")) / "postgresql" / "root.crt"
    return Path.home() / ".postgresql" / "root.crt"


@cache
def _system_certificates() -> str:
    """A file of the certificates that this system trusts.

    The driver's own OpenSSL looks where it was built for, which is nowhere here, so that libpq's
    `sslrootcert=system` would trust nobody.
    """
    known = ssl.get_default_verify_paths().cafile
    if known:
        return known
    authorities = ssl.create_default_context().get_ca_certs(binary_form=True)
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
        file.writelines(map(ssl.DER_cert_to_PEM_cert, authorities))
    atexit.register(Path(file.name).unlink, missing_ok=True)
    return file.name
