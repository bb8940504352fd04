"""What all tests share: Hypothesis profiles, the starter pack, a learner on a fresh store, and a guard on threads."""

import gc
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pingtopass_desktop.library.starter import publish_starter
from pingtopass_desktop.study.context import Study
from tests.fakes.counts import IS_SOAK
from tests.fakes.disks import SmallDisk
from tests.fakes.laptop import Laptop

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before any test makes a window

pytest_plugins = ["tests.fakes.peer_fixtures", "tests.fakes.service_fixtures"]

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("default", max_examples=30, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("soak", max_examples=1000, deadline=None, suppress_health_check=_SLOW)
settings.load_profile("soak" if IS_SOAK else "default")


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """A test that leaves a thread running fails."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if not isinstance(thread, threading._DummyThread):
            thread.join(timeout=2)
            assert not thread.is_alive(), f"the test leaves the thread {thread.name!r} running"


@pytest.fixture(autouse=True)
def garbage_is_collected_on_this_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test of the window leaves may hold widgets; a lane of the next test must not destroy them."""
    if "qtbot" not in request.fixturenames:
        yield
        return
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(scope="session")
def starter_packs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the published starter pack. Shared: never write into it."""
    folder = tmp_path_factory.mktemp("starter") / "packs"
    publish_starter(folder, datetime(2026, 11, 22, tzinfo=UTC))
    return folder


@pytest.fixture
def laptop(tmp_path: Path, starter_packs: Path) -> Iterator[Laptop]:
    """A device with the starter bank and a store of its own, closed at the end."""
    device = Laptop(tmp_path / "starter laptop", starter_packs)
    yield device
    device.close()


@pytest.fixture
def bare_laptop(tmp_path: Path) -> Iterator[Laptop]:
    """A device without any bank; a test publishes its own with `laptop.publish`."""
    device = Laptop(tmp_path / "bare laptop", tmp_path / "bare laptop" / "packs")
    yield device
    device.close()


@pytest.fixture
def study(laptop: Laptop) -> Study:
    """The use cases of a learner on a fresh store with the starter bank."""
    return laptop.open()


@pytest.fixture(scope="session")
def fixtures_folder() -> Path:
    """The folder of foreign files beside the repository; skips where a checkout has none."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "fixtures"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
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
