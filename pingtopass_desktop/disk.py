"""Bringing files to the disk, so that a power loss takes nothing. What is in them is not known here."""

import os
from pathlib import Path


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
