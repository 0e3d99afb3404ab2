"""Kits: what opens, what is refused, and whose it is said to be."""

import base64
import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from desktop_migrator.errors import BadDatabaseUrl, BadKit, KitChanged, MigratorError, PlanError
from desktop_migrator.migration.desk import kits
from desktop_migrator.migration.desk.kits import SignatureStatus, make_kit, open_kit, trust_desk
from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.system.resources import resource
from desktop_migrator.vault.keys import PrivateKey
from desktop_migrator.vault.signatures import SigningKey

PLAN = resource("plans", "default.toml").read_text(encoding="utf-8")
DESK = SigningKey.generate()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "data")


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return tmp_path / "desk.dmkit"


def make(kit: Path, **changes: Any) -> None:
    given: dict[str, Any] = {"owner": "Acme support", "plan_text": PLAN, "key": DESK}
    make_kit(kit, **(given | changes))


def document(kit: Path) -> Any:
    return json.loads(kit.read_bytes())


def test_a_kit_says_what_the_desk_put_into_it(kit: Path, workspace: Workspace) -> None:
    public = PrivateKey.generate().public_key
    make(
        kit, database="postgresql://app@db.test/app", recipients=[public],
        contact="+49 30 1", message="Call us.",
    )  # fmt: skip
    opened = open_kit(kit, workspace)
    assert (opened.owner, opened.contact, opened.message) == (
        "Acme support",
        "+49 30 1",
        "Call us.",
    )
    assert opened.database == "postgresql://app@db.test/app"
    assert opened.recipients == (public,)
    assert opened.plan_text == PLAN
    assert "tasks" in opened.plan.entities


@pytest.mark.parametrize(
    "more",
    [
        "sslmode=require",
        "sslmode=disable",
        "hostaddr=192.0.2.1",
        "service=other",
        "passfile=%2Fetc%2Fshadow",
        "sslrootcert=%2Ftmp%2Fca.pem",
        "options=-csearch_path%3Dother",
        "require_auth=password",
    ],
)
def test_a_kit_leads_no_saved_password_elsewhere_nor_into_the_open(
    kit: Path, workspace: Workspace, more: str
) -> None:
    named = more.partition("=")[0]
    with pytest.raises(BadDatabaseUrl, match=named):
        make(kit, database=f"postgresql://app@db.test/app?{more}")
    assert not kit.exists()
    make(kit, database="postgresql://app@db.test/app?sslmode=verify-full")
    assert open_kit(kit, workspace).database == "postgresql://app@db.test/app"
    smuggled(kit, database=f"postgresql://app@db.test/app?{more}")
    with pytest.raises(BadKit, match=named):
        open_kit(kit, workspace)


def smuggled(kit: Path, **changes: str) -> None:
    """A kit as somebody makes it who does not use this program."""
    outer = document(kit)
    inner = json.loads(base64.b64decode(outer["payload"])) | changes
    payload = json.dumps(inner).encode()
    outer["payload"] = base64.b64encode(payload).decode()
    outer["signature"] = base64.b64encode(DESK.sign(payload)).decode()
    kit.write_text(json.dumps(outer))


@pytest.mark.parametrize(
    "name",
    [
        "acme support",
        "Acme  support",
        "Acme-Support",
        "\u0410\u0441me support",
        "Acm\u00e9 support",
        "\uff21cme support",
    ],
)
def test_another_key_in_what_looks_like_a_known_name_shows(
    kit: Path, workspace: Workspace, name: str
) -> None:
    make(kit)
    trust_desk(open_kit(kit, workspace), workspace)
    make(kit, owner=name, key=SigningKey.generate())
    opened = open_kit(kit, workspace)
    assert (opened.signature, opened.known_as) == (SignatureStatus.OTHER_KEY, "Acme support")


def test_a_known_desk_by_another_name_shows(kit: Path, workspace: Workspace) -> None:
    make(kit)
    trust_desk(open_kit(kit, workspace), workspace)
    make(kit, owner="Your bank")
    opened = open_kit(kit, workspace)
    assert (opened.signature, opened.known_as) == (SignatureStatus.RENAMED, "Acme support")
    assert not opened.trustworthy


@pytest.mark.parametrize("letter", "\u200b\u00ad\u2060\ufeff\u3164\u202e\U000e0041")
def test_nothing_invisible_gets_into_an_owners_name(
    kit: Path, workspace: Workspace, letter: str
) -> None:
    make(kit)
    smuggled(kit, owner=f"Acme{letter} support")
    with pytest.raises(BadKit, match="owner"):
        open_kit(kit, workspace)


