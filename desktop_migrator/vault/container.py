"""Encrypted containers: FORMAT.md, written and read as streams in constant memory."""

import hashlib
import hmac
import io
import os
import secrets
import struct
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import BinaryIO, Self

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.utils import Buffer

from desktop_migrator.errors import ContainerDamaged, WrongKey
from desktop_migrator.vault.header import KEY_SIZE, Header, encode, read_header, read_up_to
from desktop_migrator.vault.keys import Identity, Passphrase, Recipient, derive

__all__ = ["Header", "SealedWriter", "UnsealedReader", "read_header", "seal", "unseal"]

CHUNK = 65_536
TAG = 16
SEGMENT = 1 << 20
MOST_EXPANSION = 256
LONGEST_FRAME = SEGMENT + 8_192

_SEALED_CHUNK = CHUNK + TAG
_SEGMENT_HEAD = struct.Struct(">II")
LEVEL = -5
"""Of zstd: packs half as fast again as 1, unpacks so too, for files a quarter larger."""
_CHUNKS_AT_ONCE = 16
_WORKERS = min(4, os.cpu_count() or 1)


def seal(
    target: BinaryIO, recipients: Sequence[Recipient], *, kind: str, level: int = LEVEL
) -> "SealedWriter":
    """Begin a container for everybody in `recipients` (1 to 32, at most one a passphrase).

    What is written to the result goes into `target`, compressed at zstd's `level` and encrypted;
    only its `close` makes the container whole. `target` is not closed.
    """
    if sum(isinstance(recipient, Passphrase) for recipient in recipients) > 1:
        reason = "a container has at most one passphrase"
        raise ValueError(reason)
    file_key = secrets.token_bytes(KEY_SIZE)
    covered = encode(kind, [recipient.wrap(file_key) for recipient in recipients])
    header = covered + _mac(file_key, covered)
    _write_all(target, header)
    return SealedWriter(target, _Cipher(file_key, header), level)


def unseal(source: BinaryIO, identities: Sequence[Identity]) -> "UnsealedReader":
    """Open a container with whichever identity fits. `source` is not closed.

    Raises `WrongKey` if none fits, `NotAContainer`, `UnknownVersion` or `ContainerDamaged`; the
    last one also while reading. Only who has read to the end knows that nothing is missing.
    """
    header = read_header(source)
    # A passphrase costs a second; what is free comes first.
    ordered = sorted(identities, key=lambda identity: isinstance(identity, Passphrase))
    for identity in ordered:
        for stanza in header.stanzas:
            file_key = identity.unwrap(stanza)
            if file_key is None:
                continue
            if not hmac.compare_digest(_mac(file_key, header.covered), header.mac):
                raise ContainerDamaged(reason="Its header was changed.")
            return UnsealedReader(source, header, _Cipher(file_key, header.encoded))
    needed = " or ".join(map(str, header.recipients)) or "a newer version of this program"
    raise WrongKey(needed=needed)


