"""Starting and stopping the window, step by step."""

import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from pingtopass_desktop.app.config import DataFolder, TourOptions, data_folder
from pingtopass_desktop.app.log import start_logging
from pingtopass_desktop.app.opening import open_study
from pingtopass_desktop.library.lock import FileLock, LockHeld

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from pingtopass_desktop.app.wiring import Application

_log = logging.getLogger(__name__)

_SWITCH_INTERVAL_S = 0.0005
"""How long the window waits for the interpreter while a lane computes, each time that it needs it: some dozen times to
paint a page. Python's own 5 ms would make a stall of that."""

_LISTEN_AFTER_MS = 250
"""The first page need not wait for the import of QtNetwork. A second start waits longer than this for an answer."""


def run(data_dir: str | None, tour: TourOptions | None = None) -> int:
    """Run the window until it closes. Returns the exit code."""
    if tour is not None:
        from pingtopass_desktop.app.tour.walk import run_tour

        return run_tour(tour)
    folder = data_folder(data_dir)
    lock: FileLock | None = None
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.window_lock)
    except LockHeld:
        return _raise_first_window(folder)
    except OSError as error:
        _log.warning("the data folder takes no lock: %s", error.strerror)  # the window says what is wrong
    qt, application = start(folder)
    code = qt.exec()
    application.close()
    if lock is not None:
        lock.close()
    return code


def start(folder: DataFolder) -> "tuple[QApplication, Application]":
    """Open a data folder, which the caller has locked, and show its window. The caller runs the event loop."""
    log = start_logging(folder.logs)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    lane = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
    opened = lane.submit(open_study, folder)  # reads the disk while Qt is being imported
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from pingtopass_desktop import __version__
    from pingtopass_desktop.app.wiring import Application

    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("PingToPass")
    qt.setApplicationVersion(__version__)
    qt.setDesktopFileName("pingtopass")
    qt.setStyle("Fusion")
    qt.aboutToQuit.connect(log.close)
    application = Application(folder, lane, opened)

    def listen() -> None:
        from pingtopass_desktop.app.instance import RaiseServer

        RaiseServer(folder.root, application.raise_window, application.shell)

    QTimer.singleShot(_LISTEN_AFTER_MS, listen)
    application.show()
    return qt, application


def _raise_first_window(folder: DataFolder) -> int:
    from PySide6.QtCore import QCoreApplication

    from pingtopass_desktop.app.instance import ask_to_raise

    application = QCoreApplication(sys.argv[:1])
    if ask_to_raise(folder.root):
        return 0
    print(
        "pingtopass: another PingToPass uses this data folder and does not answer. Close it, or wait for its import "
        "or restore to end, then start again. Another folder: --data-dir DIR.",
        file=sys.stderr,
    )
    del application
    return 1
