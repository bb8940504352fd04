"""What the durability tests share: children that never outlive a test, random moments with a seed, small disks."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.chaos.children import Children

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SEED = int(os.environ.get("PINGTOPASS_SEED", "") or int.from_bytes(os.urandom(4), "big"))


def pytest_report_header() -> str:
    return f"PINGTOPASS_SEED={SEED}"


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    """Starts child processes; every one of them is gone when the test ends."""
    started = Children(tmp_path)
    yield started
    started.close()


@pytest.fixture
def seed() -> int:
    """The seed of this run, printed; set PINGTOPASS_SEED to repeat it."""
    print(f"PINGTOPASS_SEED={SEED}")
    return SEED


@pytest.fixture
def random(seed: int, request: pytest.FixtureRequest) -> Random:
    return Random(f"{seed}:{request.node.name}")


@pytest.fixture
def data(tmp_path: Path, starter_packs: Path) -> Path:
    """A data folder with the starter bank, as after a first start."""
    folder = tmp_path / "data"
    shutil.copytree(starter_packs, folder / "packs")
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts file systems of a given size in memory; skips where the process may not."""
    mounted: list[Path] = []

    def mount(size: str) -> Path:
        disk = tmp_path / f"disk-{len(mounted)}"
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this process may not mount a small disk")
        mounted.append(disk)
        return disk

    yield mount
    for disk in mounted:
        subprocess.run(["umount", "-l", str(disk)], check=True)
