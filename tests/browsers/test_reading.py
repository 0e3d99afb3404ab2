"""What our readers find in real browsers' profiles is what the pages themselves read back."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_migrator.browsers.discovery import discover
from desktop_migrator.browsers.read import read_stores
from desktop_migrator.model import Damage, Profile, Record, StorageKey, StoreFormat
from tests.browsers import hard_data
from tests.browsers.lives import Area, State
from tests.browsers.site import Records


def find(state: State) -> discover.FoundProfile:
    (found,) = discover.discover_path(state.profile, discover.System.current()).profiles
    return found


def read(state: State, snapshots: Path) -> list[Record]:
    """Every record of the profile; none may be reported as lost."""
    damages: list[Damage] = []
    stores = [store for store in find(state).stores if store.is_active]
    records = list(read_stores.read_stores(stores, snapshots, damages.append))
    assert not damages
    return records


def area_of(key: StorageKey) -> Area:
    attributes = dict(key.attributes)
    container = attributes.pop("userContextId", None)
    assert not attributes
    assert not key.opaque_site
    return Area(
        origin=key.origin,
        top_level_site=key.top_level_site,
        cross_site_ancestor=key.cross_site_ancestor,
        anonymous=key.nonce is not None,
        container=int(container) if container else None,
    )


def by_area(records: list[Record]) -> dict[Area, Records]:
    areas: dict[Area, Records] = {}
    for record in records:
        area = areas.setdefault(area_of(record.storage_key), {})
        assert record.key not in area, "a record came twice"
        area[record.key] = record.value
    return areas


def expected(state: State) -> dict[Area, Records]:
    areas = {area: records for area, records in state.written.items() if records}
    saved_as = {
        StoreFormat.FIREFOX: hard_data.SAVED_BY_FIREFOX_AS,
        StoreFormat.WEBKIT: hard_data.SAVED_BY_WEBKIT_AS,
    }.get(state.format)
    if saved_as:
        hardest = {saved_as[key]: value for key, value in hard_data.hardest().items()}
        areas |= {area: hardest for area in areas if "hardest" in area.origin}
    return areas


def fingerprint(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Names, times and contents of all that lies in a folder."""
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        yield str(path), status.st_mtime_ns, hashlib.sha256(content).hexdigest()


def test_every_record_is_what_the_page_read_back_and_there_is_no_other(
    state: State, tmp_path: Path
) -> None:
    found, wanted = by_area(read(state, tmp_path)), expected(state)
    assert found.keys() == wanted.keys()
    for area in wanted:
        assert found[area] == wanted[area], area


def test_the_page_reads_back_exactly_what_it_was_told_to_write(state: State) -> None:
    """The oracle's own oracle: no text changes on its way to the page and back."""
    told = {
        "hard": hard_data.hard() | {"day": "", "mark": ""},
        "hardest": hard_data.hardest(),
        "big": hard_data.big(),
        "many": hard_data.many(),
        "app.demo": hard_data.app_data(),
    }
    for name, records in told.items():
        area = next(each for each in state.written if each.origin.startswith(f"http://{name}.test"))
        kept = state.written[area]
        assert kept.keys() <= records.keys()
        assert {key: kept[key] for key in kept.keys() - {"day", "mark"}} == {
            key: records[key] for key in records.keys() - {"day", "mark"}
        }


def test_the_store_in_use_is_of_the_browsers_format(state: State) -> None:
    in_use = {store.format for store in find(state).stores if store.is_active}
    assert in_use - {StoreFormat.FIREFOX_LEGACY} == {state.format}


@pytest.mark.parametrize("state", ["quit", "killed"], indirect=True)
def test_reading_leaves_a_profile_at_rest_as_it_was(state: State, tmp_path: Path) -> None:
    before = list(fingerprint(state.profile))
    read(state, tmp_path)
    assert list(fingerprint(state.profile)) == before


def test_a_browser_counts_as_running_while_it_runs_and_not_after_its_end(state: State) -> None:
    assert find(state).profile.running == state.running


@pytest.mark.parametrize("state", ["killed"], indirect=True)
def test_a_killed_browser_leaves_its_lock_behind(state: State) -> None:
    """Without it, the test above would not show that a stale lock is told from a live one."""
    assert state.lock is None or state.lock.is_symlink()


def test_times_lie_in_the_profiles_life(state: State, tmp_path: Path) -> None:
    slack = timedelta(seconds=2)
    now = datetime.now(UTC)
    profile: Profile = find(state).profile
    times = {record.modified for record in read(state, tmp_path)} | {profile.last_used}
    if state.format in {StoreFormat.FIREFOX, StoreFormat.WEBKIT}:
        times.discard(None)  # it does not write down when a record was written
    assert times
    for time in times:
        assert time is not None
        assert state.began - slack <= time <= now + slack
