"""An advisory lock on a file between processes, released by the system when its holder dies.

The `filelock` package does the same and costs 30 ms of imports before the first paint; this is the part we need.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockHeld(Exception):
    """Another process holds the lock."""


class FileLock:
    """An exclusive lock. Not reentrant; `close` or the end of the process releases it."""

    def __init__(self, path: Path) -> None:
        """Raises: LockHeld at once when another process has it, OSError where the file cannot be made."""
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._handle)
        except OSError as error:
            os.close(self._handle)
            raise LockHeld(str(path)) from error

    def close(self) -> None:
        os.close(self._handle)


@contextmanager
def locked(path: Path, wait_s: float = 30) -> Iterator[None]:
    """Hold a lock for the block; waits up to `wait_s` seconds. Raises: LockHeld, OSError."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            lock = FileLock(path)
            break
        except LockHeld:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    try:
        yield
    finally:
        lock.close()


if os.name == "nt":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
