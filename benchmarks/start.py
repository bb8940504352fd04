"""Rows of the start: spawn to the first usable page, warm, against an empty window and with a large bank beside."""

import shutil
import sys
from pathlib import Path

from benchmarks.bank import published
from benchmarks.measure import Row, child_environment, pairs, progress, row
from benchmarks.peer_window import PeerWindow
from benchmarks.spawn import ready_ms
from pingtopass_desktop.app.config import DATA_DIR_VARIABLE
from pingtopass_desktop.library.publish import POINTER_SUFFIX

_WARM_UP = 3


def rows(cache: Path, work: Path, *, pair_count: int, bank_size: int, peer: PeerWindow | None) -> list[Row]:
    """Measure the start of the window. `work` is an empty folder."""
    progress("start: an empty window and ours in turn")
    starter = work / "starter"
    both = work / "both"
    environment = child_environment(cache)

    def ours(folder: Path = starter) -> float:
        return _module_ms("benchmarks.start_window", {**environment, DATA_DIR_VARIABLE: str(folder)})

    def with_bank() -> float:
        return ours(both)

    def floor() -> float:
        return _module_ms("benchmarks.start_floor", environment)

    for _ in range(_WARM_UP):
        ours()
        floor()
    shutil.copytree(starter, both)
    _install(published(bank_size, cache).packs, both / "packs")
    with_bank()
    measured, floors = pairs(ours, floor, pair_count)
    large, small = pairs(with_bank, ours, pair_count)
    found = [
        row("start to the first usable page / empty window", measured, floors, 1.5),
        row(f"start with {bank_size:,} questions beside / without", large, small, 1.1),
    ]
    if peer is not None:
        progress("start: Anki's window and ours in turn")
        for _ in range(_WARM_UP):
            peer.start()
        found.append(row("start to the first usable page / Anki's window", *pairs(ours, peer.start, pair_count), 0.3))
    return found


def _install(packs: Path, target: Path) -> None:
    """Put a published bank into a data folder, as an import leaves it."""
    for path in (*packs.glob("*.pack"), *packs.glob(f"*{POINTER_SUFFIX}")):
        shutil.copyfile(path, target / path.name)


def _module_ms(module: str, environment: dict[str, str]) -> float:
    return ready_ms([sys.executable, "-m", module], environment)
