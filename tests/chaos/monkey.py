"""Random keys and clicks on the real window. It knows what a learner could press, and nothing of what should happen."""

from random import Random

from PySide6.QtCore import QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QWidget,
)

_LETTERS = "ABCDEFGHIKMNPRSTVWXY123?"
_NAMED = (
    "Return", "Return", "Return", "Right", "Left", "Backspace", "Tab", "Tab", "Backtab", "Space", "Up", "Down",
    "Escape", "PageDown", "Home", "End", "F1",
)  # fmt: skip
_WITH_CTRL = "12345,KFHZ+-0"
_TEXTS = ("spanning tree", "tcp", "ß", "zzz", "a b c", "שלום", "'; --")
_CLOSES = ("Quit", "Restore", "Open")
"""Words on what ends the window, replaces the store or starts another program: the test would end, and find nothing."""


_WAIT = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents


class Monkey(QObject):
    """Acts on every turn of the event loop, so that it also acts inside dialogs. `actions` counts what it did."""

    def __init__(self, window: QMainWindow, random: Random) -> None:
        super().__init__(window)
        self._window = window
        self._random = random
        self.actions = 0
        self._target = 0
        self._is_running = False

    def run(self, actions: int) -> None:
        """Do so many things, one after the other, and let what they began come to its end."""
        self._target = self.actions + actions
        self._is_running = True
        self._act_soon()
        while self.actions < self._target:
            QApplication.processEvents(_WAIT)
        self._is_running = False

    def _act_soon(self) -> None:
        QTimer.singleShot(0, self, self._act)

    def _act(self) -> None:
        if not self._is_running:
            return
        self._act_soon()  # before the action: it may open a dialog that returns only when it is closed
        modal = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if isinstance(modal, QFileDialog):
            modal.reject()  # after the last action too
            return
        if self.actions >= self._target:
            return
        self.actions += 1
        top = modal or self._window
        action = self._random.choices((self._press, self._click, self._write), (5, 4, 1))[0]
        action(top)

    def _press(self, top: QWidget) -> None:
        target = QApplication.focusWidget() or top
        if isinstance(target, QAbstractButton) and target.text().startswith(_CLOSES):
            return
        kind = self._random.random()
        if kind < 0.45:
            QTest.keyClicks(target, self._random.choice(_LETTERS).lower())
        elif kind < 0.85:
            QTest.keyClick(target, Qt.Key[f"Key_{self._random.choice(_NAMED)}"])
        else:
            QTest.keyClick(target, Qt.Key(ord(self._random.choice(_WITH_CTRL))), Qt.KeyboardModifier.ControlModifier)

    def _click(self, top: QWidget) -> None:
        if isinstance(top, QMenu):
            actions = [
                action for action in top.actions() if action.isEnabled() and not action.text().startswith(_CLOSES)
            ]
            if actions:
                QTest.mouseClick(
                    top, Qt.MouseButton.LeftButton, pos=top.actionGeometry(self._random.choice(actions)).center()
                )
            return
        kinds = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QPlainTextEdit)
        found = [
            widget
            for widget in top.findChildren(QWidget)
            if isinstance(widget, kinds) and widget.isVisible() and widget.isEnabled() and not _closes(widget)
        ]
        if not found:
            return
        widget = self._random.choice(found)
        target = widget.viewport() if isinstance(widget, QAbstractItemView) else widget
        spot = QPoint(self._random.randrange(max(1, target.width())), self._random.randrange(max(1, target.height())))
        right = isinstance(top, QDialog) or self._random.random() < 0.95
        QTest.mouseClick(target, Qt.MouseButton.LeftButton if right else Qt.MouseButton.RightButton, pos=spot)

    def _write(self, top: QWidget) -> None:
        fields = [field for field in top.findChildren(QLineEdit) if field.isVisible() and field.isEnabled()]
        if fields:
            self._random.choice(fields).insert(self._random.choice(_TEXTS))  # as from an input method


def _closes(widget: QWidget) -> bool:
    return isinstance(widget, QAbstractButton) and widget.text().startswith(_CLOSES)
