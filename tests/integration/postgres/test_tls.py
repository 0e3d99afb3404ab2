"""What becomes of connections to another machine, by certificates, settings and ways to log in.

Each line of the table in docs/tls.md is a connection to a real server, whose certificates are made
here. Its address leads to this machine, and does not look so.
"""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from desktop_migrator.errors import MigratorError
from desktop_migrator.postgres.builtin_server.server import BuiltinPostgres
from desktop_migrator.postgres.connection.engine import open_engine
from desktop_migrator.postgres.verify.checks import CheckId
from desktop_migrator.postgres.verify.connection_checks import check_connection
from tests.certificates import Authority
from tests.integration.conftest import BINARIES
from tests.integration.postgres.test_connect import PASSWORD, free_port, own_folder
from tests.waiting import wait_until

DOCS = Path(__file__).parents[3] / "docs" / "tls.md"
HOST = "0.0.0.0"  # noqa: S104 - nothing is bound to it
ACCESS = """
local all all trust
hostssl all ada all scram-sha-256
hostssl all plain all password
hostssl all cert all cert
hostnossl open all all scram-sha-256
hostnossl open_plain all all password
"""

pytestmark = pytest.mark.needs("postgresql-15")


@dataclass(frozen=True)
class Case:
    situation: str
    """As the docs have it."""
    address: str
    """What is added to the address; {ours} is the authority's file, {client} a client's …"""
    outcome: str
    """As the docs have it, and see `found`."""
    server: str = "right"
    """Which certificate it shows; "none": it speaks no TLS."""
    user: str = "ada"
    database: str = "postgres"
    password: bool = True


TRUST = "sslrootcert={ours}"
CLIENT = "sslcert={client}.crt&sslkey={client}.key"
CASES = [
    Case("a server whose authority the system trusts", TRUST, "connected, verified"),
    Case("an authority that the system does not know", "", "refused: DM-309"),
    Case("the certificate of another authority", TRUST, "refused: DM-309", "stranger"),
    Case("the certificate of another host", TRUST, "refused: DM-309", "elsewhere"),
    Case("a certificate that has expired", TRUST, "refused: DM-309", "expired"),
    Case("a server without TLS", TRUST, "refused: DM-309", "none", database="open"),
    Case(
        "another host, and the address says so",
        f"sslmode=verify-ca&{TRUST}",
        "connected, warned of",
        "elsewhere",
    ),
    Case(
        "no authority is asked, and the address says so",
        "sslmode=require",
        "connected, warned of",
        "stranger",
    ),
    Case(
        "no TLS, and the address says so",
        "sslmode=disable",
        "connected, warned of",
        "none",
        database="open",
    ),
    Case("TLS is switched off, and the server insists", "sslmode=disable", "refused: DM-309"),
    Case("a password in clear, to a server that is verified", TRUST, "connected, verified",
         user="plain"),
    Case("a password in clear, to one that is not", "sslmode=require", "refused: DM-309",
         "stranger", user="plain"),
    Case("a password in clear without TLS", "sslmode=disable", "refused: DM-309", "none",
         database="open_plain"),
    Case("channel binding is asked for", f"channel_binding=require&{TRUST}", "connected, verified"),
    Case("channel binding with a password in clear", f"channel_binding=require&{TRUST}",
         "refused: DM-309", user="plain"),
    Case("channel binding without TLS", "channel_binding=require&sslmode=disable",
         "refused: DM-309", "none", database="open"),
    Case("a client's certificate instead of a password", f"{CLIENT}&{TRUST}", "connected, verified",
         user="cert", password=False),
    Case("no client's certificate where one is asked for", TRUST, "refused: DM-309", user="cert",
         password=False),
    Case("a client's certificate of another authority",
         f"{CLIENT.replace('{client}', '{strange_client}')}&{TRUST}", "refused: DM-309",
         user="cert", password=False),
    Case("a client's certificate of somebody else",
         f"{CLIENT.replace('{client}', '{other_client}')}&{TRUST}", "refused: DM-302",
         user="cert", password=False),
]  # fmt: skip


