"""The floor of a start: an empty window of PySide6. Says "ready" once it is painted. Run by `benchmarks.start`."""

import os
import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow


class _Window(QMainWindow):
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, _ready)


def _ready() -> None:
    os.write(1, b"ready\n")
    sys.stdin.buffer.readline()  # who looks at the process lets go of it here
    QApplication.quit()


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    window = _Window()
    window.resize(1280, 800)
    window.show()
    sys.exit(application.exec())
