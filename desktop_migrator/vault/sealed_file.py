"""A backup or capture on its way to the disk, which counts only once it is whole.

It is written under another name, sealed, synced, read back and compared, and gets its own name
last; so a full disk or a power cut leaves at most a file that nobody takes for a backup. The name
of such a file says which process writes it; `files.remove_stale_partials` removes those of
processes that are gone.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from desktop_migrator.errors import (
    FileUnreadable,
    MigratorError,
    PayloadUnreadable,
    SealedFileNotVerified,
    SealedFileNotWritten,
    VaultError,
)
from desktop_migrator.messages import Message
from desktop_migrator.model import Damage
from desktop_migrator.system import files
from desktop_migrator.system.files import os_error_reason
from desktop_migrator.vault import container
from desktop_migrator.vault.keys import Identity, Recipient
from desktop_migrator.vault.payload import (
    BackupManifest,
    BackupSummary,
    PayloadReader,
    PayloadWriter,
)


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file that has its name."""

    path: Path
    size: int
    sha256: str
    """Of the file as it lies there, in hexadecimal."""
    summary: BackupSummary


class AtomicSealedFile:
    """Write into `payload`, then call `finish`; or `abandon`, which is harmless after it."""

    def __init__(
        self,
        path: Path,
        manifest: BackupManifest,
        *,
        kind: str,
        recipients: Sequence[Recipient],
        identities: Sequence[Identity],
        level: int = container.COMPRESSION_LEVEL,
    ) -> None:
        """`path` is the final one, which is replaced; `identities` open it again to check it.
        `level` is zstd's.

        Where this computer cannot open it (a capture for somebody else), the file's bytes alone
        are compared. Raises SealedFileNotWritten.
        """
        self.manifest = manifest
        self._path = path
        self._kind = kind
        self._identities = identities
        self._partial = files.partial_path(path)
        self._file = _HashingFile(self._partial)
        self._writer: container.SealedWriter | None = None
        try:
            file = cast("BinaryIO", self._file)
            self._writer = container.seal(file, recipients, kind=kind, level=level)
            self.payload = PayloadWriter(self._writer, manifest)
        except MigratorError:
            self.discard()
            raise

    def commit(self, damages: tuple[Damage, ...] = ()) -> SealedFile:
        """Complete the file, check it and give it its name.

        Raises SealedFileNotWritten, SealedFileNotVerified.
        """
        try:
            summary = self.payload.finish(damages)
            if self._writer:
                self._writer.close()
            self._file.sync()
            self._file.close()  # Windows renames no open file
            self._verify_written(summary)
            self._rename_into_place()
        finally:
            self.discard()
        return SealedFile(self._path, self._file.size, self._file.sha256, summary)

    def discard(self) -> None:
        """Remove what has no name yet."""
        if self._writer:
            self._writer.abort()
        self._file.close()
        files.remove_quietly(self._partial)

    def _verify_written(self, summary: BackupSummary) -> None:
        try:
            if files.file_sha256(self._partial) != self._file.sha256:
                raise SealedFileNotVerified(
                    path=self._path, reason=Message("what was read is not what was sent")
                )
            if self._identities:
                read = verify_sealed_file(self._partial, self._kind, self._identities)
                if (read.manifest, read.summary) != (self.manifest, summary):
                    raise SealedFileNotVerified(
                        path=self._path, reason=Message("it reads differently")
                    )
        except (OSError, VaultError) as error:
            why = os_error_reason(error) if isinstance(error, OSError) else error.detail_message
            raise SealedFileNotVerified(path=self._path, reason=why) from None

    def _rename_into_place(self) -> None:
        try:
            files.rename_into_place(self._partial, self._path)
        except OSError as error:
            raise SealedFileNotWritten(path=self._path, reason=os_error_reason(error)) from None


@contextmanager
def open_sealed_file(
    path: Path, kind: str, identities: Sequence[Identity]
) -> Iterator[PayloadReader]:
    """What the file holds. Only who has read to the end knows that it is whole.

    Raises FileUnreadable, the container's errors and PayloadUnreadable, the latter two also while
    reading.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileUnreadable(path=path, reason=os_error_reason(error)) from None
    with file:
        unsealed = container.unseal(file, identities)
        if unsealed.header.kind != kind:
            raise PayloadUnreadable(
                reason=Message(
                    "it is a {found}, not a {kind}", found=unsealed.header.kind, kind=kind
                )
            )
        yield PayloadReader(unsealed)


def verify_sealed_file(path: Path, kind: str, identities: Sequence[Identity]) -> PayloadReader:
    """Read all of the file; the result has manifest, target and summary.

    Raises as `open_sealed_file`.
    """
    with open_sealed_file(path, kind, identities) as reader:
        for _ in reader.contents():
            pass
    return reader


class _HashingFile:
    """A new file of its owner alone, hashed as it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha256()
        self.size = 0
        try:
            self._file = files.open_new(path)
        except OSError as error:
            raise SealedFileNotWritten(path=path, reason=os_error_reason(error)) from None

    def write(self, data: bytes, /) -> int:
        """As a raw file: how much of it was taken."""
        try:
            taken = self._file.write(data) or 0
        except OSError as error:
            raise SealedFileNotWritten(path=self._path, reason=os_error_reason(error)) from None
        self._hash.update(data[:taken])
        self.size += taken
        return taken

    def sync(self) -> None:
        """All of it on the disk, so far as the system says so; reading it again asks the disk."""
        try:
            os.fsync(self._file.fileno())
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        except OSError as error:
            raise SealedFileNotWritten(path=self._path, reason=os_error_reason(error)) from None

    def close(self) -> None:
        with suppress(OSError):  # what could not be written was said before
            self._file.close()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()