@dataclass
class TlsServer:
    """One server, whose certificate can be changed."""

    server: BuiltinPostgres
    port: int
    files: dict[str, Path]
    shown: str = field(default="")

    def show(self, which: str) -> None:
        """Have it show this certificate from now on."""
        if which == self.shown:
            return
        with psycopg.connect(self.server.url, autocommit=True) as administrator:
            on, name = ("off", "right") if which == "none" else ("on", which)
            administrator.execute(sql.SQL("ALTER SYSTEM SET ssl = {}").format(sql.Literal(on)))
            for setting, end in (("ssl_cert_file", "crt"), ("ssl_key_file", "key")):
                path = sql.Literal(f"{name}.{end}")
                administrator.execute(
                    sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting), path)
                )
            administrator.execute("SELECT pg_reload_conf()")
        wait_until(lambda: self._settings() == (on, f"{name}.crt"), "the server has not taken it")
        self.shown = which

    def _settings(self) -> object:
        with psycopg.connect(self.server.url) as connection:
            query = "SELECT current_setting('ssl'), current_setting('ssl_cert_file')"
            return connection.execute(query).fetchone()

    def url(self, case: Case) -> str:
        login = f"{case.user}:{quote(PASSWORD, safe='')}" if case.password else case.user
        names = {name: str(path) for name, path in self.files.items()}
        added = case.address.format(**names)
        return f"postgresql://{login}@{HOST}:{self.port}/{case.database}" + (added and f"?{added}")


@pytest.fixture(scope="module")
def tls(server_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    folder = tmp_path_factory.mktemp("certificates")
    ours, others = Authority(folder, "ours"), Authority(folder, "others")
    made = {
        "right": ours.issue("right", HOST),
        "stranger": others.issue("stranger", HOST),
        "elsewhere": ours.issue("elsewhere", "db.example.test"),
        "expired": ours.issue("expired", HOST, days=-1),
    }
    files = {"ours": ours.path}
    for name, authority, person in (
        ("client", ours, "cert"),
        ("strange_client", others, "strange-cert"),
        ("other_client", ours, "ada"),
    ):
        files[name] = authority.issue(person)[0].with_suffix("")
    port, binaries = free_port(), BINARIES["postgresql-15"]
    place = own_folder(server_folder, "tls")
    with BuiltinPostgres(place, binaries).running() as url, psycopg.connect(url) as administrator:
        for user in ("ada", "plain", "cert"):
            administrator.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(user), sql.Literal(PASSWORD)
                )
            )
        administrator.commit()
        administrator.autocommit = True
        administrator.execute("CREATE DATABASE open")
        administrator.execute("CREATE DATABASE open_plain")
    settings = {"listen_addresses": "127.0.0.1", "port": str(port)}
    server = BuiltinPostgres(place, binaries, settings)
    owner = server.data.stat()
    for path in (*(path for pair in made.values() for path in pair), ours.path):
        copy = server.data / path.name
        shutil.copy(path, copy)
        copy.chmod(0o600)
        subprocess.run(["chown", f"{owner.st_uid}:{owner.st_gid}", copy], check=True)
    (server.data / "pg_hba.conf").write_text(ACCESS)
    with (server.data / "postgresql.auto.conf").open("a") as more:
        more.write("ssl_ca_file = 'ours.crt'\n")
    server.start()
    yield TlsServer(server, port, files)
    server.stop()


def found(url: str) -> str:
    """What becomes of it, as the docs say it."""
    try:
        with open_engine(url).connect() as connection:
            connection.scalar(text("SELECT 1"))
    except MigratorError as error:
        return f"refused: {error.code}"
    [check] = [each for each in check_connection(url) if each.id is CheckId.ENCRYPTION]
    return "connected, verified" if check.ok else "connected, warned of"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.situation)
def test_a_connection_comes_about_as_the_docs_say(tls: TlsServer, case: Case) -> None:
    tls.show(case.server)
    assert found(tls.url(case)) == case.outcome


def test_the_docs_have_the_table() -> None:
    names = {"ours": "CA.pem", "client": "me", "strange_client": "me", "other_client": "me"}
    lines = ["| what is met | added to the address | what becomes of it |", "| --- | --- | --- |"]
    for case in CASES:
        added = case.address.format(**names)
        lines.append(f"| {case.situation} | {added and f'`{added}`'} | {case.outcome} |")
    table = "\n".join(lines)
    assert table in DOCS.read_text("utf-8"), table
