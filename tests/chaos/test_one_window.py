"""One window for each data folder; a second start brings it to the front."""

import select
import shutil
import time
from pathlib import Path

import pytest

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.library.lock import FileLock
from tests.chaos.children import Child, Children, logged
from tests.fakes.learners import write_learner

RAISED = "a second start brought the window to the front"
QUICKLY_S = 10


def window(children: Children, data: Path) -> Child:
    """A window that is up."""
    child = children.start("-m", "tests.chaos.window_driver", str(data))
    assert child.line() is not None, child.errors
    return child


def test_a_second_start_ends_at_once_and_raises_the_first_window(children: Children, data: Path) -> None:
    first = window(children, data)
    began = time.monotonic()
    second = children.window(data)
    assert second.end() == 0, second.errors
    assert time.monotonic() - began < QUICKLY_S
    assert logged(data).count(RAISED) == 1
    assert first.process.poll() is None
    assert second.errors == ""


def has_ended(started: list[Child]) -> list[Child]:
    """Wait until one of them ends: its output is at its end then."""
    outputs = {child.process.stdout.fileno(): child for child in started if child.process.stdout is not None}
    return [outputs[number] for number in select.select(list(outputs), [], [], 60)[0]]


def test_of_two_starts_at_the_same_moment_one_window_stays(children: Children, data: Path) -> None:
    """An impatient double click: the second start comes before the first window listens."""
    both = [children.window(data), children.window(data)]
    ended = has_ended(both)
    assert len(ended) == 1, [child.errors for child in both]
    assert ended[0].end() == 0, ended[0].errors
    assert logged(data).count(RAISED) == 1


def test_after_a_kill_the_next_start_works_and_is_raised_by_a_further_one(children: Children, data: Path) -> None:
    for _ in range(2):
        window(children, data).kill()
    window(children, data)
    assert children.window(data).end() == 0
    assert logged(data).count(RAISED) == 1


def test_two_folders_have_two_windows(children: Children, data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other data"
    shutil.copytree(data, other)
    first, second = window(children, data), window(children, other)
    assert first.process.poll() is second.process.poll() is None


@pytest.fixture
def backup(children: Children, data: Path, tmp_path: Path) -> Path:
    """A backup of what the folder holds."""
    write_learner(DataFolder(data).learner, 5)
    target = tmp_path / "backup.zip"
    child = children.command(data, "backup", str(target))
    assert child.end() == 0, child.errors
    return target


def test_a_start_during_a_restore_says_so_and_works_after_it(children: Children, data: Path, backup: Path) -> None:
    library_is_busy = FileLock(data / "packs" / "publish.lock")  # the restore waits for it, half-way through
    restore = children.command(data, "restore", str(backup))
    deadline = time.monotonic() + 30
    while not list((data / "guest").glob("learner-before-restore-*")) and time.monotonic() < deadline:
        restore.line(0.05)
    start = children.window(data)
    assert start.end() == 1
    assert "another PingToPass uses this data folder and does not answer" in start.errors
    assert "restore" in start.errors
    assert len(start.errors.splitlines()) == 1
    library_is_busy.close()
    assert restore.end() == 0, restore.errors
    window(children, data)


def test_a_restore_while_the_window_is_open_is_refused(children: Children, data: Path, backup: Path) -> None:
    window(children, data)
    before = DataFolder(data).learner.read_bytes()
    restore = children.command(data, "restore", str(backup))
    assert restore.end() == 1
    assert restore.errors == "pingtopass: PingToPass is running. Close its window, then restore again."
    assert DataFolder(data).learner.read_bytes() == before
