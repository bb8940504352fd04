"""The product's start, step by step as `__main__` does it. Says "ready" once the first page is filled and painted.

Run by `benchmarks.start` with the options of the program. The first page is filled when the last piece of work of the
store lane has come back.
"""

import os
import sys

from pingtopass_desktop.app import commands


def _run() -> int:
    options = commands.parse(sys.argv[1:])
    if isinstance(options, int):
        return options
    from pingtopass_desktop.app.config import data_folder
    from pingtopass_desktop.app.main import start
    from pingtopass_desktop.library.lock import FileLock

    folder = data_folder(options.data_dir)
    folder.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.window_lock)
    qt, application = start(folder)
    from PySide6.QtCore import Qt, QTimer

    def ready() -> None:
        os.write(1, b"ready\n")
        application.shell.close()

    def filled() -> None:
        QTimer.singleShot(0, ready)  # what is filled now is painted before a timer runs

    application.tasks.idle.connect(filled, Qt.ConnectionType.SingleShotConnection)
    code = qt.exec()
    application.close()
    lock.close()
    return code


if __name__ == "__main__":
    sys.exit(_run())
