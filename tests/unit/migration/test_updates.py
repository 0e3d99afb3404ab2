"""Looking for a newer version, at a real https server; nothing but the channel's word counts."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

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
from tests.unit.migration.test_kits import make
from tests.update_site import DESK, PAGE, Put, Site, put, site, web_server

__all__ = ["put", "site", "web_server"]  # fixtures
CONTEXT = b"desktop-migrator/signature/1\0"


def test_a_newer_version_is_told_and_the_same_one_is_none(site: Site, put: Put) -> None:
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
    changes: dict[str, Any], expected: str, site: Site, put: Put
) -> None:
    put(**changes)
    with pytest.raises(UpdateUntrusted, match=expected):
        check_for_update(site.channel())


def test_unsigned_changed_and_meaningless_answers_are_not_believed(site: Site, put: Put) -> None:
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
    make(tmp_path / "desk.dmkit", key=DESK)
    kit = json.loads((tmp_path / "desk.dmkit").read_bytes())
    kit["update"] = "desktop-migrator-update"
    del kit["kit"]
    site.answers["/updates.json"] = 200, json.dumps(kit).encode()
    with pytest.raises(UpdateUntrusted, match="not about this program"):
        check_for_update(site.channel())


def test_an_old_announcement_is_told_as_such(site: Site, put: Put) -> None:
    put(valid_until="2026-01-31T12:00:00Z")
    with pytest.raises(UpdateOutdated, match="2026-01-31"):
        check_for_update(site.channel())


def test_only_https_and_no_more_than_is_sensible(
    site: Site, put: Put, monkeypatch: pytest.MonkeyPatch
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


def test_a_kit_names_where_its_desk_announces(site: Site, put: Put, tmp_path: Path) -> None:
    kit, data = tmp_path / "desk.dmkit", tmp_path / "data"
    put()
    make(kit, key=DESK, updates=site.channel().address)
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
