"""What may not be imported before the first page is painted: each of these takes longer than the rest of the start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.opening import close_study, open_study
from pingtopass_desktop.app.tour.past import live_through

HEAVY = (
    "PySide6.QtCore.Qt",  # its enumerations; see ui/widgets/basics.py
    "PySide6.QtNetwork",
    "fsrs",
    "google",
    "google_auth_oauthlib",
    "httpx2",
    "jwt",
    "keyring",
    "langchain",
    "markdown_it",
    "numpy",
    "oauthlib",
    "openai",
    "pingtopass_desktop.app.commands",
    "pingtopass_desktop.authoring",
    "pingtopass_desktop.cloud",
    "pingtopass_desktop.study.exam",
    "pydantic",
    "pygments",
    "pyqtgraph",
    "requests",
    "stripe",
    "truststore",
    "tzlocal",
)

_ROOT = Path(__file__).resolve().parents[2]

_UNTIL_PAINTED = """
import sys
from pathlib import Path
from PySide6 import QtCore
from PySide6.QtWidgets import QApplication
from pingtopass_desktop import __main__
from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app import main

def filled():
    application.shell.grab()
    painted.append([*sys.modules, *(f"PySide6.QtCore.{name}" for name in vars(QtCore))])
    QApplication.exit()

painted = []
main._LISTEN_AFTER_MS = 60_000  # a fresh folder may take longer than the window waits
qt, application = main.start(DataFolder(Path(sys.argv[1])))
application.tasks.idle.connect(filled)
qt.exec()
application.shell.close()
application.close()
print("\\n".join(painted[0]))
"""


@pytest.fixture(scope="module", params=["new learner", "learner with a past"])
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """All modules of a process whose first page was just painted, and the classes of QtCore that it has built.

    A new learner meets the first run, the other one Today.
    """
    folder = DataFolder(tmp_path_factory.mktemp("data"))
    if request.param == "learner with a past":
        close_study(open_study(folder).study)
        live_through(folder)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(_ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _UNTIL_PAINTED, str(folder.root)],
        env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.split())
    page = "first_run" if request.param == "new learner" else "today"
    assert f"pingtopass_desktop.ui.pages.{page}" in modules
    return modules


@pytest.mark.parametrize("name", HEAVY)
def test_nothing_heavy_is_imported_before_the_first_page(imported: set[str], name: str) -> None:
    assert not [module for module in imported if module == name or module.startswith(f"{name}.")]
