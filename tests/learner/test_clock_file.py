"""The side file of the clock: a torn write leaves the other slot."""

from pathlib import Path
from random import Random

import pytest

from pingtopass_desktop.learner.clock_file import ClockFile

State = tuple[int, int, int]


def state_of(path: Path) -> State:
    clock = ClockFile(path)
    clock.close()
    return clock.elapsed_ms, clock.index, clock.item_ms


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clocks" / "attempt.clock"


def write(path: Path, *states: State) -> None:
    clock = ClockFile(path)
    for elapsed_ms, index, item_ms in states:
        clock.write(elapsed_ms, index, item_ms, is_durable=index % 2 == 0)
    clock.close()


def test_a_new_file_begins_at_nothing(path: Path) -> None:
    assert state_of(path) == (0, 0, 0)


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_the_last_write_is_read_by_the_next_program(path: Path, count: int) -> None:
    write(path, *[(n * 500, n, n * 100) for n in range(1, count + 1)])
    assert state_of(path) == (count * 500, count, count * 100)
    write(path, (9999, 3, 7))
    assert state_of(path) == (9999, 3, 7)


@pytest.mark.parametrize("history", [1, 2, 3, 4])
def test_a_torn_write_of_any_length_leaves_the_old_state_or_the_new_one(path: Path, history: int) -> None:
    states = [(n * 500 + 7, n, n * 300) for n in range(1, history + 1)]
    write(path, *states)
    before = path.read_bytes()
    write(path, (60_000, 9, 12_345))
    after = path.read_bytes()
    whole = after.ljust(128, b"\0")
    for length in range(129):
        path.write_bytes(whole[:length] + before[length:])
        assert state_of(path) in (states[-1], (60_000, 9, 12_345))
    path.write_bytes(after)
    assert state_of(path) == (60_000, 9, 12_345)


def test_any_damaged_byte_leaves_one_of_the_last_two_states(path: Path) -> None:
    write(path, (500, 1, 100), (1000, 2, 200))
    sound = path.read_bytes()
    for position in range(len(sound)):
        spoiled = bytearray(sound)
        spoiled[position] ^= 0xFF
        path.write_bytes(spoiled)
        assert state_of(path) in ((500, 1, 100), (1000, 2, 200))


def test_foreign_bytes_are_no_time(path: Path) -> None:
    path.parent.mkdir()
    random = Random(3)
    for length in (0, 1, 31, 64, 100, 128, 5000):
        path.write_bytes(random.randbytes(length))
        assert state_of(path) == (0, 0, 0)


def test_a_file_that_is_removed_is_gone(path: Path) -> None:
    clock = ClockFile(path)
    clock.write(1, 0, 1, is_durable=True)
    clock.remove()
    assert not path.exists()
