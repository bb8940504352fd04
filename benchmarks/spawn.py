"""A process of its own, measured when it says "ready" on stdout; it ends when its stdin does. Ours, the floor and the
peer are measured so."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_PROC = Path("/proc")


def ready_ms(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Milliseconds from the spawn to the line "ready"; the rest of the process is not measured."""
    started = time.perf_counter_ns()
    with _ready(command, environment):
        return (time.perf_counter_ns() - started) / 1e6


def says_memory() -> bool:
    """Whether `ready_mib` can be asked here; Linux alone says it."""
    return (_PROC / "self" / "smaps_rollup").exists()


def ready_mib(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Proportional set size (PSS) at the line "ready" of the process and of every process that it started."""
    with _ready(command, environment) as process:
        return sum(pss_mib(pid) for pid in _family(process.pid))


@contextmanager
def _ready(command: Sequence[str], environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        line = process.stdout.readline()
        if line == b"ready\n":
            yield process
        process.stdin.close()  # it waits for this
    if line != b"ready\n" or process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}, ready or not: {line!r}")


def _family(pid: int) -> list[int]:
    """A process, its children, their children."""
    children: dict[int, list[int]] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text("utf-8", "replace")
            except OSError:  # it has ended meanwhile
                continue
            parent = int(stat.rpartition(")")[2].split()[1])  # the name before it may hold anything
            children.setdefault(parent, []).append(int(folder.name))
    family = [pid]
    for each in family:
        family += children.get(each, [])
    return family


def pss_mib(pid: int) -> float:
    lines = (_PROC / str(pid) / "smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
