"""What the durability tests share: children that never outlive a test, random moments with a seed, small disks."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.chaos.children import Children

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
