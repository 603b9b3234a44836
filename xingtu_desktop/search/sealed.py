"""A file under the account's key: AES-256-GCM in pieces, so that neither a byte nor the order or number of pieces can be changed unseen.

Layout: magic, 8 random bytes, then pieces of up to 8 MiB, each followed by its tag. A piece's nonce is the random part and its number;
its number and whether it is the last one are authenticated with it.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"XTSEAL01"
PIECE = 8 << 20
_TAG = 16
_RANDOM = 8


def _nonce(random: bytes, number: int) -> bytes:
    return random + number.to_bytes(4, "big")


def _stands_for(number: int, last: bool) -> bytes:
    return number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


class SealedWriter:
    """Write plain bytes, get a sealed file; `seal` ends it, and a file without its end does not open."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file = file
        self._cipher = AESGCM(key)
        self._random = os.urandom(_RANDOM)
        self._waiting = bytearray()
        self._number = 0
        file.write(MAGIC + self._random)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.seal()

    def write(self, data: bytes | memoryview) -> None:
        """Take more plain bytes."""
        left = memoryview(data)
        while len(left):
            room = PIECE - len(self._waiting)
            self._waiting += left[:room]
            left = left[room:]
            # A full piece waits until more comes: only then it is known not to be the last.
            if len(self._waiting) == PIECE and len(left):
                self._piece(last=False)

    def seal(self) -> None:
        """Write the last piece."""
        self._piece(last=True)

    def _piece(self, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._random, self._number), bytes(self._waiting), _stands_for(self._number, last)))
        self._waiting.clear()
        self._number += 1


def read(path: Path, key: bytes) -> npt.NDArray[np.uint8]:
    """The plain bytes of a sealed file.

    Raises ValueError when it is not exactly what was written under this key, OSError when it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(len(MAGIC) + _RANDOM)
        if head[: len(MAGIC)] != MAGIC or len(head) != len(MAGIC) + _RANDOM:
            raise ValueError("not a sealed file")
        random = head[len(MAGIC) :]
        sealed = os.fstat(file.fileno()).st_size - len(head)
        pieces = max(1, -(-sealed // (PIECE + _TAG)))
        if sealed < pieces * _TAG:
            raise ValueError("length")
        plain = np.empty(sealed - pieces * _TAG, np.uint8)
        room = plain.data
        cipher = AESGCM(key)
        at = 0
        for number in range(pieces):
            piece = file.read(PIECE + _TAG)
            try:
                at += cipher.decrypt_into(
                    _nonce(random, number), piece, _stands_for(number, number == pieces - 1), room[at : at + len(piece) - _TAG]
                )
            except InvalidTag as error:
                raise ValueError("changed, or under another key") from error
        return plain
