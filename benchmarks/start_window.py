"""The product's start, step by step as `__main__` does it. Says "ready" once the first page is filled and painted.

Run by `benchmarks.start` as the usual start, without options. The first page is filled when the last piece of work of
the store lane has come back.
"""

import os
import sys

from pingtopass_desktop import __main__ as program


def _run() -> int:
    assert program.main, "what the program imports before it decides to open the window"
    from pingtopass_desktop.app.config import data_folder
    from pingtopass_desktop.app.main import start
    from pingtopass_desktop.library.lock import FileLock

    folder = data_folder(None)
    folder.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.window_lock)
    qt, application = start(folder)
    from PySide6.QtCore import QTimer

    def ready() -> None:
        os.write(1, b"ready\n")
        sys.stdin.buffer.readline()  # who looks at the process lets go of it here
        application.shell.close()

    def filled() -> None:
        application.tasks.idle.disconnect(filled)
        QTimer.singleShot(0, ready)  # what is filled now is painted before a timer runs

    application.tasks.idle.connect(filled)
    code = qt.exec()
    application.close()
    lock.close()
    return code


if __name__ == "__main__":
    sys.exit(_run())
