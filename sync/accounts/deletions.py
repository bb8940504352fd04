"""Which accounts were to be deleted, in a file outside the database. A database that is restored from a backup knows
again what it had forgotten; this list makes it forget once more. It holds ids and times, nothing else."""

import asyncio
import os
from pathlib import Path
from typing import Literal

from msgspec import DecodeError, Struct, ValidationError, json

from sync.database import DatabaseAway

_LONGEST_LINE = 4096


class Deletion(Struct, frozen=True):
    """`at` in ms: when it was asked for. "asked" and "taken_back" by the learner; "erased" when nothing was left."""

    user: str
    state: Literal["asked", "taken_back", "erased"]
    at: int


class DeletionsDamaged(Exception):
    """A line of the list cannot be read. The message names it."""


class DeletionLog:
    """Appends one line a change, on the disk before it returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()

    async def add(self, deletion: Deletion) -> None:
        """Raises: DatabaseAway when the file cannot be written."""
        async with self._lock:
            await asyncio.to_thread(self._append, json.encode(deletion) + b"\n")

    def _append(self, line: bytes) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                line = _end_of_last_line(handle) + line
                if os.write(handle, line) != len(line):
                    raise OSError("the line was written in part")
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise DatabaseAway(f"{self._path}: {error}") from error


def _end_of_last_line(handle: int) -> bytes:
    """What has to stand before the next line. Half a line, which a power loss or a full disk left, was never confirmed
    and would spoil the next one: it is cut off."""
    size = os.lseek(handle, 0, os.SEEK_END)
    os.lseek(handle, max(0, size - _LONGEST_LINE), os.SEEK_SET)
    last = os.read(handle, _LONGEST_LINE).rpartition(b"\n")[2]
    if not last:
        return b""
    try:
        json.decode(last, type=Deletion)
    except (DecodeError, ValidationError):
        os.ftruncate(handle, size - len(last))
        return b""
    return b"\n"


def last_states(path: Path) -> dict[str, Deletion]:
    """By user, what the list says last. A line that a power loss cut off at the end is passed over.

    Raises: DeletionsDamaged, OSError.
    """
    found: dict[str, Deletion] = {}
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            deletion = json.decode(line, type=Deletion)
        except (DecodeError, ValidationError) as error:
            if number == len(lines):
                break
            raise DeletionsDamaged(f"{path}, line {number}: {error}") from error
        found[deletion.user] = deletion
    return found
