"""What a search gives: profiles with their stores, and what is to be said of the search."""

from dataclasses import dataclass

from desktop_migrator.browsers.discovery.safe_listing import UnreadablePath
from desktop_migrator.messages import Message
from desktop_migrator.model import Profile, Store


@dataclass(frozen=True, slots=True)
class FoundProfile:
    profile: Profile
    stores: tuple[Store, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    profiles: tuple[FoundProfile, ...]
    unreadable: tuple[UnreadablePath, ...] = ()
    warnings: tuple[Message, ...] = ()

    @property
    def stores(self) -> tuple[Store, ...]:
        """All stores, those not in use included."""
        return tuple(store for found in self.profiles for store in found.stores)
