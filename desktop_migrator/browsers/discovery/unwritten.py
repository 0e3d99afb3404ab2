"""What a running browser has not yet written to its disk.

Chromium writes a first change after 5 s and further ones up to 60 s after that
(components/services/storage/dom_storage, `LocalStorageImpl`'s commit delays; seen with 156),
Firefox after 5 s (dom/localstorage, `FLUSH_DELAY_MS`). So a page can be ahead of its disk by that
much where its browser runs and wrote lately; after so long a silence, by five seconds at most.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from desktop_migrator.browsers.discovery.registry import Engine
from desktop_migrator.browsers.discovery.store_locations import ENGINE_BY_FORMAT
from desktop_migrator.messages import Message
from desktop_migrator.model import Profile, Store

_WRITES_WITHIN = {
    Engine.CHROMIUM: timedelta(seconds=65),
    Engine.FIREFOX: timedelta(seconds=6),
    Engine.WEBKIT: timedelta(seconds=6),
    Engine.RUNTIME: timedelta(0),
}


def still_writing(stores: Iterable[Store], now: datetime) -> dict[Profile, int]:
    """Profiles whose browser runs and wrote so lately that more may follow, and within how many
    seconds."""
    fresh: dict[Profile, int] = {}
    for store in stores:
        within = _WRITES_WITHIN[ENGINE_BY_FORMAT[store.format]]
        if not (store.is_active and store.profile.running and store.modified):
            continue
        if store.modified > now - within:
            seconds = int(within.total_seconds())
            fresh[store.profile] = max(seconds, fresh.get(store.profile, 0))
    return fresh


def warn_of_unwritten(stores: Iterable[Store], now: datetime) -> list[Message]:
    """For each profile of `still_writing`."""
    return [
        Message(
            "{browser}, profile {profile}, is open and has just written: what was changed in its"
            " pages in the last {seconds} seconds may not be on the disk yet. To be certain, close"
            " the browser first, or change nothing there for {seconds} seconds.",
            browser=profile.browser_name,
            profile=profile.name,
            seconds=seconds,
        )
        for profile, seconds in still_writing(stores, now).items()
    ]
