"""A database address as its parts, for a form; knows no Qt."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from desktop_migrator.errors import BadDatabaseUrl
from desktop_migrator.messages import Message
from desktop_migrator.postgres.connection.address import Address

DEFAULT_PORT = 5432
_FORM_PARAMETERS = {"host", "port", "dbname", "user", "password", "sslmode", "sslrootcert"}


@dataclass(frozen=True, slots=True)
class AddressFields:
    host: str = ""
    port: int = DEFAULT_PORT
    database: str = ""
    user: str = ""
    password: str | None = field(default=None, repr=False)
    sslmode: str = ""
    """libpq's sslmode; empty: what address.py takes by itself."""
    sslrootcert: str = ""
    """The file of the certificate authority."""
    extra_parameters: tuple[tuple[str, str], ...] = ()
    """Parameters that the form has no field for, kept as they are."""

    @classmethod
    def from_url(cls, url: str) -> "AddressFields":
        """Raises BadDatabaseUrl, also for several hosts, which a form cannot show."""
        named = Address(url).parameters
        host, port = named.get("host", ""), named.get("port", "") or str(DEFAULT_PORT)
        if "," in host or "," in port:
            raise BadDatabaseUrl(reason=Message("It names several servers; this form can hold one"))
        return cls(
            host=host,
            port=int(port),
            database=named.get("dbname", ""),
            user=named.get("user", ""),
            password=named.get("password"),
            sslmode=named.get("sslmode", ""),
            sslrootcert=named.get("sslrootcert", ""),
            extra_parameters=tuple(
                (name, text) for name, text in named.items() if name not in _FORM_PARAMETERS
            ),
        )

    @property
    def url(self) -> str:
        """Without the password."""
        extra = dict(self.extra_parameters)
        if self.sslmode:
            extra["sslmode"] = self.sslmode
        if self.sslrootcert:
            extra["sslrootcert"] = self.sslrootcert
        server = ""
        if self.host.startswith("/"):  # the folder of a socket
            extra |= {"host": self.host, "port": str(self.port)}
        else:
            host = f"[{self.host}]" if ":" in self.host else quote(self.host, safe="")
            server = f"{host}:{self.port}"
        login = f"{quote(self.user, safe='')}@" if self.user else ""
        query = f"?{urlencode(extra, quote_via=quote)}" if extra else ""
        return f"postgresql://{login}{server}/{quote(self.database, safe='')}{query}"

    @property
    def is_complete(self) -> bool:
        return bool(self.host.strip() and self.database.strip() and self.user.strip())

    @property
    def suggested_name(self) -> str:
        """What the connection is saved as."""
        text = f"{self.host}-{self.database}-{self.user}"
        plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in text)
        return plain.strip("-")[:64] or "connection"
