"""What may not be imported before the window is painted: each of these takes longer than the rest of the start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "PySide6.QtNetwork",
    "fsrs",
    "google",
    "httpx2",
    "jwt",
    "keyring",
    "langchain",
    "markdown_it",
    "msgspec",
    "numpy",
    "openai",
    "pydantic",
    "pygments",
    "pyqtgraph",
    "stripe",
    "tzlocal",
)

_ROOT = Path(__file__).resolve().parents[2]

_UNTIL_PAINTED = """
import sys
from pathlib import Path
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.main import start

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched is application.shell and not painted:
            painted.append(sorted(sys.modules))
            QApplication.exit()
        return False

painted = []
qt, application = start(DataFolder(Path(sys.argv[1])))
watch = FirstPaint()
qt.installEventFilter(watch)
qt.exec()
qt.removeEventFilter(watch)
application.shell.close()
application.close()
print("\\n".join(painted[0]))
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of all modules of a process whose window was just painted for the first time."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _UNTIL_PAINTED, str(tmp_path_factory.mktemp("data"))],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("name", HEAVY)
def test_nothing_heavy_is_imported_before_the_first_paint(imported: set[str], name: str) -> None:
    assert not [module for module in imported if module == name or module.startswith(f"{name}.")]


def test_the_window_itself_was_imported(imported: set[str]) -> None:
    assert "pingtopass_desktop.ui.shell" in imported
