"""The settings' file as it is published, and as it is read."""

import json
from pathlib import Path

import msgspec

from desktop_migrator.cli.app import COMMANDS, load_command
from desktop_migrator.migration.workspace.settings import OPTIONS, Settings, load_settings

DOCS = Path(__file__).parents[3] / "docs"


def test_the_published_schema_is_the_settings() -> None:
    published = json.loads((DOCS / "settings.schema.json").read_text())
    assert published == msgspec.json.schema(Settings)


def test_every_setting_is_an_option_and_documented() -> None:
    options = {
        option
        for name in COMMANDS
        for command in [load_command(name)]
        for param in command.params
        for option in param.opts
    }
    assert {f"--{name}" for name in OPTIONS} <= options | {"--plan", "--lang"}
    text = (DOCS / "settings.md").read_text()
    assert [name for name in OPTIONS if f"`{name}`" not in text] == []


def test_paths_begin_where_the_file_lies(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('plan = "p.toml"\nsource = ["a", "/b"]\n[logs]\nfolder = "l"\n')
    found = load_settings(file)
    assert (found.plan, found.source) == (str(tmp_path / "p.toml"), (str(tmp_path / "a"), "/b"))
    assert (found.logs.folder, found.backups.folder) == (str(tmp_path / "l"), None)
    assert load_settings(tmp_path / "none.toml") == Settings()
