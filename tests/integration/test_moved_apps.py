"""An app that has moved its data out of localStorage: where it lies now is said."""

from contextlib import closing
from pathlib import Path

import plyvel
import pytest

from tests.integration.command_line import CommandLine
from tests.unit.browsers import trees

ROOT = Path(__file__).parents[2]
ORIGIN = "https://a.test"
AREA = b"_https://a.test\0\1"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    trees.chromium_leveldb(tmp_path / "Default")
    moved_to = tmp_path / "Default/IndexedDB/https_a.test_0.indexeddb.leveldb/000003.log"
    moved_to.parent.mkdir(parents=True)
    moved_to.write_bytes(bytes(4096))
    return tmp_path / "Default"


@pytest.mark.parametrize("note", [b"", b"tasks:migrated"])
def test_what_moved_is_told_with_where_it_went(profile: Path, note: bytes, tmp_path: Path) -> None:
    with closing(plyvel.DB(str(profile / "Local Storage" / "leveldb"))) as database:
        database.delete(AREA + b"k")
        if note:
            database.put(AREA + note, b"\1true")
    program = CommandLine(tmp_path / "data")
    ended = program("preview", "--source", profile, "--origin", ORIGIN, "--user-id", "u1")
    told = " ".join((ended.out + ended.err).split())
    assert "4.0 KB in IndexedDB" in told
    assert ("has removed it all" in told) is not bool(note)
    assert ("has a record tasks:migrated" in told) is bool(note)


def test_a_site_that_the_plan_names_is_looked_for_elsewhere_too(
    profile: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.toml"
    builtin = (ROOT / "resources" / "plans" / "default.toml").read_text()
    plan.write_text(builtin.replace("origins = []", 'origins = ["https://a.test"]'))
    program = CommandLine(tmp_path / "data")
    ended = program("--plan", plan, "preview", "--source", profile, "--user-id", "u1")
    assert ended.exit_code == 1
    assert "4.0 KB in IndexedDB" in " ".join((ended.out + ended.err).split())
