"""What can still be read of a damaged LevelDB, and an honest count of what cannot.

LevelDB's own reader stops at damage, or passes over it in silence where it looks like the end of
a file (measured: a wrong length in a log's last block, a missing log); its repair does not check
checksums by default, gives up a whole table for its index, and ends the process on a wrong footer.
Here nothing is taken whose checksum fails, everything else is, and the newest version of a key
counts.

Counting: the writes in the logs are numbered without gaps, so that what is missing between two
valid batches is known exactly. Which records these were is read from the invalid one itself where
that can still be parsed; such bytes are used for the count alone, which is exact unless a key
itself is hit. Where they cannot be parsed, the number of missing writes is the upper bound.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from desktop_migrator.browsers.budget import MAX_VALUE
from desktop_migrator.browsers.large_value import LargeValue
from desktop_migrator.browsers.leveldb.log import (
    BATCH_HEADER,
    Buffer,
    Check,
    InternalEntry,
    LogRecord,
    ManifestState,
    WriteOp,
    no_check,
    open_buffer,
    parse_write_batch,
    read_log,
    read_manifest,
)
from desktop_migrator.browsers.leveldb.newest import NewestVersions
from desktop_migrator.browsers.leveldb.table import has_bounded_blocks, read_table
from desktop_migrator.messages import Message

LossCallback = Callable[[Message, int | None], None]
"""Takes a sentence for a person and how many records are missing, None if that is unknown."""
LargeCallback = Callable[[bytes | None, int], None]
"""Takes a key, None where it cannot be told, and how many bytes its value has, which is left."""

_FILE = re.compile(r"([0-9]{1,20})\.(log|ldb|sst)")
_MANIFEST = re.compile(r"MANIFEST-([0-9]{1,20})")
_METADATA_PREFIXES = (b"META:", b"METAACCESS:", b"VERSION")
"""The browser's own entries among the records."""


@dataclass
class _StoreFiles:
    logs: dict[int, Path] = field(default_factory=dict)
    tables: dict[int, Path] = field(default_factory=dict)
    manifests: dict[int, Path] = field(default_factory=dict)
    current: Path | None = None
    """The MANIFEST that CURRENT names, if there is such a file."""


def _list_files(folder: Path) -> _StoreFiles:
    files = _StoreFiles()
    for path in folder.iterdir():
        if match := _FILE.fullmatch(path.name):
            group = files.logs if match[2] == "log" else files.tables
            group[int(match[1])] = path
        elif match := _MANIFEST.fullmatch(path.name):
            files.manifests[int(match[1])] = path
    current = folder / "CURRENT"
    if current.is_file():
        name = current.read_bytes()[:64].decode("latin-1")
        if name.endswith("\n") and _MANIFEST.fullmatch(name[:-1]) and (folder / name[:-1]).exists():
            files.current = folder / name[:-1]
    return files


def is_empty(folder: Path) -> bool:
    """Whether nothing was ever written there."""
    files = _list_files(folder)
    return not (files.logs or files.tables or files.manifests)


def is_structurally_intact(folder: Path, check: Check = no_check) -> bool:
    """Whether nothing is damaged in a way that LevelDB's own reader passes over in silence, and
    nothing would keep that reader busy for longer than files of this size can.

    Checksums are left to that reader: this looks at the files' structure only, and is quick.
    """
    files = _list_files(folder)
    if files.current is None:
        return False
    manifest = read_manifest(open_buffer(files.current), verify=False, check=check)
    return (
        manifest.fully_read
        and not manifest.repeats_files
        and all(
            _is_valid_table(files.tables.get(table), at, check)
            for table, at in manifest.tables.items()
        )
        and (not manifest.log_number or manifest.log_number in files.logs)
        and _sequence_is_gapless(files, manifest, check)
    )


def _is_valid_table(table: Path | None, size: int, check: Check) -> bool:
    if table is None or not 0 < size <= table.stat().st_size:
        return False
    return has_bounded_blocks(open_buffer(table, size), check)


