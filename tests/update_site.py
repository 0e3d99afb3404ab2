"""A real web server with a certificate of its own, and announcements of newer versions on it."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from desktop_migrator.migration.program.update_channel import UpdateChannel
from desktop_migrator.migration.program.updates import announce
from desktop_migrator.vault.signatures import SigningKey

DESK = SigningKey.generate()
PAGE = "https://acme.test/download"
Put = Callable[..., None]


@dataclass
class Site:
    """A web server with a certificate of its own authority."""

    port: int
    authority: Path
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def channel(self, path: str = "/updates.json", key: SigningKey = DESK) -> UpdateChannel:
        return UpdateChannel(f"https://127.0.0.1:{self.port}{path}", key.verify_key)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Its own authority's; the key and the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "key.pem", folder / "certificate.pem"
    files[0].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    files[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return files


@pytest.fixture(scope="module")
def web_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    key, certificate = write_certificate(tmp_path_factory.mktemp("site"))
    there = Site(0, certificate)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked.append(self.path)
            code, body = there.answers.get(self.path, (404, b""))
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "/updates.json")
            self.end_headers()
            if self.path == "/slow":
                for _ in range(100):
                    self.wfile.write(b" ")
                    time.sleep(0.02)
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        listening.handle_error = lambda *_: None  # type: ignore[method-assign]
        there.port = listening.server_port
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield there
        listening.shutdown()


@pytest.fixture
def site(web_server: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("SSL_CERT_FILE", str(web_server.authority))  # as the system's authorities
    web_server.answers.clear()
    web_server.asked.clear()
    return web_server


@pytest.fixture
def put(site: Site, tmp_path: Path) -> Put:
    """Puts an announcement there; the changes are made before it is signed."""

    def put(*, key: SigningKey = DESK, version: str = "99.0.1", **changes: object) -> None:
        file = tmp_path / "updates.json"
        announce(file, key, version=version, page=PAGE, notes="Faster.")
        envelope = json.loads(file.read_bytes())
        if changes:
            payload = json.loads(base64.b64decode(envelope["payload"])) | changes
            data = json.dumps(payload).encode()
            envelope["payload"] = base64.b64encode(data).decode()
            envelope["signature"] = base64.b64encode(key.sign(data)).decode()
        site.answers["/updates.json"] = 200, json.dumps(envelope).encode()

    return put
