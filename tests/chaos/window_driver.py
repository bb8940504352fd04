"""A child process: the real window on a data folder, which says what it shows and presses buttons by their words.

Usage: ``python -m tests.chaos.window_driver DATA_DIR [WORDS OF A BUTTON]…``. Each line on stdout is a JSON object with
the visible ``texts`` and ``buttons``: the first once the window has something to say, then one after each button
pressed, once everything it started is done, then one whenever the words change. It runs until it is killed.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox

from pingtopass_desktop.app.config import DataFolder, data_folder
from pingtopass_desktop.app.main import start
from pingtopass_desktop.app.wiring import Application
from pingtopass_desktop.library.lock import FileLock
from pingtopass_desktop.ui.pages.problem import ProblemPage

_POLL_MS = 10


class Driver(QObject):
    def __init__(self, application: Application, presses: list[str]) -> None:
        super().__init__(application.shell)
        self._application = application
        self._presses = presses
        self._said: dict[str, list[str]] = {}
        self._steps = self._script()
        self._wait: Callable[[], bool] = self._has_something_to_say
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    def _go_on(self) -> None:
        if self._wait():
            try:
                self._wait = next(self._steps)
            except StopIteration:
                self._timer.stop()

    def _script(self) -> Iterator[Callable[[], bool]]:
        yield self._is_settled
        self._say()
        for words in self._presses:
            buttons = [button for button in self._buttons() if button.text() == words]
            QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
            yield self._is_settled
            yield self._is_settled
            self._say()
        while True:
            yield lambda: self._is_settled() and self._words() != self._said
            self._say()

    def _has_something_to_say(self) -> bool:
        shell = self._application.shell
        return self._application.opened is not None or bool(shell.findChildren(ProblemPage))

    def _is_settled(self) -> bool:
        return self._application.tasks.is_idle

    def _buttons(self) -> list[QAbstractButton]:
        return [button for button in self._application.shell.findChildren(QAbstractButton) if button.isVisible()]

    def _words(self) -> dict[str, list[str]]:
        labels = [label for label in self._application.shell.findChildren(QLabel) if label.isVisible()]
        dialogs = [box.text() for box in QApplication.topLevelWidgets() if isinstance(box, QMessageBox)]
        return {
            "texts": [label.text() for label in labels if label.text()] + dialogs,
            "buttons": [button.text() for button in self._buttons() if button.text()],
        }

    def _say(self) -> None:
        self._said = self._words()
        os.write(sys.stdout.fileno(), json.dumps(self._said).encode() + b"\n")


def main() -> int:
    folder: DataFolder = data_folder(sys.argv[1])
    with suppress(OSError):  # as `app.main.run`: the window says what is wrong
        folder.root.mkdir(parents=True, exist_ok=True)
        FileLock(folder.window_lock)
    qt, application = start(folder)
    driver = Driver(application, sys.argv[2:])
    code = qt.exec()
    application.close()
    driver.deleteLater()
    return code


if __name__ == "__main__":
    sys.exit(main())
