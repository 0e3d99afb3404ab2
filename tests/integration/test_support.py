"""The support bundle as a person makes it: what is in it, and what must not be."""

import json
import zipfile
from pathlib import Path

from tests.integration.command_line import CommandLine
from tests.recorded import APP, areas, unpack

USER = "user-4711-marker"


def test_a_bundle_tells_the_desk_what_happened_and_no_value(
    desktop_migrator: CommandLine, database: str, tmp_path: Path
) -> None:
    profile = unpack("chromium-leveldb", tmp_path)
    migrated = desktop_migrator(
        "--json", "migrate", "--source", profile, "--database", database, "--user-id", USER,
        "--create-tables",
    )  # fmt: skip
    assert migrated.exit_code == 0, migrated.err
    made = desktop_migrator(
        "--json", "support", "bundle", "--source", profile, "--out", tmp_path / "bundle.zip"
    )
    assert made.exit_code == 0, made.err
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        texts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    assert sorted(made.last["pieces"]) == sorted(texts)

    [run] = json.loads(texts["runs.json"])
    assert run["run"] == migrated.last["run"]
    assert run["counts"]["inserted"] == migrated.last["counts"]["inserted"]
    assert migrated.last["run"] in texts["migration-success.log"]
    [browser] = json.loads(texts["stores.json"])
    [store] = browser["stores"]
    expected = areas("chromium-leveldb")
    assert store["areas"] == len(expected)
    assert store["records"] == sum(map(len, expected.values()))

    together = "".join(texts.values())
    secret = {USER, APP, str(tmp_path), database}
    for area, records in expected.items():
        secret |= {area} | {text for record in records.items() for text in record if len(text) > 5}
    assert not [text for text in secret if text in together or json.dumps(text)[1:-1] in together]


def test_a_capture_stays_sealed_in_a_bundle(desktop_migrator: CommandLine, tmp_path: Path) -> None:
    profile, capture = unpack("firefox", tmp_path), tmp_path / "marias.dmcapture"
    made = desktop_migrator(
        *("capture", "--source", profile, "--out", capture, "--passphrase-stdin"),
        given="a secret\n",
    )
    assert made.exit_code == 0, made.err
    for number, sources in enumerate(([capture], [capture, profile])):
        out = tmp_path / f"{number}.zip"
        named = [word for source in sources for word in ("--source", source)]
        bundled = desktop_migrator("support", "bundle", *named, "--out", out)
        assert bundled.exit_code == 0, bundled.err
        with zipfile.ZipFile(out) as bundle:
            stores = json.loads(bundle.read("stores.json"))
        assert len(stores) == len(sources)
        assert {"capture": True, "size": capture.stat().st_size} in stores
        assert "marias" not in json.dumps(stores)


def test_a_bundle_that_cannot_be_written_is_refused_in_words(
    desktop_migrator: CommandLine, tmp_path: Path
) -> None:
    ended = desktop_migrator(
        "support", "bundle", "--source", unpack("firefox", tmp_path), "--out", tmp_path / "no" / "b"
    )
    assert ended.exit_code == 2
    assert "cannot be written" in ended.err
    assert "Traceback" not in ended.err
