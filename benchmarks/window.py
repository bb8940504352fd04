"""Rows of the running window: memory at ready, answer to next question, and how long it ever stands still."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.bank import published
from benchmarks.learner import learner_file
from benchmarks.measure import Row, child_environment, pairs, percentile, progress, row
from pingtopass_desktop.app.config import DATA_DIR_VARIABLE, DataFolder
from pingtopass_desktop.library.publish import POINTER_SUFFIX

_STALL_MS = 50
_LONGEST_P99_MS = 8


def rows(
    cache: Path, work: Path, *, size: int, answers: int, count: int, peer: Callable[[], float] | None
) -> list[Row]:
    """Measure a window on a bank of `size` questions and a learner with so many answers. `work` is made."""
    work.mkdir()
    folder = data_folder(cache, work / "data", size, answers)
    environment = {**child_environment(cache), DATA_DIR_VARIABLE: str(folder)}
    progress("window: memory at ready")
    found = _memory(environment, work / "new", min(5, count))
    progress("window: from an answer to the next question")
    found += _next(environment, 20 * count, peer)
    progress("window: how long it stands still")
    return found + _stalls(environment)


def data_folder(cache: Path, root: Path, size: int, answers: int) -> Path:
    """A data folder with the large bank and a learner who answered it."""
    folder = DataFolder(root)
    folder.packs.mkdir(parents=True)
    packs = published(size, cache).packs
    for path in (*packs.glob("*.pack"), *packs.glob("*.search"), *packs.glob(f"*{POINTER_SUFFIX}")):
        shutil.copyfile(path, folder.packs / path.name)
    folder.learner.parent.mkdir(parents=True)
    shutil.copyfile(learner_file(cache, size, answers), folder.learner)
    return root


def _memory(environment: dict[str, str], new: Path, count: int) -> list[Row]:
    """Proportional set size of the process once its first page stands; Linux alone says it."""
    if not Path("/proc/self/smaps_rollup").exists():
        return []
    empty = {**environment, DATA_DIR_VARIABLE: str(new)}

    def ours() -> float:
        return _pss_mib("benchmarks.start_window", environment)

    def starter() -> float:
        return _pss_mib("benchmarks.start_window", empty)

    def floor() -> float:
        return _pss_mib("benchmarks.start_floor", environment)

    ours()
    remark = "MiB (PSS), not ms; Anki's whole window is no part of this benchmark"
    return [
        row("memory at ready, large bank and past / empty window", *pairs(ours, floor, count), 2.5, remark),
        row("memory at ready, starter bank / empty window", *pairs(starter, floor, count), 2.5, remark),
    ]


def _pss_mib(module: str, environment: dict[str, str]) -> float:
    with subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{module} ended before it was ready")
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines()
        process.stdin.close()  # it waits for this
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _next(environment: dict[str, str], count: int, peer: Callable[[], float] | None) -> list[Row]:
    """In the window, with everything painted; the peer answers a card and renders the next, and paints nothing."""
    measured = _child(environment, "answers", str(count))
    found: list[Row] = []
    for mode in ("exam", "practice"):
        times = measured[mode]
        p99 = percentile(times, 99)
        if peer is not None:
            theirs = [peer() for _ in times]
            name = f"{mode}: answer to the next question painted / Anki's, not painted"
            found.append(row(name, times, theirs, 0.5, f"Anki's p99 was {percentile(theirs, 99):.1f} ms"))
        found.append(Row(f"{mode}: the same, p99 / 8 ms", p99, _LONGEST_P99_MS, p99 / _LONGEST_P99_MS, 1.0))
    return found


def _stalls(environment: dict[str, str]) -> list[Row]:
    """The longest pause of the window's event loop in each step, against what a learner does not notice."""
    return [
        Row(f"stall: {name} / {_STALL_MS} ms", longest, _STALL_MS, longest / _STALL_MS, 1.0)
        for name, longest in _child(environment, "stalls").items()
    ]


def _child(environment: dict[str, str], *arguments: str) -> Any:
    command = [sys.executable, "-m", "benchmarks.window_child", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment, check=True)
    return json.loads(done.stdout)
