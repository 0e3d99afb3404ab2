"""Looking for a newer version, at a real https server; nothing but the channel's word counts."""

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

from desktop_migrator import __version__
from desktop_migrator.errors import (
    MigratorError,
    UpdateOutdated,
    UpdatesUnknown,
    UpdateUnreachable,
    UpdateUntrusted,
)
from desktop_migrator.migration.desk.kits import open_kit, trust_desk
from desktop_migrator.migration.program import update_channel, updates
from desktop_migrator.migration.program.update_channel import UpdateChannel, makers_channel
from desktop_migrator.migration.program.updates import announce, check_for_update
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.vault.signatures import SigningKey
from tests.integration.command_line import CommandLine
from tests.unit.migration.test_kits import DESK, make

PAGE = "https://acme.test/download"
CONTEXT = b"desktop-migrator/signature/1\0"


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
def put(site: Site, tmp_path: Path) -> Callable[..., None]:
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


def test_a_newer_version_is_told_and_the_same_one_is_none(
    site: Site, put: Callable[..., None]
) -> None:
    put()
    found = check_for_update(site.channel())
    assert (found.version, found.page, found.notes, found.newer) == (
        "99.0.1",
        PAGE,
        "Faster.",
        True,
    )
    put(version=__version__)
    assert not check_for_update(site.channel()).newer
    put(version="0.0.99")
    assert not check_for_update(site.channel()).newer
    assert site.asked == ["/updates.json"] * 3


def test_what_is_signed_is_ed25519_over_the_payload(tmp_path: Path) -> None:
    announce(tmp_path / "a.json", DESK, version="1.2.3", page=PAGE)
    envelope = json.loads((tmp_path / "a.json").read_bytes())
    signed = CONTEXT + base64.b64decode(envelope["payload"])
    raw = base64.b64decode(DESK.to_text().split()[1])
    independent = serialization.load_der_private_key(
        bytes.fromhex("302e020100300506032b657004220420") + raw, None
    )
    assert independent.sign(signed) == base64.b64decode(envelope["signature"])  # type: ignore[union-attr,call-arg]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"key": SigningKey.generate()}, "Somebody else has signed it"),
        ({"program": "another-program"}, "not about this program"),
        ({"format": 2}, "not about this program"),
        ({"page": "http://acme.test"}, "not about this program"),
        ({"page": "file:///etc/passwd"}, "not about this program"),
        ({"notes": "\x1b[2J"}, "not about this program"),
        ({"valid_until": "2090-01-01T00:00:00"}, "not about this program"),
        ({"more": 1}, "not about this program"),
    ],
)
def test_what_the_channel_did_not_sign_or_cannot_mean_is_not_believed(
    changes: dict[str, Any], expected: str, site: Site, put: Callable[..., None]
) -> None:
    put(**changes)
    with pytest.raises(UpdateUntrusted, match=expected):
        check_for_update(site.channel())


def test_unsigned_changed_and_meaningless_answers_are_not_believed(
    site: Site, put: Callable[..., None]
) -> None:
    put()
    signed = json.loads(site.answers["/updates.json"][1])
    changed = json.loads(base64.b64decode(signed["payload"])) | {"version": "99.0.2"}
    payload = base64.b64encode(json.dumps(changed).encode()).decode()
    for answer, expected in [
        ({name: signed[name] for name in ("update", "payload")}, "Nobody has signed it"),
        (signed | {"payload": payload}, "changed after it was signed"),
        (signed | {"signature": ""}, "changed after it was signed"),
        ({}, "does not look as announcements do"),
    ]:
        site.answers["/updates.json"] = 200, json.dumps(answer).encode()
        with pytest.raises(UpdateUntrusted, match=expected):
            check_for_update(site.channel())


def test_a_kit_is_no_announcement_though_the_same_key_signed_it(site: Site, tmp_path: Path) -> None:
    make(tmp_path / "desk.dmkit")
    kit = json.loads((tmp_path / "desk.dmkit").read_bytes())
    kit["update"] = "desktop-migrator-update"
    del kit["kit"]
    site.answers["/updates.json"] = 200, json.dumps(kit).encode()
    with pytest.raises(UpdateUntrusted, match="not about this program"):
        check_for_update(site.channel())


def test_an_old_announcement_is_told_as_such(site: Site, put: Callable[..., None]) -> None:
    put(valid_until="2026-01-31T12:00:00Z")
    with pytest.raises(UpdateOutdated, match="2026-01-31"):
        check_for_update(site.channel())


def test_only_https_and_no_more_than_is_sensible(
    site: Site, put: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    put()
    site.answers |= {"/large": (200, b" " * 10**6), "/moved": (302, b""), "/slow": (200, b"")}
    monkeypatch.setattr(updates, "_DEADLINE", 0.1)
    for address, expected in [
        (f"http://127.0.0.1:{site.port}/updates.json", "no https address"),
        ("file:///etc/passwd", "no https address"),
        ("https://user:secret@127.0.0.1/", "no https address"),
        (site.channel("/large").address, "larger than 64 KiB"),
        (site.channel("/moved").address, "code 302"),
        (site.channel("/none").address, "code 404"),
        (site.channel("/slow").address, "takes too long"),
        ("https://127.0.0.1:1/", "refused"),
    ]:
        with pytest.raises(UpdateUnreachable, match=expected):
            check_for_update(UpdateChannel(address, DESK.verify_key))
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UpdateUnreachable, match="cannot prove"):
        check_for_update(site.channel())


def test_a_kit_names_where_its_desk_announces(
    site: Site, put: Callable[..., None], tmp_path: Path
) -> None:
    kit, data = tmp_path / "desk.dmkit", tmp_path / "data"
    put()
    make(kit, updates=site.channel().address)
    run = CommandLine(data)
    authority = {"SSL_CERT_FILE": str(site.authority)}
    refused = run("update", "check", "--kit", kit, **authority)
    assert refused.exit_code == 2
    assert "kit open --accept" in refused.err
    assert not site.asked
    workspace = Workspace.open(data)
    trust_desk(open_kit(kit, workspace), workspace)
    told = run("update", "check", "--kit", kit, **authority)
    assert (told.exit_code, PAGE in told.out, "99.0.1" in told.out) == (0, True, True)
    found = json.loads(run("--json", "update", "check", "--kit", kit, **authority).out)
    assert (found["newer"], found["version"]) == (True, "99.0.1")


@pytest.mark.parametrize(
    "changes", [{"key": None}, {"updates": "http://acme.test/u.json"}, {"updates": "https://"}]
)
def test_a_kit_names_no_address_that_could_not_be_believed(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(MigratorError, match="https address alone"):
        make(tmp_path / "a.dmkit", **({"updates": "https://acme.test/u.json"} | changes))


def test_the_makers_channel_is_a_resource(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "updates.json"
    monkeypatch.setattr(update_channel, "resource", lambda _: file)
    with pytest.raises(UpdatesUnknown):
        makers_channel()
    signer = base64.b64encode(DESK.verify_key.raw).decode()
    file.write_text(json.dumps({"address": "https://acme.test/u.json", "signer": signer}))
    assert makers_channel().signer.fingerprint == DESK.verify_key.fingerprint