class SealedWriter:
    """Takes bytes. Leaving `with` by an exception leaves the container unfinished, so invalid."""

    def __init__(self, target: BinaryIO, cipher: "_Cipher", level: int) -> None:
        self._target = target
        self._cipher = cipher
        self._level = level
        self._segment = bytearray()
        self._payload = bytearray()
        self._compressors = threading.local()
        self._pool: ThreadPoolExecutor | None = None
        self._compressing: deque[Future[bytes]] = deque()
        self.closed = False

    def write(self, data: Buffer) -> int:
        """Take all of `data`; gives its length in bytes."""
        if self.closed:
            reason = "the container is finished"
            raise ValueError(reason)
        with memoryview(data).cast("B") as view:
            start = 0
            while start < len(view):
                end = start + SEGMENT - len(self._segment)
                self._segment += view[start:end]
                start = end
                if len(self._segment) == SEGMENT:
                    self._start_compressing()
            return len(view)

    def close(self) -> None:
        """Finish the container. Doing it twice does nothing more."""
        if self.closed:
            return
        try:
            while self._compressing:
                self._take_compressed()
            if self._segment:
                self._payload += self._compress(self._segment)
            self._encrypt(last=True)
        finally:
            self.abort()

    def abort(self) -> None:
        """Stop without finishing: what was written will never open as a whole."""
        self.closed = True
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
        self._compressing.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _start_compressing(self) -> None:
        segment, self._segment = self._segment, bytearray()
        self._pool = self._pool or ThreadPoolExecutor(_WORKERS, "compress")
        self._compressing.append(self._pool.submit(self._compress, segment))
        # As many again wait as are at work, so that no thread idles while this one encrypts.
        while len(self._compressing) > 2 * _WORKERS or (
            self._compressing and self._compressing[0].done()
        ):
            self._take_compressed()

    def _take_compressed(self) -> None:
        self._payload += self._compressing.popleft().result()
        self._encrypt(last=False)

    def _compress(self, segment: bytearray) -> bytes:
        # A compressor serves one thread at a time.
        if not hasattr(self._compressors, "own"):
            self._compressors.own = zstandard.ZstdCompressor(level=self._level)
        frame: bytes = self._compressors.own.compress(segment)
        padding = bytes(max(0, _least_stored(len(segment)) - len(frame)))
        return _SEGMENT_HEAD.pack(len(frame), len(segment)) + frame + padding

    def _encrypt(self, *, last: bool) -> None:
        """Write what the payload holds of whole chunks but one, which may be the last; or all."""
        count = max(0, len(self._payload) - 1) // CHUNK
        if count or last:
            with memoryview(self._payload) as view:
                pieces = [
                    view[place * CHUNK : (place + 1) * CHUNK] for place in range(count + last)
                ]
                sealed = self._cipher.encrypt(pieces, last=last)
                for piece in pieces:
                    piece.release()
            del self._payload[: count * CHUNK]
            _write_all(self._target, sealed)


class UnsealedReader(io.BufferedIOBase):
    """Gives what was sealed: `read(n)` gives n bytes but at the end.

    For lines and other small pieces put an `io.BufferedReader` around it.
    Once it has raised `ContainerDamaged`, it gives nothing more.
    """

    def __init__(self, source: BinaryIO, header: Header, cipher: "_Cipher") -> None:
        self.header = header
        self._source = source
        self._cipher = cipher
        self._sealed = b""
        self._payload = bytearray()
        self._plain = memoryview(b"")
        self._decompressor = zstandard.ZstdDecompressor()
        self._ended = False
        self._damage: ContainerDamaged | None = None

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1) -> bytes:
        self._fill()
        size = len(self._plain) if size < 0 else min(size, len(self._plain))
        taken = bytes(self._plain[:size])
        self._plain = self._plain[size:]
        return taken

    def read(self, size: int | None = -1) -> bytes:
        wanted = -1 if size is None else size
        pieces = []
        while wanted and (piece := self.read1(wanted)):
            pieces.append(piece)
            wanted -= len(piece) if wanted > 0 else 0
        return b"".join(pieces)

    def _fill(self) -> None:
        """Have something to give, unless all was given."""
        if self.closed:
            reason = "the container is closed"
            raise ValueError(reason)
        if self._damage:
            raise self._damage
        try:
            while not self._plain and not (self._ended and not self._payload):
                self._plain = memoryview(self._next_segment())
        except ContainerDamaged as damage:
            self._damage = damage
            raise

    def _next_segment(self) -> bytes:
        """The next segment, empty if the payload holds none."""
        if not self._have(_SEGMENT_HEAD.size):
            return b""
        frame_size, size = _SEGMENT_HEAD.unpack_from(self._payload)
        if not 1 <= size <= SEGMENT or frame_size > LONGEST_FRAME:
            raise _badly_packed()
        stored = max(frame_size, _least_stored(size))
        end = _SEGMENT_HEAD.size + stored
        if not self._have(end):
            raise _badly_packed()
        with memoryview(self._payload) as view:
            frame = bytes(view[_SEGMENT_HEAD.size : _SEGMENT_HEAD.size + frame_size])
            padding = bytes(view[_SEGMENT_HEAD.size + frame_size : end])
        if any(padding):
            raise _badly_packed()
        del self._payload[:end]
        return self._decompress(frame, size)

    def _decompress(self, frame: bytes, size: int) -> bytes:
        try:
            declared = zstandard.get_frame_parameters(frame)
            if declared.content_size != size or declared.dict_id:
                raise _badly_packed()
            segment = self._decompressor.decompress(frame, allow_extra_data=False)
        except zstandard.ZstdError:
            raise _badly_packed() from None
        if len(segment) != size:
            raise _badly_packed()
        return segment

    def _have(self, size: int) -> bool:
        """Decrypt until the payload holds `size` bytes; False if it ends without any."""
        while len(self._payload) < size and not self._ended:
            self._decrypt_some()
        if 0 < len(self._payload) < size:
            raise _badly_packed()
        return bool(self._payload)

    def _decrypt_some(self) -> None:
        wanted = _CHUNKS_AT_ONCE * _SEALED_CHUNK
        # One byte further shows whether the last of these chunks is the last of all.
        sealed = self._sealed + read_up_to(self._source, wanted + 1 - len(self._sealed))
        self._ended = len(sealed) <= wanted
        self._sealed = sealed[wanted:]
        with memoryview(sealed)[:wanted] as view:
            pieces = [
                view[start : start + _SEALED_CHUNK]
                for start in range(0, max(len(view), 1), _SEALED_CHUNK)
            ]
            self._payload += self._cipher.decrypt(pieces, last=self._ended)
            for piece in pieces:
                piece.release()


