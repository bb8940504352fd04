"""The real window on a real data folder, driven as a learner would: by keys, and read by what it shows."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel
from pytestqt.qtbot import QtBot

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.opening import Opened, open_study
from pingtopass_desktop.app.wiring import Application
from pingtopass_desktop.domain.question import Choice, Question, QuestionType
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.arranging import OrderingList
from pingtopass_desktop.ui.widgets.question_view import QuestionView
from pingtopass_desktop.ui.window_account import WindowAccount

_WAIT = QEventLoop.ProcessEventsFlag.AllEvents | QEventLoop.ProcessEventsFlag.WaitForMoreEvents
_LOOK_EVERY_MS = 20


class Window:
    """A started application; the first run is skipped and `page` shown, where it is given and nothing waits.

    `close` is as closing the window. `keeps_settings` starts as the program does, with the settings of the last time.
    """

    def __init__(
        self,
        qtbot: QtBot,
        root: Path,
        look: WindowSettings | None = None,
        page: str | None = "practice",
        *,
        keeps_settings: bool = False,
        account: Callable[[Tasks], WindowAccount] | None = None,
    ) -> None:
        self.qtbot = qtbot
        self.patience_s = 20.0
        self.folder = DataFolder(root)
        hook = sys.excepthook
        lane = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        opened = lane.submit(open_study, self.folder)
        settings = None if keeps_settings else look or WindowSettings(ThemeName.LIGHT)
        self.application = Application(self.folder, lane, opened, settings, account)
        sys.excepthook = hook  # an error in a slot must fail the test, not open a dialog
        self.shell = self.application.shell
        if not keeps_settings:
            self.shell.resize(1280, 800)
        self.application.show()
        self._is_open = True
        self.settle()
        if page is not None:
            if self.application.opened is not None and self.application.opened.is_first_run:
                self.press("Escape")
            if self.shell.rail.checked == "today":
                self.go(page)

    @property
    def opened(self) -> Opened:
        opened = self.application.opened
        assert opened is not None, "the window shows no study"
        return opened

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        come_to_rest(self.application.tasks, self.patience_s)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Let the window work until something is so, which may come from the network."""
        wait_until(is_so, self.patience_s)

    def press(self, *keys: str) -> None:
        """Press keys one after the other where the keyboard is: ``"A"``, ``"Return"``, ``"Alt+Down"``."""
        for key in keys:
            *modifiers, name = key.split("+")
            modifier = Qt.KeyboardModifier.NoModifier
            for each in modifiers:
                modifier |= {"Alt": Qt.KeyboardModifier.AltModifier, "Ctrl": Qt.KeyboardModifier.ControlModifier}[each]
            focused = QApplication.focusWidget()
            target = QApplication.activeModalWidget() or (focused if focused and focused.isVisible() else self.shell)
            if isinstance(target, QDialog):
                target = target.focusWidget() or target
            self.qtbot.keyClick(target, Qt.Key[f"Key_{name}"], modifier)
            self.settle()

    def go(self, page: str) -> None:
        """As Ctrl with the page's number."""
        self.press(f"Ctrl+{('today', 'practice', 'exams', 'progress', 'library').index(page) + 1}")

    def answer(self, view: QuestionView, choice: Choice) -> None:
        """Answer the question shown by keys; a matching question by its lists."""
        question = view.question
        assert question is not None
        if question.type.is_choice:
            for index, option in enumerate(view.options.rows):
                if option.option_id in choice:
                    self.press("ABCDEFGHI"[index])
        elif question.type is QuestionType.ORDERING:
            self._order(view.ordering, choice)
        else:
            for pair in choice:
                left, right = pair.split("=")
                box = view.matching.findChildren(QComboBox)[[o.id for o in question.options].index(left)]
                box.setFocus()
                box.setCurrentIndex(box.findData(right))
                box.activated.emit(box.currentIndex())
                self.settle()

    def texts(self) -> str:
        """Everything the window shows as plain labels, one a line."""
        labels = self.shell.findChildren(QLabel)
        return "\n".join(label.text().replace("\u00a0", " ") for label in labels if label.isVisible() and label.text())

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self.shell.close()
            self.application.close()
            self.shell.deleteLater()
            _process_events()

    def _order(self, area: OrderingList, wanted: Choice) -> None:
        if area.order == list(wanted):  # an order that nothing is done to is no answer
            area.rows[0].setFocus()
            self.press("Alt+Down", "Alt+Up")
        for target, option_id in enumerate(wanted):
            while (index := area.order.index(option_id)) > target:
                area.rows[index].setFocus()
                self.press("Alt+Up")


def come_to_rest(tasks: Tasks, limit_s: float = 20) -> None:
    """Let the window work until nothing is on its way any more, save on the network."""
    wait_until(lambda: tasks.is_idle, limit_s)


def wait_until(is_so: Callable[[], bool], limit_s: float = 20) -> None:
    """Let the window work until something is so."""
    deadline = time.monotonic() + limit_s
    _process_events()
    waking = QTimer()
    waking.start(_LOOK_EVERY_MS)
    while not is_so():
        QApplication.processEvents(_WAIT)  # `qWait` would keep the interpreter to itself, and the lanes would wait
        assert time.monotonic() < deadline, "the window does not come to rest"
    _process_events()


def _process_events() -> None:
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # without an event loop nobody does


def wrong_choice(question: Question) -> Choice:
    """A complete answer that is wrong."""
    if question.type is QuestionType.ORDERING:
        return (*question.key[1:], question.key[0])
    if question.type is QuestionType.MATCHING:
        ids = [option.id for option in question.options]
        return tuple(sorted(f"{left}={right}" for left, right in zip(ids, [*ids[1:], ids[0]], strict=True)))
    wrong = [option.id for option in question.options if not option.is_correct]
    return tuple(sorted((*question.key[1:], wrong[0])))
