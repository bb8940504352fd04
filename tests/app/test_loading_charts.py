"""The charts are imported while the window works: in a process of its own, for an import happens once."""

import os
import subprocess
import sys

_COUNT_TURNS = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pingtopass_desktop.ui import charts

application = QApplication([])
turns = []
timer = QTimer()
timer.timeout.connect(lambda: turns.append("pyqtgraph.widgets.GraphicsView" in sys.modules))
timer.start(0)
charts.prepare()
assert "pyqtgraph" not in sys.modules
for step in charts.names_first():
    step()
charts.load()
assert "pingtopass_desktop.ui.charts.drawn" in sys.modules
assert not any("Turns" in str(finder) for finder in sys.meta_path)
print(len(turns), len(set(turns)))
"""


def test_timers_have_their_turns_while_the_charts_are_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _COUNT_TURNS],
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    turns, states = map(int, done.stdout.split())
    assert turns > 50
    assert states == 2  # before and after one of its modules
