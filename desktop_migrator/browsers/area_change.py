"""What is to become of one area of a browser's storage."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop_migrator.model import StorageKey


@dataclass(frozen=True, slots=True)
class AreaChange:
    """Records that go from an area and records that come; all others stay."""

    storage_key: StorageKey
    puts: Mapping[str, str] = field(default_factory=dict)
    """Values by key."""
    deletes: frozenset[str] = frozenset()
    """Keys; one that the area does not have is no error."""
    overwrite: bool = True
    """Whether `puts` replace records that the area has with another value."""

    def affects_key(self, key: str) -> bool:
        """Whether a record that lies there with this key does not stay as it is."""
        return key in self.deletes or key in self.puts
