"""From a folder that is a profile to the profile as people know it: browser, name, which stores."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from desktop_migrator.browsers.discovery.app_names import AppNames
from desktop_migrator.browsers.discovery.candidates import ProfileCandidate, real_path
from desktop_migrator.browsers.discovery.found import FoundProfile
from desktop_migrator.browsers.discovery.os_folders import System
from desktop_migrator.browsers.discovery.profile_groups import read_profile_groups
from desktop_migrator.browsers.discovery.profile_names import (
    ProfileInfo,
    read_local_state,
    read_profiles_ini,
)
from desktop_migrator.browsers.discovery.registry import Engine
from desktop_migrator.browsers.discovery.safe_listing import FolderLister
from desktop_migrator.browsers.discovery.store_locations import (
    StoreLocation,
    find_inactive_backend,
    is_browser_running,
)
from desktop_migrator.messages import Message
from desktop_migrator.model import Profile, Store, StoreFormat


@dataclass
class ProfileBuilder:
    """Looks each list of names up once."""

    system: System
    lister: FolderLister
    warnings: list[Message] = field(default_factory=list)
    """What is to be said of profiles that were built."""
    _local_states: dict[Path, dict[str, ProfileInfo]] = field(default_factory=dict)
    _profile_groups: dict[Path, dict[Path, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._app_names = AppNames(self.system)

    def build(self, candidate: ProfileCandidate) -> FoundProfile:
        folder, locations = candidate.folder, candidate.locations
        info = self._profile_info(folder) if candidate.browser.engine is Engine.CHROMIUM else None
        used: list[datetime] = [store.modified for store in locations]
        if info and info.last_active:
            used.append(info.last_active)
        profile = Profile(
            browser=candidate.browser.id,
            browser_name=candidate.browser.name
            or self._app_names.name(folder, candidate.browser.engine),
            name=self._group_name(candidate)
            or candidate.name
            or (info.name if info else "")
            or _profiles_ini_name(folder)
            or folder.name,
            path=folder,
            last_used=max(used),
            running=is_browser_running(candidate.browser, folder, locations),
        )
        inactive = self._inactive_backend(profile, locations)
        stores = tuple(
            Store(
                profile,
                store.format,
                store.path,
                store.size,
                store.modified,
                is_active=store is not inactive and not candidate.is_old_revision,
            )
            for store in locations
        )
        return FoundProfile(profile, stores)

    def _group_name(self, candidate: ProfileCandidate) -> str:
        """What Firefox's own database of profiles calls it, which is newer than profiles.ini."""
        if candidate.browser.engine is not Engine.FIREFOX:
            return ""
        for root in candidate.folder.parents[:2]:
            if root not in self._profile_groups:
                self._profile_groups[root] = read_profile_groups(root, self.lister)
            if name := self._profile_groups[root].get(candidate.folder):
                return name
        return ""

    def _profile_info(self, folder: Path) -> ProfileInfo | None:
        if folder.parent not in self._local_states:
            self._local_states[folder.parent] = read_local_state(folder.parent)
        return self._local_states[folder.parent].get(folder.name)

    def _inactive_backend(
        self, profile: Profile, locations: Sequence[StoreLocation]
    ) -> StoreLocation | None:
        inactive, reason = find_inactive_backend(locations)
        if inactive and reason:
            names = {
                StoreFormat.CHROMIUM_LEVELDB: "LevelDB",
                StoreFormat.CHROMIUM_SQLITE: "SQLite",
            }
            used = next(store for store in locations if store is not inactive)
            self.warnings.append(
                Message(
                    "{browser}, profile {profile}: two local storages hold data. "
                    "The one in {used} is taken since {reason}; to read the other "
                    "one, name it: {path}",
                    browser=profile.browser_name,
                    profile=profile.name,
                    used=names[used.format],
                    reason=reason,
                    path=str(inactive.path),
                )
            )
        return inactive


def _profiles_ini_name(folder: Path) -> str:
    """What the profiles.ini above calls a Firefox profile."""
    for root in folder.parents[:2]:
        for listed in read_profiles_ini(root):
            if real_path(listed.path) == real_path(folder):
                return listed.name
    return ""