def _sequence_is_gapless(files: _StoreFiles, manifest: ManifestState, check: Check) -> bool:
    expected = None
    for record in _log_records(files, manifest, check, verify=False):
        if not record.complete or len(record.payload) < BATCH_HEADER.size:
            return False
        sequence, count = BATCH_HEADER.unpack_from(record.payload)
        if expected is not None and sequence != expected:
            return False
        if len(record.payload) > MAX_VALUE and _holds_large_value(record.payload):
            return False
        expected = sequence + count
    return expected is None or expected > manifest.last_sequence


def _holds_large_value(payload: bytes) -> bool:
    return any(isinstance(op.entry.value, LargeValue) for op in _parseable_ops(payload)[0])


def _log_records(
    files: _StoreFiles, manifest: ManifestState, check: Check, *, verify: bool
) -> Iterable[LogRecord]:
    for number, path in sorted(files.logs.items()):
        if manifest.needs_log(number):
            yield from read_log(open_buffer(path), verify=verify, check=check)


@dataclass
class _DamagedRegion:
    """A damaged region: what may have been lost there."""

    description: Message
    suspect_entries: list[InternalEntry] | None
    """The writes in question, unverified; None where they cannot be parsed."""
    max_lost: int | None = None
    """How many writes are missing, if that much is known."""
    too_large: int = 0
    """Bytes of it, where it may be right, but is too large to be looked into."""


def salvage(
    folder: Path, on_loss: LossCallback, on_large: LargeCallback, check: Check = no_check
) -> NewestVersions:
    """The newest valid version of every key; to be closed.

    `on_loss` is told every damaged region, and `on_large` every value too large, at least one of
    them, since this is for damaged folders. Counts are of localStorage records, not of the
    browser's metadata.
    """
    reader = _StoreSalvage(_list_files(folder), check)
    try:
        reader.read()
        reader.report(on_loss, on_large)
    except BaseException:
        reader.newest.close()
        raise
    return reader.newest


