"""What a run passes by is named for what it is."""

from pathlib import Path

from tests.integration.command_line import CommandLine
from tests.unit.browsers import trees


def test_a_run_that_moves_nothing_says_what_it_passed_by(
    desktop_migrator: CommandLine, database: str, tmp_path: Path
) -> None:
    trees.firefox(tmp_path / "profile", "https://a.test^userContextId=2")
    ended = desktop_migrator(
        *("--yes", "migrate", "--database", database, "--user-id", "4711", "--no-backup"),
        *("--source", tmp_path / "profile", "--origin", "https://a.test/page"),
    )
    assert ended.exit_code == 0
    said = " ".join((ended.out + ended.err).split())
    assert "nothing was moved" in said
    assert "1 in containers of Firefox" in said
    assert "`partitioned = true`" in said
    assert "framed" not in said


def test_what_firefox_isolates_for_the_site_itself_goes_along(
    desktop_migrator: CommandLine, database: str, tmp_path: Path
) -> None:
    trees.firefox(tmp_path / "profile", "https://app.a.test^firstPartyDomain=a.test")
    ended = desktop_migrator(
        *("--yes", "migrate", "--database", database, "--user-id", "4711", "--no-backup"),
        *("--source", tmp_path / "profile", "--origin", "https://app.a.test", "--create-tables"),
    )
    assert ended.exit_code == 0
    assert "1 row new" in " ".join(ended.out.split())


def test_a_whole_disk_is_searched_or_a_folder_is_named(desktop_migrator: CommandLine) -> None:
    ended = desktop_migrator("scan", "--deep", "--source", "/")
    assert ended.exit_code == 2
    assert "leave out --source" in ended.err
