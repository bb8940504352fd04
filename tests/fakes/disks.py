"""Disks that are full. The fixture `small_disk` mounts them."""

from collections.abc import Callable
from pathlib import Path

SmallDisk = Callable[[str], Path]
"""Mounts a file system of a size, such as "2m"; returns its folder."""


def fill(disk: Path) -> Path:
    """Take every byte that is left on a small disk."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1 << 9, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return ballast