class _Cipher:
    """The chunks of one container, in their order: FORMAT.md, "Chunks"."""

    def __init__(self, file_key: bytes, header: bytes) -> None:
        self._aes = AESGCM(derive(file_key, b"desktop-migrator/payload/1"))
        self._aad = hashlib.sha256(header).digest()
        self._number = 0

    def encrypt(self, pieces: Sequence[memoryview], *, last: bool) -> bytearray:
        """Seal the next chunks; with `last`, the final one of them is the container's last."""
        sealed = bytearray(sum(len(piece) + TAG for piece in pieces))
        with memoryview(sealed) as view:
            start = 0
            for place, piece in enumerate(pieces, 1):
                end = start + len(piece) + TAG
                nonce = self._nonce(last=last and place == len(pieces))
                with view[start:end] as slot:
                    self._aes.encrypt_into(nonce, piece, self._aad, slot)
                start = end
        return sealed

    def decrypt(self, pieces: Sequence[memoryview], *, last: bool) -> bytearray:
        """Open the next chunks; with `last`, the final one has to be the container's last."""
        plain = bytearray(sum(max(0, len(piece) - TAG) for piece in pieces))
        with memoryview(plain) as view:
            start = 0
            for place, piece in enumerate(pieces, 1):
                end = start + max(0, len(piece) - TAG)
                is_last = last and place == len(pieces)
                # Only a container without any payload ends with an empty chunk.
                if len(piece) < TAG or (start == end and self._number):
                    raise ContainerDamaged(reason="It is cut off.")
                nonce = self._nonce(last=is_last)
                try:
                    with view[start:end] as slot:
                        self._aes.decrypt_into(nonce, piece, self._aad, slot)
                except InvalidTag:
                    reason = (
                        "It is cut off, or its end was changed."
                        if is_last
                        else (f"It is not what was written, at {self._number - 1:,} times 64 KiB.")
                    )
                    raise ContainerDamaged(reason=reason) from None
                start = end
        return plain

    def _nonce(self, *, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return number.to_bytes(11) + bytes([last])


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(derive(file_key, b"desktop-migrator/header/1"), covered, "sha256")


def _least_stored(size: int) -> int:
    return -(-size // MOST_EXPANSION)


def _badly_packed() -> ContainerDamaged:
    return ContainerDamaged(reason="What it holds is not packed as it has to be.")


def _write_all(target: BinaryIO, data: Buffer) -> None:
    with memoryview(data) as view:
        start = 0
        while start < len(view):  # an unbuffered file may take less than it was given
            start += target.write(view[start:])
