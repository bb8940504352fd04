"""The row of the imports before the first paint: all modules that an empty window does not import, Qt's left out.

The window's thread waits for each piece of work here, so that no module's time holds the waiting of another thread. The
classes of Qt that our modules name are touched first: Qt builds a class when it is first named, and that is its time.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Row, child_environment, progress, row

_QT = ("PySide6", "shiboken6", "Shiboken", "shibokensupport")

_FLOOR = "from PySide6.QtCore import QTimer\nfrom PySide6.QtWidgets import QApplication, QMainWindow\n"

_START = """
import os, sys
from concurrent import futures
from pingtopass_desktop import __main__
from pingtopass_desktop.app import main
from pingtopass_desktop.app.config import data_folder

class Waiting(futures.ThreadPoolExecutor):
    def submit(self, work, *arguments):
        done = super().submit(work, *arguments)
        futures.wait([done])
        return done

main.ThreadPoolExecutor = Waiting
qt, application = main.start(data_folder(sys.argv[1]))
def filled():
    print("filled", file=sys.stderr, flush=True)
    names = set()
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("pingtopass_desktop"):
            names.update((value.__module__, name) for name, value in vars(module).items()
                         if isinstance(value, type) and value.__module__.startswith("PySide6"))
    print("\\n".join(f"from {module} import {name}" for module, name in sorted(names)))
    application.shell.close()
application.tasks.idle.connect(filled)
qt.exec()
application.close()
"""


def rows(cache: Path, work: Path, *, count: int) -> list[Row]:
    """Measure the imports. The goal is 30 ms where QtWidgets takes 88 ms, so the ratio of the two is what counts."""
    progress("imports before the first paint")
    touches = _run(_START, cache, work)[0]
    ours: list[float] = []
    floor: list[float] = []
    modules = 0
    for _ in range(count):
        qt = _self_ms(_run(_FLOOR, cache, work)[1])
        everything = _self_ms(_run(touches + _START, cache, work)[1])
        known = _self_ms(_run(_FLOOR + touches, cache, work)[1])
        own = {name: ms for name, ms in everything.items() if name not in known and not name.startswith(_QT)}
        ours.append(sum(own.values()))
        floor.append(sum(qt.values()))
        modules = len(own)
    return [row("imports before the first paint, without Qt / an empty window's", ours, floor, 30 / 88,
                f"{modules} modules")]  # fmt: skip


def _run(code: str, cache: Path, work: Path) -> tuple[str, str]:
    """What the code prints, and its import times up to the first filled page."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code, str(work / "imports")],
        env=child_environment(cache), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout, done.stderr.split("filled\n")[0]


def _self_ms(report: str) -> dict[str, float]:
    """Milliseconds by module from a report of ``-X importtime``."""
    times: dict[str, float] = {}
    for line in report.splitlines():
        fields = line.removeprefix("import time:").split("|")
        if len(fields) == 3 and fields[0].strip().isdigit():
            times[fields[2].strip()] = int(fields[0]) / 1000
    return times
