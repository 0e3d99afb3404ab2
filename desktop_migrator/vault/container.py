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
from desktop_migrator.messages import Message
from desktop_migrator.vault.header import (
    KEY_SIZE,
    Header,
    describe_recipients,
    encode_header,
    read_header,
    read_up_to,
)
from desktop_migrator.vault.keys import Identity, Passphrase, Recipient, hkdf_sha256

__all__ = ["Header", "SealedWriter", "UnsealedReader", "read_header", "seal", "unseal"]

CHUNK_SIZE = 65_536
TAG_SIZE = 16
SEGMENT_SIZE = 1 << 20
MAX_EXPANSION = 256
MAX_FRAME_SIZE = SEGMENT_SIZE + 8_192

_SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE
_SEGMENT_HEADER = struct.Struct(">II")
COMPRESSION_LEVEL = -5
"""Of zstd: packs half as fast again as 1, unpacks so too, for files a quarter larger."""
_CHUNKS_PER_READ = 16
_COMPRESSOR_THREADS = min(4, os.cpu_count() or 1)


def seal(
    target: BinaryIO, recipients: Sequence[Recipient], *, kind: str, level: int = COMPRESSION_LEVEL
) -> "SealedWriter":
    """Begin a container for everybody in `recipients` (1 to 32, at most one a passphrase).

    What is written to the result goes into `target`, compressed at zstd's `level` and encrypted;
    only its `close` makes the container whole. `target` is not closed.
    """
    if sum(isinstance(recipient, Passphrase) for recipient in recipients) > 1:
        reason = "a container has at most one passphrase"
        raise ValueError(reason)
    file_key = secrets.token_bytes(KEY_SIZE)
    covered = encode_header(kind, [recipient.wrap(file_key) for recipient in recipients])
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
            if not hmac.compare_digest(_mac(file_key, header.mac_input), header.mac):
                raise ContainerDamaged(reason=Message("Its header was changed."))
            return UnsealedReader(source, header, _Cipher(file_key, header.encoded))
    raise WrongKey(needed=describe_recipients(header.recipients))


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
                end = start + SEGMENT_SIZE - len(self._segment)
                self._segment += view[start:end]
                start = end
                if len(self._segment) == SEGMENT_SIZE:
                    self._start_compressing()
            return len(view)

    def close(self) -> None:
        """Finish the container. Doing it twice does nothing more."""
        if self.closed:
            return
        try:
            while self._compressing:
                self._collect_compressed()
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
        self._pool = self._pool or ThreadPoolExecutor(_COMPRESSOR_THREADS, "compress")
        self._compressing.append(self._pool.submit(self._compress, segment))
        # As many again wait as are at work, so that no thread idles while this one encrypts.
        while len(self._compressing) > 2 * _COMPRESSOR_THREADS or (
            self._compressing and self._compressing[0].done()
        ):
            self._collect_compressed()

    def _collect_compressed(self) -> None:
        self._payload += self._compressing.popleft().result()
        self._encrypt(last=False)

    def _compress(self, segment: bytearray) -> bytes:
        # A compressor serves one thread at a time.
        if not hasattr(self._compressors, "own"):
            self._compressors.own = zstandard.ZstdCompressor(level=self._level)
        frame: bytes = self._compressors.own.compress(segment)
        padding = bytes(max(0, _min_stored_size(len(segment)) - len(frame)))
        return _SEGMENT_HEADER.pack(len(frame), len(segment)) + frame + padding

    def _encrypt(self, *, last: bool) -> None:
        """Write what the payload holds of whole chunks but one, which may be the last; or all."""
        count = max(0, len(self._payload) - 1) // CHUNK_SIZE
        if count or last:
            with memoryview(self._payload) as view:
                pieces = [
                    view[place * CHUNK_SIZE : (place + 1) * CHUNK_SIZE]
                    for place in range(count + last)
                ]
                sealed = self._cipher.encrypt(pieces, last=last)
                for piece in pieces:
                    piece.release()
            del self._payload[: count * CHUNK_SIZE]
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
        self._ciphertext = b""
        self._payload = bytearray()
        self._plaintext = memoryview(b"")
        self._decompressor = zstandard.ZstdDecompressor()
        self._at_eof = False
        self._damage: ContainerDamaged | None = None

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1) -> bytes:
        self._fill_plaintext()
        size = len(self._plaintext) if size < 0 else min(size, len(self._plaintext))
        taken = bytes(self._plaintext[:size])
        self._plaintext = self._plaintext[size:]
        return taken

    def read(self, size: int | None = -1) -> bytes:
        wanted = -1 if size is None else size
        pieces = []
        while wanted and (piece := self.read1(wanted)):
            pieces.append(piece)
            wanted -= len(piece) if wanted > 0 else 0
        return b"".join(pieces)

    def _fill_plaintext(self) -> None:
        """Have something to give, unless all was given."""
        if self.closed:
            reason = "the container is closed"
            raise ValueError(reason)
        if self._damage:
            raise self._damage
        try:
            while not self._plaintext and not (self._at_eof and not self._payload):
                self._plaintext = memoryview(self._next_segment())
        except ContainerDamaged as damage:
            self._damage = damage
            raise

    def _next_segment(self) -> bytes:
        """The next segment, empty if the payload holds none."""
        if not self._fill_buffer(_SEGMENT_HEADER.size):
            return b""
        frame_size, size = _SEGMENT_HEADER.unpack_from(self._payload)
        if not 1 <= size <= SEGMENT_SIZE or frame_size > MAX_FRAME_SIZE:
            raise _malformed_segment()
        stored = max(frame_size, _min_stored_size(size))
        end = _SEGMENT_HEADER.size + stored
        if not self._fill_buffer(end):
            raise _malformed_segment()
        with memoryview(self._payload) as view:
            frame = bytes(view[_SEGMENT_HEADER.size : _SEGMENT_HEADER.size + frame_size])
            padding = bytes(view[_SEGMENT_HEADER.size + frame_size : end])
        if any(padding):
            raise _malformed_segment()
        del self._payload[:end]
        return self._decompress(frame, size)

    def _decompress(self, frame: bytes, size: int) -> bytes:
        try:
            declared = zstandard.get_frame_parameters(frame)
            if declared.content_size != size or declared.dict_id:
                raise _malformed_segment()
            segment = self._decompressor.decompress(frame, allow_extra_data=False)
        except zstandard.ZstdError:
            raise _malformed_segment() from None
        if len(segment) != size:
            raise _malformed_segment()
        return segment

    def _fill_buffer(self, size: int) -> bool:
        """Decrypt until the payload holds `size` bytes; False if it ends without any."""
        while len(self._payload) < size and not self._at_eof:
            self._decrypt_next_chunks()
        if 0 < len(self._payload) < size:
            raise _malformed_segment()
        return bool(self._payload)

    def _decrypt_next_chunks(self) -> None:
        wanted = _CHUNKS_PER_READ * _SEALED_CHUNK_SIZE
        # One byte further shows whether the last of these chunks is the last of all.
        sealed = self._ciphertext + read_up_to(self._source, wanted + 1 - len(self._ciphertext))
        self._at_eof = len(sealed) <= wanted
        self._ciphertext = sealed[wanted:]
        with memoryview(sealed)[:wanted] as view:
            pieces = [
                view[start : start + _SEALED_CHUNK_SIZE]
                for start in range(0, max(len(view), 1), _SEALED_CHUNK_SIZE)
            ]
            self._payload += self._cipher.decrypt(pieces, last=self._at_eof)
            for piece in pieces:
                piece.release()


