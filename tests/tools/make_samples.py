"""Makes the demo's sample profiles anew with the real browsers.

Run it with `python -m tests.tools.make_samples`.
Needs all browsers, as the tests in tests/browsers do, and port 3000 for the app's origin.
Each sample is `resources/profiles/<name>.tar.xz`, a person's home folder with one browser's profile
cut down to what bears on localStorage, and `<name>.json`, what the pages themselves read back:
a list of `{"origin", "top_level_site", "records": {key: value}}`.
"""

import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from desktop_migrator.system.resources import resource
from tests.browsers.hard_data import writing
from tests.browsers.launch import Browser, Chromium, ChromiumSqlite, Firefox, WebKit
from tests.browsers.lives import Diary
from tests.browsers.site import Site
from tests.tools import sample_data
from tests.tools.sample_data import APP, Areas

PORT = 3000


@dataclass(frozen=True)
class Sample:
    name: str
    browser: type[Browser]
    profile: PurePosixPath
    """The browser's folder in the person's home."""
    areas: Areas
    kept: tuple[str, ...]
    """Patterns of the profile's files that are kept."""
    added: dict[str, str]
    """Files in the home that replace the browser's own, which are full of this machine."""


def named_by_chromium(folder: str, profile: str) -> dict[str, str]:
    names = {"Default": {"name": profile, "is_using_default_name": False}}
    state = {"profile": {"info_cache": names, "last_used": "Default"}}
    return {f"{folder}/Local State": json.dumps(state)}


SAMPLES = (
    Sample(
        "chromium-leveldb",
        Chromium,
        PurePosixPath(".config/chromium"),
        sample_data.maria(),
        # LevelDB's LOG names the folder in which it was made.
        tuple(f"Default/Local Storage/leveldb/{n}" for n in ("*.ldb", "*.log", "[CM]*", "LOCK")),
        named_by_chromium(".config/chromium", "Maria"),
    ),
    Sample(
        "chromium-sqlite",
        ChromiumSqlite,
        PurePosixPath(".config/google-chrome"),
        sample_data.work(),
        ("Default/LocalStorage*",),
        named_by_chromium(".config/google-chrome", "Work"),
    ),
    Sample(
        "firefox",
        Firefox,
        PurePosixPath(".mozilla/firefox/demo.default-release"),
        sample_data.holiday(),
        ("storage/default/http*/.metadata-v2", "storage/default/http*/ls/*"),
        {
            ".mozilla/firefox/profiles.ini": (
                "[Profile0]\nName=Old laptop\nIsRelative=1\nPath=demo.default-release\nDefault=1\n"
                "\n[General]\nStartWithLastProfile=1\nVersion=2\n"
            )
        },
    ),
    Sample(
        "webkit",
        WebKit,
        PurePosixPath(".local/share/epiphany"),
        sample_data.tablet(),
        ("localstorage/*.localstorage", "localstorage/*-wal"),
        {},
    ),
)


def make(sample: Sample, site: Site, profile: Path) -> Areas:
    """Lets the browser write the sample's areas; gives what the pages read back."""
    written: Areas = {}
    with sample.browser(site, profile) as browser:
        diary = Diary(browser, written)
        for area, records in sample.areas.items():
            if area.top_level_site:
                diary.visit(area, writing(records), top=APP, frames=[area.origin])
            else:
                diary.visit(area, writing(records))
        browser.quit(min(records.values(), key=len))
    return written


def pack(sample: Sample, profile: Path, archive: Path) -> None:
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for file in sorted(file for pattern in sample.kept for file in profile.glob(pattern)):
            place = sample.profile / file.relative_to(profile).as_posix()
            add(tar, str(place), file.read_bytes(), file.stat().st_mtime)
        for name, text in sample.added.items():
            add(tar, name, text.encode("ascii"), profile.stat().st_mtime)


def add(tar: tarfile.TarFile, name: str, content: bytes, modified: float) -> None:
    """Adds a file without its owner on this machine."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(content), int(modified), 0o600
    tar.addfile(entry, io.BytesIO(content))


def as_json(areas: Areas) -> str:
    return json.dumps(
        [
            {"origin": area.origin, "top_level_site": area.top_level_site, "records": records}
            for area, records in areas.items()
        ],
        indent=1,
    )


def main() -> None:
    with Site(PORT) as site, TemporaryDirectory() as folder:
        for sample in SAMPLES:
            profile = Path(folder, sample.name)
            written = make(sample, site, profile)
            data = profile / sample.browser.data_folder
            pack(sample, data, resource("profiles", f"{sample.name}.tar.xz"))
            resource("profiles", f"{sample.name}.json").write_text(as_json(written) + "\n")


if __name__ == "__main__":
    main()
