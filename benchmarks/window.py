"""Rows of the running window: memory at ready, from a key to what it leads to, and how long it ever stands still."""

import json
import shlex
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.bank import published
from benchmarks.learner import learner_file
from benchmarks.measure import Row, child_environment, pairs, percentile, progress, row
from benchmarks.peer_window import Answers, PeerWindow
from benchmarks.spawn import ready_mib, says_memory
from pingtopass_desktop.app.config import API_URL_VARIABLE, DATA_DIR_VARIABLE, DataFolder
from pingtopass_desktop.library.publish import POINTER_SUFFIX
from tests.fakes.local_cloud import local_cloud
from tests.fakes.peers import ADA
from tests.fakes.processes import peers_are_installed

_STALL_MS = 50
_LONGEST_MS = 8


def rows(
    cache: Path,
    work: Path,
    *,
    size: int,
    answers: int,
    count: int,
    peer: Callable[[], float] | None,
    peer_window: PeerWindow | None,
) -> list[Row]:
    """Measure a window on a bank of `size` questions and a learner with so many answers. `work` is made."""
    work.mkdir()
    folder = data_folder(cache, work / "data", size, answers)
    environment = {**child_environment(cache), DATA_DIR_VARIABLE: str(folder)}
    progress("window: memory at ready")
    found = _memory(environment, work / "new", min(5, count), peer_window)
    progress("window: from a key to what it leads to")
    found += _answers(environment, 20 * count, peer, peer_window)
    progress("window: how long it stands still")
    return found + _stalls(environment, work / "cloud")


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


def _memory(environment: dict[str, str], new: Path, count: int, peer_window: PeerWindow | None) -> list[Row]:
    """Proportional set size of all processes of a window once its first page stands."""
    if not says_memory():
        return []
    empty = {**environment, DATA_DIR_VARIABLE: str(new)}

    def ours() -> float:
        return ready_mib(_module("benchmarks.start_window"), environment)

    def starter() -> float:
        return ready_mib(_module("benchmarks.start_window"), empty)

    def floor() -> float:
        return ready_mib(_module("benchmarks.start_floor"), environment)

    ours()
    remark = "MiB (PSS), not ms"
    found = [
        row("memory at ready, large bank and past / empty window", *pairs(ours, floor, count), 2.5, remark),
        row("memory at ready, starter bank / empty window", *pairs(starter, floor, count), 2.5, remark),
    ]
    if peer_window is not None:
        remark += "; Anki's window with all processes of its web views"
        found.append(row("memory at ready / Anki's window", *pairs(ours, peer_window.memory, count), 0.3, remark))
    return found


def _answers(
    environment: dict[str, str], count: int, peer: Callable[[], float] | None, peer_window: PeerWindow | None
) -> list[Row]:
    """Each key by itself, up to its painting. Anki has one kind of session, which stands beside both of ours."""
    measured = _child(environment, "answers", str(count))
    window = peer_window.answers(count) if peer_window is not None else None
    found: list[Row] = []
    for mode, first in (("exam", "letter that answers"), ("practice", "Enter that checks, explanation")):
        name, times = f"{mode}: Enter to the next question painted", measured[mode]["next"]
        if window is not None:
            found.append(row(f"{name} / Anki's window", times, window.times, 0.5, _of_anki(window)))
        elif peer is not None:
            found.append(row(f"{name} / Anki's library, not painted", times, [peer() for _ in times], None))
        found.append(_per_8_ms(f"{name}, p99", percentile(times, 99), 1.0))
        median = statistics.median(measured[mode]["first"])
        remark = f"p99 was {percentile(measured[mode]['first'], 99):.1f} ms"
        found.append(_per_8_ms(f"{mode}: {first} painted, median", median, None, remark))
    return found


def _of_anki(window: Answers) -> str:
    without = (time - wait for time, wait in zip(window.times, window.frame_waits, strict=True))
    return (
        f"Anki's p99 was {percentile(window.times, 99):.1f} ms; its median without waiting for the next of 60 frames a "
        f"second was {statistics.median(without):.1f} ms"
    )


def _per_8_ms(name: str, ms: float, goal: float | None, remark: str = "") -> Row:
    return Row(f"{name} / {_LONGEST_MS} ms", ms, _LONGEST_MS, ms / _LONGEST_MS, goal, remark)


def _stalls(environment: dict[str, str], work: Path) -> list[Row]:
    """The longest pause of the window's event loop in each step, against what a learner does not notice."""
    with _online(work) as more:
        measured = _child({**environment, **more}, "stalls")
    return [
        Row(f"stall: {name} / {_STALL_MS} ms", longest, _STALL_MS, longest / _STALL_MS, 1.0)
        for name, longest in measured.items()
    ]


@contextmanager
def _online(work: Path) -> Iterator[dict[str, str]]:
    """What a window needs to sign in: a service, a sign-in server and a browser, each a process. Nothing of it where
    the test peers are not installed; then nobody signs in."""
    if not peers_are_installed():
        progress("window: no sign-in is measured, the test peers are not installed (make peers)")
        yield {}
        return
    with local_cloud(work) as service:
        visit = f'{sys.executable} -m tests.fakes.browser {ADA.email} "$0" >/dev/null'  # our stdout is for the answer
        browser = f"sh -c {shlex.quote(visit)} %s &"
        yield {API_URL_VARIABLE: service.url, "BROWSER": browser, "OAUTHLIB_INSECURE_TRANSPORT": "1"}


def _child(environment: dict[str, str], *arguments: str) -> Any:
    command = [*_module("benchmarks.window_child"), *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment, check=True)
    return json.loads(done.stdout)


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]