class _Cipher:
    """The chunks of one container, in their order: FORMAT.md, "Chunks"."""

    def __init__(self, file_key: bytes, header: bytes) -> None:
        self._aes = AESGCM(hkdf_sha256(file_key, b"desktop-migrator/payload/1"))
        self._aad = hashlib.sha256(header).digest()
        self._number = 0

    def encrypt(self, pieces: Sequence[memoryview], *, last: bool) -> bytearray:
        """Seal the next chunks; with `last`, the final one of them is the container's last."""
        sealed = bytearray(sum(len(piece) + TAG_SIZE for piece in pieces))
        with memoryview(sealed) as view:
            start = 0
            for place, piece in enumerate(pieces, 1):
                end = start + len(piece) + TAG_SIZE
                nonce = self._nonce(last=last and place == len(pieces))
                with view[start:end] as slot:
                    self._aes.encrypt_into(nonce, piece, self._aad, slot)
                start = end
        return sealed

    def decrypt(self, pieces: Sequence[memoryview], *, last: bool) -> bytearray:
        """Open the next chunks; with `last`, the final one has to be the container's last."""
        plain = bytearray(sum(max(0, len(piece) - TAG_SIZE) for piece in pieces))
        with memoryview(plain) as view:
            start = 0
            for place, piece in enumerate(pieces, 1):
                end = start + max(0, len(piece) - TAG_SIZE)
                is_last = last and place == len(pieces)
                # Only a container without any payload ends with an empty chunk.
                if len(piece) < TAG_SIZE or (start == end and self._number):
                    raise ContainerDamaged(reason=Message("It is cut off."))
                nonce = self._nonce(last=is_last)
                try:
                    with view[start:end] as slot:
                        self._aes.decrypt_into(nonce, piece, self._aad, slot)
                except InvalidTag:
                    reason = (
                        Message("It is cut off, or its end was changed.")
                        if is_last
                        else Message(
                            "It is not what was written, at {blocks:,} times 64 KiB.",
                            blocks=self._number - 1,
                        )
                    )
                    raise ContainerDamaged(reason=reason) from None
                start = end
        return plain

    def _nonce(self, *, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return number.to_bytes(11) + bytes([last])


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(hkdf_sha256(file_key, b"desktop-migrator/header/1"), covered, "sha256")


def _min_stored_size(size: int) -> int:
    return -(-size // MAX_EXPANSION)


def _malformed_segment() -> ContainerDamaged:
    return ContainerDamaged(reason=Message("What it holds is not packed as it has to be."))


def _write_all(target: BinaryIO, data: Buffer) -> None:
    with memoryview(data) as view:
        start = 0
        while start < len(view):  # an unbuffered file may take less than it was given
            start += target.write(view[start:])
