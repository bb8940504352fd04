"""Collects cyclic garbage on the window's thread only.

Python collects on whichever thread happens to allocate. A widget in a cycle would then be destroyed on a lane, while
the window's thread may hold a lock of Qt and wait for the interpreter: both stand still for ever. So automatic
collection is off while lanes run, and a timer of the window does the same work by the same thresholds.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_EVERY_MS = 1000


class GarbageCollection(QObject):
    """In place of the automatic collection, from its making until `stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def keep_all(self) -> None:
        """Leave alone for good what is there now: what a program loads at its start, it keeps.

        Looking through it stops the window for longer than all that is made later.
        """
        gc.freeze()

    def collect(self) -> None:
        """Collect the oldest generation whose threshold is passed, with all younger ones."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [number for number in range(3) if counts[number] > thresholds[number] > 0]
        if due:
            gc.collect(due[-1])

    def stop(self, *, is_alone: bool = True) -> None:
        """Give the work back to Python, where no lane is left that it could be done on."""
        self._timer.stop()
        if self._was_enabled and is_alone:
            gc.enable()
