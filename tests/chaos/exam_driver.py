"""A child process: the real window, driven by random key presses through an exam until it is killed.

Usage: ``python -m tests.chaos.exam_driver DATA_DIR SEED [--submit]``. With ``--submit`` it ends the exam after a few
commands. Every line on stdout is one JSON object, flushed at once, and has ``at``: milliseconds of the monotonic
clock, which all processes of a machine share.

    ready     the first page is up
    asked     about to press Start or Resume
    opened    the exam is on screen; with the state shown and the order of the options
    press     a key is about to be pressed
    state     what the window shows after a command, that is: once it said that the command is saved
    submit    the last "End exam" is about to be pressed
    finished  the report is on screen
"""

import json
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.main import start
from pingtopass_desktop.app.wiring import Application
from pingtopass_desktop.domain.attempt import Attempt
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.library.lock import FileLock
from pingtopass_desktop.ui.widgets.confirm import ConfirmDialog

SUBMIT_AFTER = 12
_POLL_MS = 5
_THINKING_MS = (0, 60)
_FLAG_SHARE, _STRIKE_SHARE, _REVIEW_SHARE, _BACK_SHARE, _NEXT_SHARE = 0.1, 0.15, 0.04, 0.1, 0.25


def say(event: str, **fields: Any) -> None:
    """One line for the parent, on its way before anything else happens."""
    line = json.dumps({"event": event, "at": time.monotonic_ns() // 1_000_000, **fields}, separators=(",", ":"))
    os.write(sys.stdout.fileno(), line.encode() + b"\n")


def state_of(attempt: Attempt) -> dict[str, Any]:
    """What must survive a kill."""
    return {
        "attempt": attempt.id,
        "position": attempt.position,
        "answers": {
            str(index): [list(answer.choice), answer.confidence] for index, answer in sorted(attempt.answers.items())
        },
        "flagged": sorted(attempt.flagged),
        "struck": {str(index): sorted(options) for index, options in sorted(attempt.struck.items()) if options},
        "remaining_ms": attempt.remaining_ms,
        "interruptions": attempt.interruptions,
    }


class Driver(QObject):
    """Presses one key after the other, each after the window has shown what the one before did.

    So at most one command is on its way when the kill comes; `test_fast_keys` is about keys that come faster.
    """

    def __init__(self, application: Application, random: Random, *, submits: bool) -> None:
        super().__init__(application.shell)
        self._application = application
        self._shell = application.shell
        self._random = random
        self._submits = submits
        self._said: Attempt | None = None
        self._presses = 0
        self._steps = self._script()
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._go_on)
        self._wait: Callable[[], bool] = lambda: application.opened is not None
        self._timer.start()
        application.tasks.idle.connect(self._say_state)

    def _go_on(self) -> None:
        self._say_state()
        if not self._wait():
            return
        try:
            self._wait = next(self._steps)
        except StopIteration:
            self._timer.stop()

    def _script(self) -> Iterator[Callable[[], bool]]:
        """Each yield is what to wait for before the next step."""
        shell, tasks = self._shell, self._application.tasks
        say("ready")
        if shell.built("first_run"):
            QTest.keyClick(shell.first_run, Qt.Key.Key_Escape)
            yield lambda: tasks.is_idle and not shell.built("first_run")
        if shell.rail.isVisible():
            shell.show_page("exams")
        yield lambda: tasks.is_idle and shell.exam_setup.start.isEnabled()
        while True:
            yield lambda: tasks.is_idle
            self._open_exam()
            yield lambda: shell.exam.isVisible() and shell.exam.attempt is not None
            attempt = self._attempt()
            orders = ["".join(item.order) for item in attempt.items]
            questions = [item.question_id for item in attempt.items]
            self._said = attempt
            say("opened", **state_of(attempt), orders=orders, questions=questions)
            while not (self._submits and self._presses >= SUBMIT_AFTER):
                pause = self._pause()
                yield lambda pause=pause: pause() and tasks.is_idle
                self._press_something()
            yield lambda: tasks.is_idle
            QTest.keyClick(shell.exam, Qt.Key.Key_R)
            QTest.mouseClick(_button(shell.exam, "End exam…"), Qt.MouseButton.LeftButton)
            dialog = shell.exam.findChild(ConfirmDialog)
            assert dialog is not None
            say("submit")
            QTest.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
            yield lambda: shell.report.isVisible()
            say("finished", attempt=attempt.id)
            self._presses, self._submits = 0, False
            shell.show_page("exams")
            yield lambda: tasks.is_idle and shell.exam_setup.start.isEnabled()

    def _open_exam(self) -> None:
        setup = self._shell.exam_setup
        waiting = [button for button in setup.findChildren(QPushButton) if button.text() == "Resume it"]
        say("asked", resumes=bool(waiting))
        if waiting:
            QTest.mouseClick(waiting[0], Qt.MouseButton.LeftButton)
            return
        if setup.confidence.isChecked() != (self._random.random() < 0.5):
            QTest.mouseClick(setup.confidence, Qt.MouseButton.LeftButton)
        QTest.mouseClick(setup.start, Qt.MouseButton.LeftButton)

    def _attempt(self) -> Attempt:
        attempt = self._shell.exam.attempt
        assert attempt is not None
        return attempt

    def _say_state(self) -> None:
        if self._said is None or not self._shell.exam.isVisible():
            return
        attempt = self._attempt()
        if attempt is not self._said and not attempt.is_finished:
            self._said = attempt
            say("state", **state_of(attempt))

    def _pause(self) -> Callable[[], bool]:
        until = time.monotonic() + self._random.randint(*_THINKING_MS) / 1000
        return lambda: time.monotonic() >= until

    def _press_something(self) -> None:
        self._presses += 1
        page, chance = self._shell.exam, self._random.random()
        limits = iter((_FLAG_SHARE, _STRIKE_SHARE, _REVIEW_SHARE, _BACK_SHARE, _NEXT_SHARE))
        limit = next(limits)
        if chance < limit:
            self._press(Qt.Key.Key_M)
        elif chance < (limit := limit + next(limits)):
            self._press(Qt.Key.Key_S)
            self._press(self._letter())
        elif chance < (limit := limit + next(limits)):
            self._press(Qt.Key.Key_R)
            self._press(Qt.Key.Key_R)
        elif chance < (limit := limit + next(limits)):
            self._press(Qt.Key.Key_Backspace)
        elif chance < limit + next(limits):
            if self._attempt().position + 1 < len(self._attempt().items):
                self._press(Qt.Key.Key_Right)
            else:
                self._press(Qt.Key.Key_R)
                visit = page.review.table
                self._press(Qt.Key.Key_Return, visit)
        else:
            self._answer()

    def _answer(self) -> None:
        page = self._shell.exam
        question = page.view.question
        kind = question.type if question is not None else QuestionType.MULTIPLE_CHOICE
        if kind is QuestionType.ORDERING:
            down = [b for b in page.findChildren(QPushButton) if b.text() == "↓" and b.isVisible() and b.isEnabled()]
            if not down:  # the rows are not on the screen yet
                return
            say("press", key="↓")
            QTest.mouseClick(self._random.choice(down), Qt.MouseButton.LeftButton)
        elif kind is QuestionType.MATCHING:
            boxes = [box for box in page.view.matching.findChildren(QComboBox) if box.isVisible()]
            if boxes:
                key = self._random.choice([Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up])
                self._press(key, self._random.choice(boxes))
        else:
            rate = [Qt.Key.Key_V, Qt.Key.Key_W, Qt.Key.Key_Y]
            self._press(self._random.choice(rate) if self._random.random() < 0.2 else self._letter())

    def _letter(self) -> Qt.Key:
        return self._random.choice([Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_C, Qt.Key.Key_D])

    def _press(self, key: Qt.Key, target: QWidget | None = None) -> None:
        say("press", key=key.name)
        QTest.keyClick(target or self._shell.exam, key)


def _button(page: QWidget, text: str) -> QPushButton:
    return next(button for button in page.findChildren(QPushButton) if button.text() == text and button.isVisible())


def main() -> int:
    parser = ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("seed", type=int)
    parser.add_argument("--submit", action="store_true")
    options = parser.parse_args()
    folder = DataFolder(Path(options.folder))
    folder.root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.window_lock)
    qt, application = start(folder)
    driver = Driver(application, Random(options.seed), submits=options.submit)
    code = qt.exec()
    application.close()
    driver.deleteLater()
    lock.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