class _StoreSalvage:
    def __init__(self, files: _StoreFiles, check: Check) -> None:
        self.files = files
        self.newest = NewestVersions()
        self.damaged_regions: list[_DamagedRegion] = []
        self._check = check

    def read(self) -> None:
        manifest = self._choose_manifest()
        for number, size in sorted(manifest.tables.items()):
            path = self.files.tables.get(number)
            if path is None:
                self._add_damage(_DamagedRegion(Message("A file of the storage is missing."), None))
            else:
                self._read_table(open_buffer(path, size))
        if manifest.log_number and manifest.log_number not in self.files.logs:
            self._add_damage(
                _DamagedRegion(Message("The log of the latest changes is missing."), None)
            )
        records = _log_records(self.files, manifest, self._check, verify=True)
        self._read_logs(records, manifest.last_sequence)

    def report(self, on_loss: LossCallback, on_large: LargeCallback) -> None:
        large: list[tuple[bytes | None, int]] = list(self.newest.large_values())
        large += [(None, each.too_large) for each in self.damaged_regions if each.too_large]
        for key, size in large:
            on_large(key, size)
        for region in self.damaged_regions:
            if region.too_large:
                continue
            if region.suspect_entries is not None:
                newest = {
                    entry.key: entry for entry in sorted(region.suspect_entries, key=_sequence)
                }
                on_loss(region.description, sum(map(self._is_visible_loss, newest.values())))
            else:
                on_loss(region.description, region.max_lost)
        if not (self.damaged_regions or large):
            on_loss(Message("The storage is damaged, but every record could be read."), 0)

    def _choose_manifest(self) -> ManifestState:
        """The state to go by: the MANIFEST's, else everything that lies in the folder."""
        path = self.files.current
        if path is None and self.files.manifests:
            path = self.files.manifests[max(self.files.manifests)]
        if path is not None:
            manifest = read_manifest(open_buffer(path), check=self._check)
            if manifest.fully_read:
                return manifest
        self._add_damage(
            _DamagedRegion(
                Message(
                    "The list of the storage's files is missing or damaged, so all files were "
                    "read; records deleted or changed shortly before may appear as they were."
                ),
                None,
            )
        )
        return ManifestState(tables=dict.fromkeys(self.files.tables, 0))

    def _add_damage(self, region: _DamagedRegion) -> None:
        # Of what cannot be counted the first is enough: a hostile file has any number of it.
        if region.suspect_entries is not None:
            values = (None if entry.value is None else b"" for entry in region.suspect_entries)
            region.suspect_entries = [
                entry._replace(value=value)
                for entry, value in zip(region.suspect_entries, values, strict=True)
            ]
        elif region in self.damaged_regions[-1:]:
            return
        self.damaged_regions.append(region)

    def _is_visible_loss(self, entry: InternalEntry) -> bool:
        """Whether the loss of this write shows in what is left."""
        if entry.key.startswith(_METADATA_PREFIXES):
            return False
        sequence, deleted = self.newest.find(entry.key)
        return sequence < entry.sequence and not (deleted and entry.value is None)

    def _read_table(self, data: Buffer) -> None:
        what = Message("A part of a file of the storage is damaged.")
        for block in read_table(data, self._check):
            if block.valid:
                self.newest.keep(block.entries)
            elif block.parseable:
                self._add_damage(_DamagedRegion(what, block.entries))
            else:
                self._add_damage(_DamagedRegion(what, None, too_large=block.size))

    def _read_logs(self, records: Iterable[LogRecord], last_sequence: int) -> None:
        expected: int | None = None
        invalid: list[LogRecord] = []
        for record in records:
            if record.too_large:
                what = Message("A part of the log of the latest changes is damaged.")
                self._add_damage(_DamagedRegion(what, None, too_large=record.too_large))
                expected = None
                continue
            writes, parseable = _parseable_ops(record.payload)
            if not (record.valid and parseable):
                if record.payload or record not in invalid[-1:]:
                    invalid.append(record)
                continue
            sequence, count = BATCH_HEADER.unpack_from(record.payload)
            if invalid or (expected is not None and sequence != expected):
                self._read_invalid_records(
                    invalid, None if expected is None else sequence - expected
                )
                invalid = []
            self.newest.keep([write.entry for write in writes])
            expected = sequence + count
        if invalid:
            self._read_invalid_records(invalid, None)
        elif expected is not None and expected <= last_sequence:
            self._read_invalid_records([], last_sequence - expected + 1)

    def _read_invalid_records(self, invalid: list[LogRecord], missing: int | None) -> None:
        """Uses what is valid of invalid records; `missing` writes are known to be there."""
        what = Message("A part of the log of the latest changes is damaged.")
        if invalid and invalid[-1].truncated:
            what = Message("The log's last write was cut off, as in a crash.")
        suspects: list[InternalEntry] = []
        parseable = bool(invalid)
        taken = 0
        for record in invalid:
            writes, whole = _parseable_ops(record.payload)
            parseable = parseable and whole and record.complete
            for write in writes:
                # The browser drops a write that the file's end cuts off; so it goes here.
                if write.end <= record.verified_length and not record.truncated:
                    self.newest.keep([write.entry])
                    taken += 1
                else:
                    suspects.append(write.entry)
        if missing is not None:
            missing = max(missing - taken, 0)
            parseable = parseable and len(suspects) == missing
        self._add_damage(_DamagedRegion(what, suspects if parseable else None, missing))


def _sequence(entry: InternalEntry) -> int:
    return entry.sequence


def _parseable_ops(payload: bytes) -> tuple[list[WriteOp], bool]:
    """The writes that can be parsed, and whether those are all."""
    writes = []
    try:
        for write in parse_write_batch(payload):
            writes.append(write)  # noqa: PERF402 - keeps those before an error
    except ValueError:
        return writes, False
    return writes, True
