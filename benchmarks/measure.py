"""Measuring two things in turn, and the one table that all rows end in."""

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]


class Row(Struct, frozen=True):
    """One line of the table. Times in milliseconds; `ratio` is the median of the ratios of pairs. `goal` is the
    largest ratio that is good enough, None for a row that only informs."""

    name: str
    ours: float
    floor: float
    ratio: float
    goal: float | None
    remark: str = ""

    @property
    def is_met(self) -> bool | None:
        return None if self.goal is None else self.ratio <= self.goal


def pairs(ours: Callable[[], float], floor: Callable[[], float], count: int) -> tuple[list[float], list[float]]:
    """Run both in turn, the order changing from pair to pair; each returns what it measured."""
    first: list[float] = []
    second: list[float] = []
    for number in range(count):
        if number % 2:
            second.append(floor())
            first.append(ours())
        else:
            first.append(ours())
            second.append(floor())
    return first, second


def row(name: str, ours: Sequence[float], floor: Sequence[float], goal: float | None, remark: str = "") -> Row:
    """A row from measurements in pairs."""
    ratio = statistics.median(one / other for one, other in zip(ours, floor, strict=True))
    return Row(name, statistics.median(ours), statistics.median(floor), ratio, goal, remark)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that a call takes."""
    started = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - started) / 1e6


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def child_environment(cache: Path) -> dict[str, str]:
    """For a measured process: no screen, compiled modules kept as an installed program has them, the checkout found."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(cache / "pyc")
    environment["PYTHONPATH"] = str(ROOT)
    environment["QT_QPA_PLATFORM"] = "offscreen"
    return environment


def table(rows: Sequence[Row]) -> str:
    """All rows as Markdown."""
    lines = ["| row | ours ms | floor or peer ms | ratio | goal | met |", "|---|---:|---:|---:|---:|---|"]
    for each in rows:
        goal = "" if each.goal is None else f"≤ {each.goal:g}"
        met = {True: "yes", False: "NO", None: ""}[each.is_met]
        ratio = f"{each.ratio:.2f}" if each.ratio >= 0.1 else f"{each.ratio:.4f}"
        lines.append(f"| {each.name} | {each.ours:.3f} | {each.floor:.3f} | {ratio} | {goal} | {met} |")
    lines += ["", *(f"- {each.name}: {each.remark}" for each in rows if each.remark)]
    return "\n".join(lines)


def progress(text: str) -> None:
    """What is being measured now, on stderr: the table alone goes to stdout."""
    print(text, file=sys.stderr, flush=True)
