"""What lies in a browser: profiles, their stores, records, and what is damaged of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import msgspec

from desktop_migrator.messages import Message, plural


class StoreFormat(StrEnum):
    CHROMIUM_LEVELDB = "chromium-leveldb"
    CHROMIUM_SQLITE = "chromium-sqlite"
    FIREFOX = "firefox"
    FIREFOX_LEGACY = "firefox-legacy"
    WEBKIT = "webkit"
    NODE = "node"
    DENO = "deno"


@dataclass(frozen=True, slots=True)
class Profile:
    """One person's profile in one browser."""

    browser: str
    """The registry's id: chrome, chrome-beta, edge, firefox …; `other` for a folder by hand."""
    browser_name: str
    """As people know it: Google Chrome Beta."""
    name: str
    """As its owner named it, else the folder's name."""
    path: Path
    last_used: datetime | None = None
    running: bool = False
    """Whether a browser process holds the profile now."""


@dataclass(frozen=True, slots=True)
class Store:
    """One localStorage database of a profile."""

    profile: Profile
    format: StoreFormat
    path: Path
    """The folder of a LevelDB; the main file of everything else."""
    size: int
    """Bytes on disk, side files included."""
    modified: datetime | None = None
    is_active: bool = True
    """False for the backend that the browser has left behind; such a store is listed, not read."""


@dataclass(frozen=True, slots=True)
class StorageKey:
    """The browser's identity of one area: an origin and what partitions it.

    `str()` gives Chromium's LevelDB spelling, whichever browser it came from; attributes that
    only Firefox has follow it in Firefox's spelling.
    """

    origin: str
    """Serialised origin without trailing slash: `https://a.test:8443`."""
    top_level_site: str | None = None
    """The site in whose page the area was framed: `https://top.test`."""
    cross_site_ancestor: bool = False
    """Same site as the top level, but with a cross-site frame between (`^31`)."""
    nonce: tuple[int, int] | None = None
    """High and low 64 bits of an anonymous area (`^1…^2…`)."""
    opaque_site: tuple[int, int, str] | None = None
    """High, low and precursor of an opaque top-level site (`^4…^5…^6…`)."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Firefox's other origin attributes, sorted: `(("userContextId", "2"),)`."""

    @property
    def first_party(self) -> bool:
        """Whether this is the area of a page visited directly, in no container.

        A Firefox that isolates by first party (`privacy.firstparty.isolate`) names the page's own
        domain there, too.
        """
        if self.top_level_site or self.cross_site_ancestor or self.nonce or self.opaque_site:
            return False
        match self.attributes:
            case ():
                return True
            case (("firstPartyDomain", domain),):
                return _is_domain_of(domain, self.origin)
            case _:
                return False

    @property
    def container(self) -> str | None:
        """The number of the Firefox container in which the site itself keeps it, if it does."""
        return next((value for name, value in self.attributes if name == "userContextId"), None)

    def __str__(self) -> str:
        if self.nonce:
            text = f"{self.origin}/^1{self.nonce[0]}^2{self.nonce[1]}"
        elif self.opaque_site:
            high, low, precursor = self.opaque_site
            text = f"{self.origin}/^4{high}^5{low}^6{precursor}"
        elif self.cross_site_ancestor:
            text = f"{self.origin}/^31"
        elif self.top_level_site:
            text = f"{self.origin}/^0{self.top_level_site}"
        else:
            text = self.origin
        if self.attributes:
            text += "^" + urlencode(self.attributes)
        return text


def _is_domain_of(first_party: str, origin: str) -> bool:
    """`first_party` is `a.test`, or `(https,a.test)` where the scheme counts as well."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if first_party.startswith("("):
        scheme, _, first_party = first_party.strip("()").partition(",")
        if scheme != parts.scheme:
            return False
        first_party = first_party.partition(",")[0]
    return host == first_party or host.endswith(f".{first_party}")


class Record(msgspec.Struct, frozen=True, gc=False):
    """One key and value as the browser holds it. A msgspec struct since millions are made."""

    store: Store
    storage_key: StorageKey
    key: str
    value: str
    modified: datetime | None = None
    """When the area (Chromium) or the record was last written, in UTC; None if unknown."""


@dataclass(frozen=True, slots=True)
class LargeRecord:
    """A record whose value is larger than any that is taken."""

    size: int
    """Bytes of its value."""
    storage_key: StorageKey | None = None
    """None where nothing tells whose it is."""
    key: str = ""
    """Its beginning, if it is long."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in a store that could not be read, and how much is missing because of it."""

    store: Store
    description: Message
    """For a person: which part is damaged."""
    lost_records: int | None
    """How many records are missing; None where it cannot be known."""
    too_large: LargeRecord | None = None
    """The record that is not taken, where nothing is damaged but a value is too large."""

    def concerns(self, origins: Collection[str]) -> bool:
        """Whether a value too large may be one of these web sites', or, without any, is told."""
        large = self.too_large
        return large is not None and (
            not origins or large.storage_key is None or large.storage_key.origin in origins
        )

    @property
    def message(self) -> Message:
        """The whole of it, with the store and how much was lost."""
        if self.too_large:
            return Message(
                "{browser}, profile {profile}: {description}",
                browser=self.store.profile.browser_name,
                profile=self.store.profile.name,
                description=self.description,
            )
        return damage_message(str(self.store.path), self.description, self.lost_records)


def damage_message(store: str, description: Message, lost_records: int | None) -> Message:
    """What is damaged in `store`; None where nobody knows how much was lost."""
    if lost_records is None:
        return Message(
            "{store}: {description} An unknown number of records are lost.",
            store=store,
            description=description,
        )
    return plural(
        "{store}: {description} {count:,} record is lost.",
        "{store}: {description} {count:,} records are lost.",
        count=lost_records,
        store=store,
        description=description,
    )
