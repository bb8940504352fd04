"""Run all benchmarks and print one table. ``python benchmarks/run.py [--peer PYTHON] [--quick]``; docs/benchmarks.md.

`--peer` names a Python with the package `anki`, which then takes turns with the product, and its window with the
product's where the package `aqt` is there too. What takes long to make is kept in a folder below the system's temporary
folder.
"""

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

if __package__ in (None, ""):
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import answers, api, bring, figures, find, forms, imports, start, window
from benchmarks.bank import published
from benchmarks.measure import Row, progress, table
from benchmarks.peer import Peer, collection, running
from benchmarks.peer_window import PeerWindow, has_window

LARGE, SMALL = 100_000, 10_000
QUICK_LARGE, QUICK_SMALL = 5_000, 1_000


def main() -> int:
    """Returns 0 also where a goal is missed: the machine decides as much as the program does."""
    parser = argparse.ArgumentParser(description="Measure the product against floors, and against a peer.")
    parser.add_argument("--peer", metavar="PYTHON", help="a Python with anki installed, and aqt for its window")
    parser.add_argument("--quick", action="store_true", help="small banks and few turns, to try the scripts")
    options = parser.parse_args()
    large, small = (QUICK_LARGE, QUICK_SMALL) if options.quick else (LARGE, SMALL)
    cache = Path(tempfile.gettempdir()) / "pingtopass-benchmarks"
    cache.mkdir(exist_ok=True)
    print(_machine())
    print(_publish(large, cache), end="\n\n")
    published(small, cache)
    turns = 5 if options.quick else 25
    rows: list[Row] = []
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-", dir=cache)))
        peer_window: PeerWindow | None = None
        if options.peer and has_window(options.peer, cache):
            peer_window = PeerWindow(options.peer, cache, work / "peer-window", collection(cache, large))
        rows += start.rows(cache, work, pair_count=turns, bank_size=large, peer=peer_window)
        rows += imports.rows(cache, work, count=min(turns, 7))
        rows += answers.rows(work / "answers", answer_count=40 * turns)
        peer: Peer | None = None
        if options.peer:
            peer = stack.enter_context(running(options.peer, cache, work / "peer", large))
            rows += answers.peer_rows(work / "answers-peer", peer.answer, answer_count=10 * turns)
        rows += window.rows(
            cache,
            work / "window",
            size=large,
            answers=5 * large,
            count=turns,
            peer=peer.next if peer else None,
            peer_window=peer_window,
        )
        learners = work / "learners"
        rows += forms.rows(cache, learners, small=small, large=large, count=turns, peer=peer.draw if peer else None)
        rows += find.rows(cache, size=large, count=turns, peer=peer.search if peer else None)
        rows += bring.rows(cache, work, size=small, count=turns, peer=peer.bring if peer else None)
        rows += figures.rows(
            cache, work / "figures", size=large, answers=5 * large, count=turns, peer=peer.graphs if peer else None
        )
        rows += api.rows(cache, work / "api", count=turns, peer=options.peer)
    print(table(rows))
    return 0


def _machine() -> str:
    import PySide6.QtCore

    return (
        f"{platform.platform()}, {os.cpu_count()} cores, load {_load()}; Python "
        f"{platform.python_version()}, Qt {PySide6.QtCore.qVersion()}, SQLite {sqlite3.sqlite_version}"
    )


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _publish(size: int, cache: Path) -> str:
    progress(f"a bank of {size:,} questions; the first time takes a while")
    bank = published(size, cache)
    if bank.publish_s is None:
        return f"A bank of {size:,} questions is there from an earlier run, {bank.pack.stat().st_size / 1e6:.0f} MB."
    return f"Publishing {size:,} questions took {bank.publish_s:.1f} s, {bank.pack.stat().st_size / 1e6:.0f} MB."


if __name__ == "__main__":
    sys.exit(main())
