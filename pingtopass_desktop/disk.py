"""Bringing files to the disk, so that a power loss takes nothing. What is in them is not known here."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


class CannotSave(Exception):
    """A file that the learner asked for was not saved. The message says why and what to do; what stood there before is
    untouched."""


def sync_file(path: Path) -> None:
    """Bring what was written to a file to the disk. Raises: OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable. Windows has no such call and needs none. Raises: OSError."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def put_in_place(staged: Path, target: Path) -> None:
    """Rename in one step, on the disk when it returns. Raises: OSError."""
    os.replace(staged, target)
    sync_folder(target.parent)


@contextmanager
def whole_file(target: Path, *, may_replace: bool) -> Iterator[BinaryIO]:
    """A file that is written beside its place and renamed at the end, so that no half file is ever seen.

    It is on disk when the block has ended, and gone where the block raised. A link is followed: what it points at is
    replaced. Raises: CannotSave, for each OSError of the block too.
    """
    target = Path(os.path.realpath(target))
    partial = target.with_name(f".{target.name[:40]}.{os.getpid()}.part")
    try:
        if target.is_dir():
            raise CannotSave(f"{target} is a folder. Choose another name.")
        if target.exists() and not may_replace:
            raise CannotSave(f"{target.name} exists already. Choose another name.")
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        _remove(partial)
        raise CannotSave(_why_not_written(target, error)) from error
    except BaseException:
        _remove(partial)
        raise
    try:
        os.replace(partial, target)
    except OSError as error:
        _remove(partial)
        raise CannotSave(
            f"{target.name} cannot be replaced: {error.strerror or error}. It may be open in another program. Close it "
            "there, or choose another name."
        ) from error
    with suppress(OSError):  # it is in its place; some shared folders cannot say more
        sync_folder(target.parent)


def _remove(partial: Path) -> None:
    with suppress(OSError):  # a read-only disk refuses to remove even what is not there
        partial.unlink()


def _why_not_written(target: Path, error: OSError) -> str:
    folder = target.parent
    if error.errno in _FULL:
        return f"The disk of {folder} is full. Free some space or choose another folder, then save again."
    if error.errno in _FORBIDDEN:
        return f"The folder {folder} cannot be written. Choose another folder."
    if error.errno == errno.ENOENT:
        return f"The folder {folder} is not there. Choose another folder."
    return f"{target} cannot be written: {error.strerror or error}. Choose another folder or another name."