def test_whose_a_kit_is_counts_before_what_it_holds(
    kit: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(kit)
    outer = document(kit)
    outer["signature"] = base64.b64encode(bytes(64)).decode()
    kit.write_text(json.dumps(outer))
    monkeypatch.setattr(kits, "parse_plan", lambda *_: pytest.fail("a plan was read"))
    with pytest.raises(KitChanged):
        open_kit(kit, workspace)


def test_what_lies_there_is_replaced_by_a_whole_kit_only(
    kit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(kit)
    before = kit.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadKit, match="No space left"):
        make(kit, owner="Another")
    assert kit.read_bytes() == before
    assert [file.name for file in kit.parent.iterdir() if file.is_file()] == [kit.name]


def test_a_kit_that_lacks_something_says_what(kit: Path, workspace: Workspace) -> None:
    make(kit, key=None)
    outer = document(kit)
    inner = json.loads(base64.b64decode(outer["payload"]))
    for name in ("owner", "plan"):
        less = {key: text for key, text in inner.items() if key != name}
        outer["payload"] = base64.b64encode(json.dumps(less).encode()).decode()
        kit.write_text(json.dumps(outer))
        with pytest.raises(BadKit, match=f"Its {name} is not as it should be"):
            open_kit(kit, workspace)


def test_a_password_never_gets_into_a_kit(kit: Path) -> None:
    make(kit, database="postgresql://app:s3cret-marker@db.test/app")
    assert b"s3cret-marker" not in base64.b64decode(document(kit)["payload"])


def test_a_desk_is_new_then_known_and_another_key_in_its_name_shows(
    kit: Path, workspace: Workspace
) -> None:
    make(kit)
    first = open_kit(kit, workspace)
    assert first.signature is SignatureStatus.NEW
    trust_desk(first, workspace)
    assert open_kit(kit, workspace).signature is SignatureStatus.KNOWN
    make(kit, key=SigningKey.generate())
    assert open_kit(kit, workspace).signature is SignatureStatus.OTHER_KEY
    make(kit, key=None)
    assert open_kit(kit, workspace).signature is SignatureStatus.UNSIGNED


def test_the_signature_is_ed25519_over_the_payload(kit: Path) -> None:
    make(kit)
    envelope = document(kit)
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(DESK.to_text().split()[1]))
    key.public_key().verify(
        base64.b64decode(envelope["signature"]),
        b"desktop-migrator/signature/1\0" + base64.b64decode(envelope["payload"]),
    )


@given(place=st.integers(min_value=0), bit=st.integers(0, 7), part=st.sampled_from(
    ["payload", "signature", "signer"]
))  # fmt: skip
def test_no_flipped_bit_is_accepted(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int, part: str
) -> None:
    folder = tmp_path_factory.mktemp("kit")
    kit = folder / "desk.dmkit"
    make(kit)
    envelope = document(kit)
    data = bytearray(base64.b64decode(envelope[part]))
    data[place % len(data)] ^= 1 << bit
    envelope[part] = base64.b64encode(data).decode()
    kit.write_text(json.dumps(envelope))
    with pytest.raises((KitChanged, BadKit)):
        open_kit(kit, Workspace.open(folder / "data"))


@pytest.mark.parametrize("missing", ["signature", "signer"])
def test_half_a_signature_is_a_changed_kit(kit: Path, workspace: Workspace, missing: str) -> None:
    make(kit)
    envelope = document(kit)
    del envelope[missing]
    kit.write_text(json.dumps(envelope))
    with pytest.raises(KitChanged):
        open_kit(kit, workspace)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[" * 100_000, b"\xff\xfe", b'{"kit": "desktop-migrator-kit", "payload": "e30="}',
     b" " * (5 << 20)],
)  # fmt: skip
def test_what_is_no_kit_is_refused_in_words(
    kit: Path, workspace: Workspace, content: bytes
) -> None:
    kit.write_bytes(content)
    with pytest.raises(BadKit) as refused:
        open_kit(kit, workspace)
    assert len(str(refused.value)) < 300 + len(str(kit))


@pytest.mark.parametrize("changes", [
    {"owner": "x" * 300}, {"owner": "line\nbreak"}, {"owner": "\u202efdp.exe"},
    {"plan_text": "version = 2"}, {"message": "x" * 20_000}, {"database": "mysql://db"},
])  # fmt: skip
def test_a_kit_that_could_not_be_opened_is_not_made(kit: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(MigratorError):
        make(kit, **changes)
    assert not kit.exists()


def test_a_plan_that_is_not_understood_is_refused(kit: Path, workspace: Workspace) -> None:
    make(kit, key=None)
    envelope = document(kit)
    payload = json.loads(base64.b64decode(envelope["payload"]))
    payload["plan"] = "version = 1\nrun = 'rm -rf'"
    envelope["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    kit.write_text(json.dumps(envelope))
    with pytest.raises(PlanError):
        open_kit(kit, workspace)


def test_a_fingerprint_has_six_groups_of_five_digits() -> None:
    groups = DESK.verify_key.fingerprint.split(" ")
    assert [len(group) for group in groups] == [5] * 6
    assert "".join(groups).isdecimal()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other pipes")
def test_a_pipe_is_no_kit_and_nobody_waits_for_it(kit: Path, workspace: Workspace) -> None:
    os.mkfifo(kit)
    with pytest.raises(BadKit, match="no file"):
        open_kit(kit, workspace)
