"""The side file of a running exam: how much time has gone, written twice a second.

Two slots are written in turn, each with a sequence number and a checksum, so that a kill in the middle of a write
leaves the other one. It is never the only truth: the store has the time of the last answer as well.
"""

import os
import struct
import zlib
from pathlib import Path

_SLOT = struct.Struct("<QQQQ")
_CHECKSUM = struct.Struct("<I")
_SLOT_BYTES = 64


class ClockFile:
    """Elapsed time of one attempt in a file of its own. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Raises: OSError where the file cannot be made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        self._sequence, self.elapsed_ms, self.index, self.item_ms = self._latest()

    def write(self, elapsed_ms: int, index: int, item_ms: int, *, is_durable: bool) -> None:
        """Keep the time gone on the attempt and on the item shown, its index from 0; `is_durable` waits for the disk.

        Raises: OSError.
        """
        self._sequence += 1
        record = _SLOT.pack(self._sequence, elapsed_ms, index, item_ms)
        os.lseek(self._handle, self._sequence % 2 * _SLOT_BYTES, os.SEEK_SET)
        os.write(self._handle, (record + _CHECKSUM.pack(zlib.crc32(record))).ljust(_SLOT_BYTES, b"\0"))
        if is_durable:
            os.fsync(self._handle)

    def close(self) -> None:
        os.close(self._handle)

    def remove(self) -> None:
        """Close and delete; the attempt is over."""
        self.close()
        self._path.unlink(missing_ok=True)

    def _latest(self) -> tuple[int, int, int, int]:
        slots = [(0, 0, 0, 0)]
        os.lseek(self._handle, 0, os.SEEK_SET)
        content = os.read(self._handle, 2 * _SLOT_BYTES)
        for start in (0, _SLOT_BYTES):
            record = content[start : start + _SLOT.size]
            checksum = content[start + _SLOT.size : start + _SLOT.size + _CHECKSUM.size]
            if len(checksum) == _CHECKSUM.size and _CHECKSUM.unpack(checksum)[0] == zlib.crc32(record):
                slots.append(_SLOT.unpack(record))
        return max(slots)
