"""Writing a document that the learner asked for: all of it or nothing, and never over a file without being told to."""

import errno
import os
from contextlib import suppress
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


class CannotSave(Exception):
    """The document was not saved. The message says why and what to do; what stood there before is untouched."""


def save_document(target: Path, content: bytes, *, may_replace: bool) -> None:
    """Write a file beside its place and rename it, so that no half file is ever seen; on disk when this returns.

    A link is followed: what it points at is replaced. Raises: CannotSave.
    """
    target = Path(os.path.realpath(target))
    partial = target.with_name(f".{target.name[:40]}.{os.getpid()}.part")
    try:
        if target.is_dir():
            raise CannotSave(f"{target} is a folder. Choose another name.")
        if target.exists() and not may_replace:
            raise CannotSave(f"{target.name} exists already. Choose another name.")
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        _remove(partial)
        raise CannotSave(_why_not_written(target, error)) from error
    try:
        os.replace(partial, target)
    except OSError as error:
        _remove(partial)
        raise CannotSave(
            f"{target.name} cannot be replaced: {error.strerror or error}. It may be open in another program. Close it "
            "there, or choose another name."
        ) from error


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
